// One Parquet file in the making: row groups from batches, then the footer, and what a manifest
// says of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "lake/chunk_encoder.h"
#include "lake/parquet_format.h"
#include "lake/table_writer.h"
#include "schema/data_file.h"

namespace tarn::lake {

/// Bytes gather in memory; whoever stores the file may take them away piece by piece.
/// Threads: one at a time.
class ParquetFile {
 public:
  ParquetFile(std::shared_ptr<const columns::Layout> layout, codec::Compression compression);

  /// Encode all rows of a batch as one row group.
  /// in      encoder: shared by the files of a writer
  /// errors  kTooLarge (a page over 2 GiB), kInternal (the codec); the file is then of no use
  Status AddRowGroup(const columns::Batch& batch, ChunkEncoder* encoder);

  /// Append the footer. Then the file is whole, and no row group may follow.
  void Finish();

  /// Bytes that were not taken yet, in order.
  std::string_view pending() const { return pending_.view(); }
  void DropPending();

  int64_t size_bytes() const { return dropped_ + static_cast<int64_t>(pending_.size()); }
  size_t memory_bytes() const { return pending_.capacity(); }
  int64_t record_count() const { return record_count_; }

  /// Size, counts, metrics and split offsets. The caller adds place and partition.
  schema::DataFile Describe() const;

 private:
  std::shared_ptr<const columns::Layout> layout_;
  codec::Compression compression_;
  std::vector<RowGroup> row_groups_;
  columns::ByteBuffer pending_;
  int64_t dropped_ = 0;
  int64_t record_count_ = 0;
};

}  // namespace tarn::lake
