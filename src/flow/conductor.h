// All streams of a node, conducted: log → tables' flows → catalog. It owns the threads, replays the
// log at the start, and tells the log what may be forgotten.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "catalog/catalog.h"
#include "flow/memory_budget.h"
#include "flow/streams.h"
#include "flow/table_flow.h"
#include "flow/table_opening.h"
#include "flow/work_pool.h"
#include "lake/table_writer.h"
#include "os/clock.h"
#include "os/files.h"
#include "store/object_store.h"
#include "wal/log.h"

namespace tarn::flow {

struct ConductorOptions {
  wal::LogOptions log;                    ///< epoch_floor is set by Open
  size_t memory_bytes_max = 1024 * kMiB;  ///< of all records and rows that are not in files
  /// During the replay, for a table that has no room and cannot land: then it is held back.
  std::chrono::milliseconds replay_patience{10'000};
  /// Before a new column that the catalog refuses is asked for again.
  std::chrono::milliseconds refused_column_wait{60'000};
  size_t shaping_threads = 2;
  lake::WriteOptions write;    ///< of the data files
  size_t landing_threads = 4;  ///< they mostly wait
};

/// Threads: any.
class Conductor : public Streams {
 public:
  /// Load the streams, open the log, remove this node's unreferenced files, and begin to replay in
  /// the background: Ready tells when every acknowledged row is visible. New records are taken once
  /// the log has been read.
  ///
  /// A table that cannot be opened is held back, with all of its streams: its records stay in the
  /// log, its streams take none and say why, and the next start tries again. The others go on.
  ///
  /// in      what is lent lives longer than the conductor
  /// errors  as Catalog's and wal::Log::Open
  static Result<std::unique_ptr<Conductor>> Open(ConductorOptions options,
                                                 catalog::Catalog& catalog, store::Buckets& buckets,
                                                 os::Files& files, os::Clock& clock,
                                                 os::Entropy& entropy);
  ~Conductor() override;

  Result<StreamInfo> Create(StreamDefinition definition) override;
  Result<StreamInfo> Find(const std::string& name) override;
  std::vector<StreamInfo> List() override;
  Status Delete(const std::string& name) override;
  Status ForceDelete(const std::string& name) override;
  Status Append(const std::string& stream, schema::Source source, wal::Content content,
                int64_t received_at_us, wal::RequestKey request,
                std::shared_ptr<const schema::RecordBlock> block, Done done) override;
  Result<std::unique_ptr<RowTail>> Follow(const std::string& name) override;
  uint64_t LiveRowsOf(const schema::TableName& table) const override;
  uint64_t log_bytes() const override { return log_->bytes(); }
  std::string node_id() const override { return context_.node_id; }
  Status Ready() override;

  /// The rows of a table that are not in files; none where no stream feeds it. Ask before the
  /// snapshot is read, and leave out the parts up to its watermark for progress_key().
  Result<std::vector<LiveRows::Part>> Look(const schema::TableName& table);
  const std::string& progress_key() const { return context_.progress_key; }

  const wal::Log& log() const { return *log_; }

  /// Refuse new records, land everything (until `patience` is over; the log keeps the rest), close
  /// the log.
  Status Stop(std::chrono::milliseconds patience);

 private:
  // A stream, alive until its last append has been answered. Counters are its own.
  struct Stream {
    Stream(StreamId stream_id, StreamDefinition what, std::shared_ptr<TableFlow> flow = nullptr)
        : id(stream_id), definition(std::move(what)), table(std::move(flow)) {}

    const StreamId id;
    const StreamDefinition definition;
    std::shared_ptr<TableFlow> table;  ///< null: it could not be opened, and is held back
    Counter* records_total = nullptr;  ///< of all streams that had this name
    std::atomic<uint64_t> records{0};
    std::atomic<uint64_t> bytes{0};
    std::atomic<int64_t> in_flight{0};  ///< appends handed to the log and not yet answered
    std::atomic<bool> deleting{false};
    bool may_be_removed = false;  ///< from the catalog; under create_mutex_
  };

  Conductor(ConductorOptions options, catalog::Catalog& catalog, store::Buckets& buckets,
            os::Clock& clock, os::Entropy& entropy, std::unique_ptr<wal::Log> log);

  Status LoadStreams(const std::vector<catalog::StreamRow>& rows);
  Status OpenTable(const std::vector<std::shared_ptr<Stream>>& streams) REQUIRES(create_mutex_);
  Result<std::shared_ptr<TableFlow>> FlowFor(std::shared_ptr<TableFlow> known,
                                             const StreamDefinition& definition,
                                             Partitions partitions) REQUIRES(create_mutex_);
  Result<catalog::StreamRow> AddRow(const StreamDefinition& definition) REQUIRES(create_mutex_);
  Status RemoveRow(Stream& stream) REQUIRES(create_mutex_);
  void Forget(const Stream& stream);
  Status CheckDerivedName(const StreamDefinition& definition) const;
  void Publish(const std::vector<std::shared_ptr<Stream>>& streams);
  void RemoveLostFiles(const TableFlow& table);
  void Hold(const schema::TableName& table, const Error& why);
  Status Usable(const schema::TableName& table) const;
  Status Admit(const Stream& stream, size_t bytes);
  void Replay();
  Status WaitForReplay();
  std::string Lagging() const;
  Status ReplayEntry(wal::DurableEntry entry);
  Result<bool> MakeRoom(TableFlow& table, size_t bytes);
  void Pace(const std::stop_token& stop);
  void RelieveMemory(const std::vector<std::shared_ptr<TableFlow>>& tables);
  void ReleaseLog();
  std::vector<std::shared_ptr<TableFlow>> Tables() const;
  std::shared_ptr<TableFlow> TableOf(const schema::TableName& name) const;
  // A table, and which of its rows.
  struct Rows {
    schema::TableName name;
    std::shared_ptr<TableFlow> table;  // null: no stream feeds it
    RowSet set = RowSet::kRows;
  };
  Rows RowsOf(const schema::TableName& name) const;
  std::shared_ptr<Stream> StreamOf(const std::string& name) const;
  StreamInfo Summarize(const Stream& stream) const;
  StreamInfo Describe(const Stream& stream) const;
  void Finish(const std::shared_ptr<Stream>& stream, size_t reserved,
              Result<wal::DurableEntry>&& entry, const Done& done);

  const ConductorOptions options_;
  catalog::Catalog& catalog_;
  os::Clock& clock_;
  std::unique_ptr<wal::Log> log_;
  MemoryBudget budget_;

  Mutex
      create_mutex_;  ///< one Create or Delete at a time; held across catalog calls, unlike mutex_
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<Stream>> streams_ GUARDED_BY(mutex_);
  std::map<StreamId, std::shared_ptr<Stream>> streams_by_id_ GUARDED_BY(mutex_);
  std::map<schema::TableName, std::shared_ptr<TableFlow>> tables_ GUARDED_BY(mutex_);
  std::map<schema::TableName, std::string> held_ GUARDED_BY(mutex_);  // and why

  std::atomic<bool> accepting_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> replayed_{false};   ///< the log has been read
  std::atomic<bool> recovered_{false};  ///< and all of its records are rows
  mutable Mutex replay_mutex_;
  Status replay_health_ GUARDED_BY(replay_mutex_);
  uint32_t next_table_index_ GUARDED_BY(create_mutex_) = 0;
  std::unique_ptr<WorkPool> shaping_;
  std::unique_ptr<WorkPool> landing_;
  FlowContext context_;
  std::jthread replayer_;
  std::jthread pacer_;
};

}  // namespace tarn::flow
