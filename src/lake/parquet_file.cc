#include "lake/parquet_file.h"

#include "columns/leaf_values.h"
#include "lake/bounds.h"
#include "lake/footer.h"

namespace tarn::lake {

ParquetFile::ParquetFile(std::shared_ptr<const columns::Layout> layout,
                         codec::Compression compression)
    : layout_(std::move(layout)), row_groups_(compression), totals_(layout_->leaves().size()) {
  pending_.Append(kParquetMagic);
}

Status ParquetFile::AddRowGroup(const columns::Batch& batch, ChunkEncoder* encoder) {
  for (size_t i = 0; i < totals_.size(); ++i) TRY(AddChunk(batch.leaf(i), encoder));
  EndRowGroup(static_cast<int64_t>(batch.rows()), {});
  return {};
}

Status ParquetFile::AddChunk(const columns::LeafBuffer& leaf, ChunkEncoder* encoder) {
  const ColumnChunk chunk = TRY(encoder->Encode(leaf, dropped_, &pending_));
  LeafTotal& total = totals_[next_leaf_++];
  total.compressed_bytes += chunk.compressed_bytes;
  total.entry_count += chunk.entry_count;
  total.null_count += chunk.null_count;
  total.range.Merge(chunk.range);
  row_groups_.AddChunk(leaf.leaf(), chunk);
  return {};
}

void ParquetFile::EndRowGroup(int64_t rows, std::span<const SortColumn> sorted_by) {
  INVARIANT(next_leaf_ == totals_.size(), "a row group has a chunk for each leaf");
  next_leaf_ = 0;
  row_groups_.EndRowGroup(rows, sorted_by);
}

void ParquetFile::Finish() {
  const int64_t index_offset = size_bytes();
  pending_.Append(row_groups_.column_indexes());
  pending_.Append(row_groups_.offset_indexes());
  pending_.Append(MakeFooter(*layout_, row_groups_, index_offset));
}

void ParquetFile::DropPending() {
  dropped_ += static_cast<int64_t>(pending_.size());
  pending_.Release();
}

size_t ParquetFile::memory_bytes() const {
  return sizeof *this + pending_.capacity() + row_groups_.memory_bytes() +
         totals_.capacity() * sizeof(LeafTotal);
}

schema::DataFile ParquetFile::Describe() const {
  schema::DataFile file;
  file.record_count = row_groups_.rows();
  file.size_bytes = size_bytes();
  file.split_offsets = row_groups_.Starts();
  file.columns.reserve(totals_.size());
  for (size_t i = 0; i < totals_.size(); ++i) {
    const columns::Leaf& leaf = layout_->leaves()[i];
    const LeafTotal& total = totals_[i];
    schema::ColumnMetrics metrics{.id = leaf.id,
                                  .size_bytes = total.compressed_bytes,
                                  .value_count = total.entry_count,
                                  .null_count = total.null_count,
                                  .nan_count = {},
                                  .lower = {},
                                  .upper = {}};
    if (columns::IsReal(leaf.physical)) metrics.nan_count = total.range.nan_count;
    if (leaf.repetition_max == 0) {  // of lists and maps Iceberg keeps no bounds
      auto [lower, upper] = ToIcebergBounds(leaf, total.range);
      metrics.lower = std::move(lower);
      metrics.upper = std::move(upper);
    }
    file.columns.push_back(std::move(metrics));
  }
  return file;
}

}  // namespace tarn::lake
