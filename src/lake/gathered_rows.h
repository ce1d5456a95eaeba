// Rows of many partitions in one batch, until they are cut into row groups all at once: values that
// repeat are kept once for all partitions, and a partition with a few rows costs a few bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columns/batch.h"

namespace tarn::lake {

/// What rows of one partition take in its file, uncompressed: about, and rather more than less.
/// Every partition's rows are taken for average ones, whose values may be all in the dictionaries.
class FileBytes {
 public:
  explicit FileBytes(const columns::Batch& rows);

  size_t Of(size_t rows) const;

 private:
  /// A leaf with a dictionary: each file has one of its own, where that is smaller.
  struct CodedLeaf {
    double plain_of_row = 0;
    double codes_of_row = 0;
    double dictionary = 0;
  };
  double of_row_ = 0;  // of all else: leaves without dictionaries, levels
  std::vector<CodedLeaf> coded_;
};

/// Threads: one at a time.
class GatheredRows {
 public:
  /// in  sort_columns: by how many columns the rows will be ordered
  GatheredRows(std::shared_ptr<const columns::Layout> layout, size_t sort_columns);

  /// Where rows are added.
  columns::Batch* mutable_batch() { return &batch_; }
  const columns::Batch& batch() const { return batch_; }
  /// Say to which partition the next row belongs, before it is added or after.
  void Announce(uint32_t partition);
  /// Hold these rows of one partition instead.
  void Hold(columns::Batch rows, uint32_t partition);

  size_t rows() const { return batch_.rows(); }
  size_t rows_of(uint32_t partition) const;
  /// Of the rows that were announced, the first ones.
  std::span<const uint32_t> partition_of_row() const { return partition_of_row_; }
  /// Those that have rows, in the order of their first one.
  std::span<const uint32_t> partitions() const { return partitions_; }

  /// Memory that is filled, and that sorting a leaf of it will take.
  size_t memory_bytes() const;

  /// Forget the rows, and give their memory back.
  void Release();

 private:
  columns::Batch batch_;
  size_t sort_columns_;
  std::vector<uint32_t> partition_of_row_;
  std::vector<uint32_t> partitions_;
  std::vector<uint32_t> rows_of_partition_;  // by partition
};

}  // namespace tarn::lake
