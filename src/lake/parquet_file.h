// One Parquet file in the making: row groups from batches, then the footer, and what a manifest
// says of it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "lake/chunk_encoder.h"
#include "lake/parquet_format.h"
#include "lake/row_groups.h"
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

  /// The same, leaf by leaf in their order, then the end.
  /// errors  as AddRowGroup
  Status AddChunk(const columns::LeafBuffer& leaf, ChunkEncoder* encoder);
  void EndRowGroup(int64_t rows, std::span<const SortColumn> sorted_by);

  /// Append the page indexes and the footer. Then the file is whole, and no row group may follow.
  void Finish();

  /// Bytes that were not taken yet, in order.
  std::string_view pending() const { return pending_.view(); }
  void DropPending();

  int64_t size_bytes() const { return dropped_ + static_cast<int64_t>(pending_.size()); }
  size_t memory_bytes() const;

  /// Size, counts, metrics and split offsets. The caller adds place and partition.
  schema::DataFile Describe() const;

 private:
  /// What the chunks of a leaf add up to.
  struct LeafTotal {
    int64_t compressed_bytes = 0;
    int64_t entry_count = 0;
    int64_t null_count = 0;
    columns::ValueRange range;
  };

  std::shared_ptr<const columns::Layout> layout_;
  RowGroups row_groups_;
  std::vector<LeafTotal> totals_;  // by leaf
  size_t next_leaf_ = 0;           // of the row group at hand
  columns::ByteBuffer pending_;
  int64_t dropped_ = 0;
};

}  // namespace tarn::lake
