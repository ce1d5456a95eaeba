// A batch cut into the rows of many targets, leaf by leaf: what a writer of many partitions needs,
// without a batch for each of them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "columns/leaf_buffer.h"

namespace tarn::columns {

class Batch;

/// Memory for one leaf of the batch, sorted, and one slice of it, however many targets there are.
/// Each distinct value is copied once for each target that has it; no value is hashed.
/// Threads: one at a time.
class LeafSlices {
 public:
  /// in  source, target_of_row, order: lent for the life of the slices; target_of_row: below
  /// `targets`, one a row of the source; order: all rows, as they shall follow each other in their
  /// slices; empty: as in the source
  LeafSlices(const Batch& source, std::span<const uint32_t> target_of_row, size_t targets,
             std::span<const uint32_t> order = {});
  ~LeafSlices();

  /// Sort a leaf's entries by target. Then Cut gives its slices, in any order.
  void Sort(size_t leaf);
  /// returns  a target's entries of the leaf at hand; until the next call
  const LeafBuffer& Cut(size_t target);

  size_t rows_of(size_t target) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tarn::columns
