// Delivery streams as the doors see them: make, find, list, delete, append. What happens to a
// record after its acknowledgement (shaping, landing, live rows) is behind this interface.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/units.h"
#include "schema/declaration.h"
#include "schema/ids.h"
#include "schema/record.h"
#include "shape/shaper.h"
#include "wal/log.h"

namespace tarn::flow {

/// What a stream is, as its creator said it. A value; kept in the catalog.
struct StreamDefinition {
  std::string name;              ///< `[a-zA-Z0-9_.-]{1,64}`
  schema::TableName table;       ///< where its rows land
  bool inferred = true;          ///< columns come from the records; else only `columns`
  bool may_evolve = true;        ///< new members may add columns
  bool may_create_table = true;  ///< a missing table is made
  std::vector<schema::ColumnDeclaration> columns;
  /// `name, day(_received_at) as d`; empty: none; absent: as the table is, a new one by
  /// day(_received_at) as _day. Where no columns are declared, a new table has those that are named
  /// here without a transform, as strings.
  std::optional<std::string> partition_by;
  /// For Create, not kept, since they are the table's: how a new table's files are written
  /// (`user_id, ts desc`; `user_id, session.id`). An existing one must be so. Empty: as it is.
  std::string sort_by;
  std::string bloom_filter;
  int buffer_seconds = 60;            ///< rows land after this long at the latest, 0..900
  uint64_t buffer_bytes = 64 * kMiB;  ///< or once this many bytes were received
  std::string compression = "zstd";   ///< of the Parquet files: zstd or none
  Json destination;        ///< the Firehose configuration as given, echoed by Describe; else null
  int64_t created_us = 0;  ///< set by Create where it is 0
};

/// A stream and how it does.
struct StreamInfo {
  StreamId id;
  StreamDefinition definition;
  uint64_t records = 0;           ///< acknowledged since this process started
  uint64_t bytes_received = 0;    ///< of those
  uint64_t live_rows = 0;         ///< visible, not yet in a data file
  int64_t newest_visible_us = 0;  ///< `_received_at` of the newest visible row; 0: none
  Status health;                  ///< why its rows do not land, where they do not
  bool held_back = false;  ///< its table is: until a restart it takes no records and lands none
  /// What had no column of its own, by path, since this process started: most frequent first. Not
  /// in lists.
  std::optional<std::vector<shape::RestCounts::Path>> without_column;
};

/// One request's records, durable: they have the LSNs first, first + 1, … last.
struct Appended {
  uint64_t records = 0;
  Lsn first;
  Lsn last;
};

/// The rows of a stream's table in the order in which they become visible, whichever stream feeds
/// them, from where it was begun. It never holds up who writes: what is too much is left out.
/// Threads: one at a time.
class RowTail {
 public:
  struct News {
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    uint64_t missed = 0;  ///< older ones that are left out
  };
  virtual ~RowTail() = default;
  /// returns  what came since the last call, the newest `rows_max` rows of it; does not wait
  /// errors   kNotFound: the stream is gone
  virtual Result<News> Next(uint64_t rows_max) = 0;
};

/// All streams of this node. Implemented in flow/.
/// Threads: any.
class Streams {
 public:
  virtual ~Streams() = default;

  /// Make a stream; it takes records when this returns.
  ///
  /// errors  kConflict (the name is taken, or another stream's table has the derived name),
  ///         kInvalid (columns, partitions, names; a missing table where may_create_table is off)
  virtual Result<StreamInfo> Create(StreamDefinition definition) = 0;

  /// errors  kNotFound
  virtual Result<StreamInfo> Find(const std::string& name) = 0;

  /// returns  all of them, by name
  virtual std::vector<StreamInfo> List() = 0;

  /// Land what was acknowledged, forget the stream, keep its table. errors  kNotFound
  virtual Status Delete(const std::string& name) = 0;

  /// As Delete; where the table is held back, so that nothing of it can land, forget the stream all
  /// the same, and with it the acknowledged records that only the log has. They are lost: the log
  /// message says which. The table takes streams again after a restart.
  virtual Status ForceDelete(const std::string& name) = 0;

  using Done = std::function<void(Result<Appended>)>;

  /// Append the records of one request.
  ///
  /// in       block: at least one record
  /// durable  when `done` is called with a value
  /// errors   at once, `done` not called: kNotFound, kOverloaded, kTooLarge, kUnavailable; to
  /// `done`,
  ///          from another thread: as wal::Log::Append
  virtual Status Append(const std::string& stream, schema::Source source, wal::Content content,
                        int64_t received_at_us, wal::RequestKey request,
                        std::shared_ptr<const schema::RecordBlock> block, Done done) = 0;

  /// Follow the rows of a stream's table. errors  kNotFound; kUnavailable: the table is held back
  virtual Result<std::unique_ptr<RowTail>> Follow(const std::string& name) = 0;

  /// Rows of a table, or of the rejects of one, that are visible and not in data files; 0 where no
  /// stream feeds it.
  virtual uint64_t LiveRowsOf(const schema::TableName& table) const = 0;

  /// Bytes of the log's segments that are in use.
  virtual uint64_t log_bytes() const = 0;

  /// 32 hex digits, the same for the life of the data directory.
  virtual std::string node_id() const = 0;

  /// Every acknowledged row is visible again and the log accepts. errors  kUnavailable: names what
  /// lags
  virtual Status Ready() = 0;
};

}  // namespace tarn::flow
