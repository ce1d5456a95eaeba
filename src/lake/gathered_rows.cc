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

/// At most, in the files of so many partitions: a dictionary is written out where that is smaller.
size_t FileBytes(const LeafBuffer& leaf, size_t partitions) {
  if (!leaf.has_dictionary()) return leaf.plain().size();
  const auto& dictionary = leaf.dictionary();
  if (dictionary.size() == 0) return 0;
  const size_t plain = leaf.values() * (dictionary.plain().size() / dictionary.size() + 1);
  const auto code_bits = static_cast<size_t>(std::bit_width(dictionary.size()));
  const size_t coded = leaf.values() * code_bits / 8 + dictionary.plain().size() * partitions;
  return std::min(plain, coded);
}

}  // namespace

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

size_t GatheredRows::file_bytes_per_row_max() const {
  size_t bytes = 0;
  for (size_t i = 0; i < batch_.layout()->leaves().size(); ++i) {
    const LeafBuffer& leaf = batch_.leaf(i);
    bytes += FileBytes(leaf, partitions_.size()) +
             leaf.entries() / 2;  // levels take a byte at most, seldom a bit
  }
  return bytes / std::max<size_t>(1, batch_.rows());
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
