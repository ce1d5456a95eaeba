// Batches to partitioned Parquet files in a bucket: routing, encoding, putting. What it returns is
// for the catalog to commit; until then nobody reads it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "codec/compression.h"
#include "columns/batch.h"
#include "os/files.h"
#include "schema/column_choice.h"
#include "schema/data_file.h"
#include "schema/partition.h"
#include "store/object_store.h"

namespace tarn::lake {

struct WriteOptions {
  codec::Compression compression = codec::Compression::kZstd;  ///< zstd, none; snappy and gzip too
  int level = 1;                                               ///< of the codec
  size_t row_group_rows_max = 122'880;
  size_t row_group_bytes_max = 128u << 20;  ///< of uncompressed pages
  size_t page_bytes_max = 1u << 20;
  size_t page_rows_max = 20'480;       ///< so that a reader can skip within a row group
  size_t file_bytes_max = 512u << 20;  ///< then the next file of the partition begins
  /// For rows that wait and files in the making, however many partitions there are. Over it rows
  /// are encoded in smaller row groups, and files end early; the next row group begins another.
  size_t memory_bytes_max = 512u << 20;
  /// Where rows wait that memory does not hold, in a file of the writer's own, which must not
  /// exist: instead of in small row groups, where partitions have less than kSpillPartitionBytes
  /// each. Rows then make one row group a partition, unless they are over 64 times
  /// memory_bytes_max. Without files: none.
  os::Files* spill_files = nullptr;
  std::string spill_path;
  size_t partitions_max = 100'000;  ///< whose files stay open; over it those that hold most end

  /// Rows are sorted within each row group, not across those of a file; the file says so. Empty:
  /// they keep their order.
  std::vector<schema::SortBy> sort_by;
  /// Leaves whose chunks get a bloom filter, for look-ups by equality. Not of booleans.
  std::vector<FieldId> bloom_columns;

  /// Takes each file once it is durable; Finish then lists none. Without it the list grows with the
  /// files: about 150 bytes for each column of each.
  std::function<void(schema::DataFile)> take_file;
};

/// Write as a table asks, as far as this layout has the columns: rows are sorted by those before
/// the first that is missing.
void FollowTable(const columns::Layout& layout, const std::vector<schema::SortBy>& sort_by,
                 const std::vector<FieldId>& bloom_columns, WriteOptions* options);

/// Of a partition's rows, when memory is full: smaller row groups are not worth their footers.
inline constexpr size_t kSpillPartitionBytes = 1u << 20;

/// Where files of one attempt go: `<data_prefix>/<partition path>/<file_stem>-<n>.parquet`.
struct FileNaming {
  std::string data_prefix;  ///< key prefix of the table's data, no slash at the end
  std::string file_stem;  ///< of this attempt, unique for ever (flow: node-shard-first-to-attempt,
                          ///< first and to LSNs)
};

/// Writes one attempt's rows of one table. Rows of many small batches are gathered; a batch of one
/// partition that is about a row group by itself is encoded without being copied first. Rows can
/// also be made where they are gathered (Rows).
///
/// After an error the attempt is over: every later call returns that error.
/// Threads: one at a time.
class TableWriter {
 public:
  /// in      store: lent for the writer's life
  /// errors  kInvalid (a partition field that the layout cannot give, a limit of 0, a compression
  /// or level that Parquet files do not have here, a column that cannot be sorted by or have a
  /// bloom filter)
  static Result<std::unique_ptr<TableWriter>> Make(store::ObjectStore& store,
                                                   std::shared_ptr<const columns::Layout> layout,
                                                   schema::PartitionSpec spec, FileNaming naming,
                                                   WriteOptions options);
  ~TableWriter();

  /// Where up to rows_left() rows can be added without being copied; until the next call.
  ///
  /// errors  as Append
  Result<columns::Batch*> Rows();
  size_t rows_left() const;

  /// Route and buffer a batch's rows; encodes row groups that became full, and puts files that did.
  ///
  /// in      batch: of the writer's layout
  /// errors  kConflict (a file of this name exists), kIo, kUnavailable, kUnknownOutcome of the
  /// store; kTooLarge (a value that no page holds); kConflict, kIo, kCorrupt of the spill
  Status Append(const columns::Batch& batch);

  /// Write what is left.
  ///
  /// returns  the files, all durable, with metrics and bounds; none for no rows
  /// errors   as Append; what was put stays, unreferenced, under this attempt's names
  Result<schema::DataFiles> Finish();

  /// The most memory that rows and files in the making took so far. Not in it: the batch that is
  /// being appended, names and values of the partitions, and the list of files that Finish returns.
  size_t memory_bytes_peak() const;

 private:
  struct State;
  explicit TableWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tarn::lake
