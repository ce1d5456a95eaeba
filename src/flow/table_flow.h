// One table that streams of this node feed: its records are shaped in LSN order, its rows are live
// at once, and they land by size, by age or when memory is tight. A table that cannot land keeps
// its rows and tries again; the others go on.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "catalog/catalog.h"
#include "flow/landing.h"
#include "flow/live_rows.h"
#include "flow/memory_budget.h"
#include "flow/streams.h"
#include "flow/table_opening.h"
#include "flow/work_pool.h"
#include "os/clock.h"
#include "shape/shaper.h"
#include "shape/without_column.h"
#include "store/object_store.h"
#include "wal/log.h"

namespace tarn::flow {

/// What every table's flow shares. Lent for the flows' life.
struct FlowContext {
  catalog::Catalog& catalog;
  store::Buckets& buckets;
  os::Clock& clock;
  os::Entropy& entropy;
  MemoryBudget& budget;
  WorkPool& shaping;         ///< CPU work
  WorkPool& landing;         ///< may wait for the store and the catalog
  lake::WriteOptions write;  ///< of the data files; a stream's compression wins
  std::string node_id;
  std::string progress_key;            ///< `<node>.<shard>`
  std::string stem_prefix;             ///< `<node>-<shard>-`
  int64_t refused_column_wait_us = 0;  ///< before a column that was refused is asked for again
};

/// Which of a table's two sets of rows.
enum class RowSet { kRows, kRejects };

/// Threads: Enqueue one (the log's writer); the others any.
class TableFlow : public std::enable_shared_from_this<TableFlow> {
 public:
  /// in  table, rejects_table: as the catalog has them now
  TableFlow(FlowContext& context, MemoryBudget::TableIndex index, catalog::Table table,
            catalog::Table rejects_table);
  ~TableFlow();

  const schema::TableName& name() const { return name_; }
  MemoryBudget::TableIndex index() const { return index_; }

  /// Whether a stream's columns fit the table's. errors  kInvalid: they do not
  Status CheckStream(const StreamDefinition& definition) const;
  /// A stream's records come from here on. in  definition: CheckStream says yes
  void AddStream(StreamId id, const StreamDefinition& definition) EXCLUDES(queue_mutex_);
  void RemoveStream(StreamId id) EXCLUDES(queue_mutex_);
  std::vector<StreamId> streams() const EXCLUDES(queue_mutex_);

  /// Hand over records in LSN order. Their bytes (RecordBytes) are already taken from the budget;
  /// shaping gives them back.
  void Enqueue(wal::DurableEntry entry) EXCLUDES(queue_mutex_);

  /// Give the table the columns that a stream needs.
  /// errors  as FitTable; kNotFound: another table has the name now, and is given nothing
  Status Fit(const StreamDefinition& definition, Partitions partitions)
      EXCLUDES(cut_mutex_, table_mutex_);

  /// Highest LSN that the table's snapshot covers.
  Lsn committed() const EXCLUDES(queue_mutex_);
  /// Highest LSN that was handed over.
  Lsn enqueued() const EXCLUDES(queue_mutex_);
  /// Highest LSN that its snapshot, or that of its rejects at the start, covers.
  Lsn covered() const { return std::max(committed(), rejects_landed_before_); }

  /// The rows not in files. Waits a moment for records that are acknowledged and not yet rows.
  ///
  /// in       replaying: rows from before the restart may be missing: wait for them, up to 60 s
  /// errors   kUnavailable: records cannot become rows; or replaying, and they are not back
  Result<std::vector<LiveRows::Part>> Look(RowSet set, bool replaying) const EXCLUDES(queue_mutex_);

  /// Look at the time and begin what is due. Called often, from one thread.
  void Tick() EXCLUDES(queue_mutex_);
  /// Land as soon as possible; wait until everything up to `wanted` has landed, or until the
  /// deadline (steady clock). errors  kUnavailable: not by then; says why
  Status LandTo(Lsn wanted, int64_t deadline_us) EXCLUDES(queue_mutex_);
  /// As LandTo, for everything enqueued before the call.
  Status LandAll(int64_t deadline_us) { return LandTo(enqueued(), deadline_us); }
  /// Land what is live, unless a landing runs.
  void LandSoon() EXCLUDES(queue_mutex_);

  /// The log has been read: what was handed over so far are all rows from before the start.
  void MarkReplayed() EXCLUDES(queue_mutex_);
  /// Rows from before the start are not all visible.
  bool is_lagging() const EXCLUDES(queue_mutex_);
  /// errors  why rows do not land or are not shaped, as of now
  Status Health() const EXCLUDES(queue_mutex_);

  uint64_t live_rows() const { return rows_->rows() + rejects_->rows(); }
  uint64_t live_rows(RowSet set) const { return (set == RowSet::kRows ? rows_ : rejects_)->rows(); }
  /// Its rows for those who follow them.
  LiveRows& rows() { return *rows_; }
  int64_t newest_visible_us() const { return newest_visible_us_; }
  /// What of a stream's records had no column of its own, since this process started: most frequent
  /// first.
  std::vector<shape::RestCounts::Path> WithoutColumnOf(StreamId id) const
      EXCLUDES(queue_mutex_, counts_mutex_);

  /// What a block of records takes from the budget until it is shaped.
  static size_t RecordBytes(const schema::RecordBlock& block) {
    return block.buffer.size() + 64 * block.records.size();
  }

 private:
  struct StreamShape {
    StreamDefinition definition;
    std::unique_ptr<shape::Shaper> shaper;  // made and used by the shaping task alone
    int32_t schema_id = -1;                 // of the table's schema that the shaper is for
    shape::PathCounts counted;              // of this shaper's records, in the metrics already
    Counter* fast_total = nullptr;
    Counter* reference_total = nullptr;
    std::set<std::string> refused;        // new columns that are not asked for again until …
    int64_t refused_until_us = 0;         // … then (steady clock)
    shape::WithoutColumn without_column;  // under counts_mutex_
  };

