#include "lake/parquet_file.h"

#include "columns/leaf_values.h"
#include "lake/bounds.h"
#include "lake/footer.h"

namespace tarn::lake {

ParquetFile::ParquetFile(std::shared_ptr<const columns::Layout> layout,
                         codec::Compression compression)
    : layout_(std::move(layout)), compression_(compression) {
  pending_.Append(kParquetMagic);
}

Status ParquetFile::AddRowGroup(const columns::Batch& batch, ChunkEncoder* encoder) {
  RowGroup group;
  group.row_count = static_cast<int64_t>(batch.rows());
  for (size_t i = 0; i < layout_->leaves().size(); ++i) {
    group.columns.push_back(TRY(encoder->Encode(batch.leaf(i), dropped_, &pending_)));
  }
  record_count_ += group.row_count;
  row_groups_.push_back(std::move(group));
  return {};
}

void ParquetFile::Finish() { pending_.Append(MakeFooter(*layout_, row_groups_, compression_)); }

void ParquetFile::DropPending() {
  dropped_ += static_cast<int64_t>(pending_.size());
  pending_.Release();
}

schema::DataFile ParquetFile::Describe() const {
  schema::DataFile file;
  file.record_count = record_count_;
  file.size_bytes = size_bytes();
  for (const RowGroup& group : row_groups_) {
    if (!group.columns.empty()) file.split_offsets.push_back(group.columns[0].start());
  }
  for (size_t i = 0; i < layout_->leaves().size(); ++i) {
    const columns::Leaf& leaf = layout_->leaves()[i];
    schema::ColumnMetrics metrics;
    columns::ValueRange range;
    metrics.id = leaf.id;
    for (const RowGroup& group : row_groups_) {
      const ColumnChunk& chunk = group.columns[i];
      metrics.size_bytes += chunk.compressed_bytes;
      metrics.value_count += chunk.entry_count;
      metrics.null_count += chunk.null_count;
      range.Merge(chunk.range);
    }
    if (columns::IsReal(leaf.physical)) metrics.nan_count = range.nan_count;
    if (leaf.repetition_max == 0) {  // of lists and maps Iceberg keeps no bounds
      auto [lower, upper] = ToIcebergBounds(leaf, range);
      metrics.lower = std::move(lower);
      metrics.upper = std::move(upper);
    }
    file.columns.push_back(std::move(metrics));
  }
  return file;
}

}  // namespace tarn::lake
