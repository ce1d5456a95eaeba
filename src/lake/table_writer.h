// Batches to partitioned Parquet files in a bucket: routing, encoding, putting. What it returns is
// for the catalog to commit; until then nobody reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "codec/compression.h"
#include "columns/batch.h"
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
  size_t file_bytes_max = 512u << 20;    ///< then the next file of the partition begins
  size_t memory_bytes_max = 512u << 20;  ///< over it the largest partition's rows are encoded early
};

/// Where files of one attempt go: `<data_prefix>/<partition path>/<file_stem>-<n>.parquet`.
struct FileNaming {
  std::string data_prefix;  ///< key prefix of the table's data, no slash at the end
  std::string file_stem;    ///< of this attempt, unique for ever (flow: node-shard-from-to-attempt)
};

/// Writes one attempt's rows of one table.
/// Threads: one at a time.
class TableWriter {
 public:
  /// in  store, schema: lent for the writer's life
  static Result<std::unique_ptr<TableWriter>> Make(store::ObjectStore& store,
                                                   std::shared_ptr<const columns::Layout> layout,
                                                   schema::PartitionSpec spec, FileNaming naming,
                                                   WriteOptions options);
  ~TableWriter();

  /// Route and buffer a batch's rows; encodes row groups that became full.
  /// errors  kIo, kUnavailable, kUnknownOutcome of the store
  Status Append(const columns::Batch& batch);

  /// Write what is left.
  ///
  /// returns  the files, all durable, with metrics and bounds; none for no rows
  /// errors   as Append; what was put stays, unreferenced, under this attempt's names
  Result<schema::DataFiles> Finish();

 private:
  struct State;
  explicit TableWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tarn::lake