  // Shaping must not wait for the catalog while other tables' records want the thread.
  enum class Catalog { kAvoid, kMayWaitFor };

  void ScheduleShaping() REQUIRES(queue_mutex_);
  void RunShaping(Catalog catalog) EXCLUDES(queue_mutex_);
  void RetryShaping(std::vector<wal::DurableEntry> entries, const Status& why);
  std::vector<wal::DurableEntry> TakeEntries() EXCLUDES(queue_mutex_);
  void PutBack(std::vector<wal::DurableEntry> entries) EXCLUDES(queue_mutex_);
  Result<bool> ShapeEntries(const std::vector<wal::DurableEntry>& entries, Catalog catalog);
  Result<bool> ShapeStream(StreamId id, std::span<const schema::RecordView> records,
                           Catalog catalog);
  Result<bool> EnsureColumns(StreamShape& stream, std::span<const schema::RecordView> records,
                             Catalog catalog);
  std::vector<schema::Field> MissingColumns(StreamShape& stream,
                                            std::span<const schema::RecordView> records) const;
  Status AddColumns(StreamShape& stream, std::span<const schema::RecordView> records);
  // A column that the catalog refuses, and why.
  using Refusals = std::vector<std::pair<std::string, Error>>;
  Status AddAccepted(const catalog::Table& table, const std::vector<schema::Field>& columns,
                     Refusals* refused);
  void GoOnWithout(const Refusals& refused, StreamShape& stream) const;
  // Take over what this process has made of the table. errors  as Fit
  Status SetTable(catalog::Table table) EXCLUDES(cut_mutex_, table_mutex_);
  Result<std::unique_ptr<shape::Shaper>> MakeShaper(const StreamDefinition& definition,
                                                    int32_t* schema_id) const;
  Status RenewShaper(StreamShape& stream) const;
  int32_t schema_id() const EXCLUDES(table_mutex_);
  void CountRest(StreamShape& stream) EXCLUDES(counts_mutex_);
  static void CountPaths(StreamShape& stream);
  void CountSeenAgain(size_t rejects);
  void AccountLiveBytes() EXCLUDES(account_mutex_);

  // A landing that failed and about which the catalog has not been asked yet.
  struct Unsettled {
    Lsn to;
    std::string file_stem;
    ErrorKind failure;
  };

  bool IsLandingDue(int64_t now_us) REQUIRES(queue_mutex_);
  void RunLanding();
  Status LandOnce();
  Status Reconcile();
  void Settle(Lsn committed) EXCLUDES(queue_mutex_);
  void SweepFiles(const catalog::Table& table, const catalog::Table& rejects_table,
                  const std::string& file_stem);
  LandingRequest Cut() EXCLUDES(cut_mutex_);
  // returns  in how many µs the landing is tried again; 0: it held
  int64_t NoteLanded(const Status& landed, int64_t now_us) EXCLUDES(queue_mutex_);

  FlowContext& context_;
  const MemoryBudget::TableIndex index_;
  const schema::TableName name_;
  const Lsn rejects_landed_before_;    // by this node, before the start
  std::unique_ptr<LiveRows> rows_;     // own lock
  std::unique_ptr<LiveRows> rejects_;  // own lock
  std::atomic<int64_t> newest_visible_us_{0};

  // Held while a run's rows, rejects and shaped_to_ change, and while a landing cuts: a cut never
  // falls inside a run.
  Mutex cut_mutex_;

  std::optional<Unsettled> unsettled_;  // of the landing that runs; there is one at a time

  Mutex account_mutex_;
  size_t live_bytes_taken_ GUARDED_BY(account_mutex_) = 0;

  mutable Mutex counts_mutex_;           // each stream's without_column
  bool has_seen_rejects_again_ = false;  // of the shaping task alone

  mutable Mutex table_mutex_;
  catalog::Table table_ GUARDED_BY(table_mutex_);
  catalog::Table rejects_table_ GUARDED_BY(table_mutex_);

  mutable Mutex queue_mutex_;
  mutable CondVar queue_changed_;
  std::deque<wal::DurableEntry> queue_ GUARDED_BY(queue_mutex_);
  std::map<StreamId, std::shared_ptr<StreamShape>> streams_ GUARDED_BY(queue_mutex_);
  bool shaping_ GUARDED_BY(queue_mutex_) = false;
  bool landing_ GUARDED_BY(queue_mutex_) = false;
  bool land_soon_ GUARDED_BY(queue_mutex_) = false;  // for one landing, until that begins
  Lsn enqueued_to_ GUARDED_BY(queue_mutex_);         // highest LSN handed over
  Lsn shaped_to_ GUARDED_BY(queue_mutex_);    // every record up to here is a live row or reject
  Lsn replayed_to_ GUARDED_BY(queue_mutex_);  // highest LSN that came from before the start
  Lsn committed_to_ GUARDED_BY(queue_mutex_);
  int64_t oldest_live_us_ GUARDED_BY(queue_mutex_) = 0;  // steady clock; 0: no live rows
  uint64_t bytes_since_landing_ GUARDED_BY(queue_mutex_) = 0;
  int64_t shaping_retry_at_us_ GUARDED_BY(queue_mutex_) = 0;
  int64_t landing_retry_at_us_ GUARDED_BY(queue_mutex_) = 0;
  int64_t landing_backoff_us_ GUARDED_BY(queue_mutex_) = 0;
  Status shaping_health_ GUARDED_BY(queue_mutex_);
  Status landing_health_ GUARDED_BY(queue_mutex_);
};

}  // namespace tarn::flow
