// The files of one partition: rows of its own that wait for their row group, the file in the
// making, its way into the store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "lake/chunk_encoder.h"
#include "lake/parquet_file.h"
#include "lake/table_writer.h"
#include "schema/data_file.h"
#include "store/object_store.h"

namespace tarn::lake {

/// What the partitions of a writer share.
struct WriterContext {
  store::ObjectStore& store;
  std::shared_ptr<const columns::Layout> layout;
  schema::PartitionSpec spec;
  FileNaming naming;
  WriteOptions options;
  std::vector<SortColumn> sort_columns;  ///< of options.sort_by
  ChunkEncoder encoder{options};
  int64_t next_file = 0;      ///< the number in its name
  schema::DataFiles written;  ///< durable

  // What all partitions hold.
  size_t encoded_bytes = 0;  ///< of files in the making
  size_t files_open = 0;
  size_t uploads_open = 0;
};

/// Threads: one at a time.
class PartitionWriter {
 public:
  /// in  context: lent for the writer's life
  PartitionWriter(WriterContext& context, std::vector<schema::Value> values);

  /// Encode a batch as a row group of its own, sorted as the options say.
  /// errors  of the store and the encoder, as for all below
  Status Encode(const columns::Batch& batch);
  /// Encode a row group of rows that are sorted already: leaf by leaf in their order, then the end.
  Status EncodeChunk(const columns::LeafBuffer& leaf);
  Status EndRowGroup(size_t rows);
  /// Make the file in the making hold less memory: move its bytes into the store, or, where that
  /// would keep one upload too many open or help little, end it; the next row group begins another.
  Status Relieve();
  /// Put the file, if there is one.
  Status Finish();

  /// Memory held, as of the last EndRowGroup.
  size_t encoded_bytes() const { return encoded_bytes_; }

 private:
  void OpenFile();
  Status Spill();
  Status PutFile();
  std::string NextKey();
  void Measure();

  WriterContext& context_;
  std::vector<schema::Value> values_;
  std::string directory_;
  std::string key_;
  std::unique_ptr<ParquetFile> file_;
  std::unique_ptr<store::ObjectStore::Upload> upload_;
  size_t encoded_bytes_ = 0;
};

}  // namespace tarn::lake
