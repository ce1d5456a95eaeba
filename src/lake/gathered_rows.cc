#include "lake/gathered_rows.h"

#include <algorithm>
#include <bit>

#include "columns/leaf_buffer.h"

namespace tarn::lake {

namespace {

using columns::LeafBuffer;

/// Of sorting a leaf: an entry's levels, its place, its row's and where that begins, its slot, and
/// once more without the places of nulls.
constexpr size_t kSortBytesPerEntry = 2 + 3 * sizeof(uint32_t) + 2 * sizeof(columns::Slot);
/// Of routing: a row's partition and its target; of spilling: its partition once more.
constexpr size_t kRouteBytesPerRow = 3 * sizeof(uint32_t);

/// Of ordering rows: a row's place, a value to rank; and the ranks of each column.
constexpr size_t kOrderBytesPerRow = sizeof(uint32_t) + sizeof(columns::Slot);

}  // namespace

FileBytes::FileBytes(const columns::Batch& rows) {
  const auto count = static_cast<double>(std::max<size_t>(1, rows.rows()));
  for (size_t i = 0; i < rows.layout()->leaves().size(); ++i) {
    const LeafBuffer& leaf = rows.leaf(i);
    // Levels take a byte at most, seldom a bit.
    of_row_ += static_cast<double>(leaf.entries()) / 2 / count;
    if (!leaf.has_dictionary()) {
      of_row_ += static_cast<double>(leaf.plain().size()) / count;
    } else if (leaf.values() != 0) {
      const double values_of_row = static_cast<double>(leaf.values()) / count;
      const auto dictionary = static_cast<double>(leaf.dictionary().plain().size());
      coded_.push_back(
          {.plain_of_row = values_of_row * dictionary / leaf.dictionary().size(),
           .codes_of_row = values_of_row * std::bit_width(leaf.dictionary().size()) / 8,
           .dictionary = dictionary});
    }
  }
}

size_t FileBytes::Of(size_t rows) const {
  const auto count = static_cast<double>(rows);
  double bytes = count * of_row_;
  for (const CodedLeaf& leaf : coded_) {
    bytes += std::min(count * leaf.plain_of_row, count * leaf.codes_of_row + leaf.dictionary);
  }
  return static_cast<size_t>(bytes) + 1;
}

GatheredRows::GatheredRows(std::shared_ptr<const columns::Layout> layout, size_t sort_columns)
    : batch_(std::move(layout)), sort_columns_(sort_columns) {}

void GatheredRows::Announce(uint32_t partition) {
  if (partition >= rows_of_partition_.size()) rows_of_partition_.resize(partition + 1);
  if (rows_of_partition_[partition]++ == 0) partitions_.push_back(partition);
  partition_of_row_.push_back(partition);
}

size_t GatheredRows::rows_of(uint32_t partition) const {
  return partition < rows_of_partition_.size() ? rows_of_partition_[partition] : 0;
}

size_t GatheredRows::memory_bytes() const {
  size_t bytes = batch_.data_bytes() + rows() * kRouteBytesPerRow;
  size_t entries_max = 0;
  for (size_t i = 0; i < batch_.layout()->leaves().size(); ++i) {
    const LeafBuffer& leaf = batch_.leaf(i);
    entries_max = std::max(entries_max, leaf.entries());
    if (leaf.has_dictionary()) bytes += leaf.dictionary().bytes();
  }
  bytes += entries_max * kSortBytesPerEntry;
  if (sort_columns_ == 0) return bytes;
  return bytes + rows() * (kOrderBytesPerRow + sort_columns_ * sizeof(uint32_t));
}

void GatheredRows::Hold(columns::Batch rows, uint32_t partition) {
  Release();
  batch_ = std::move(rows);
  for (size_t row = 0; row < batch_.rows(); ++row) Announce(partition);
}

void GatheredRows::Release() {
  batch_ = columns::Batch(batch_.layout());
  for (const uint32_t partition : partitions_) rows_of_partition_[partition] = 0;
  partitions_.clear();
  partition_of_row_.clear();
}

}  // namespace tarn::lake
