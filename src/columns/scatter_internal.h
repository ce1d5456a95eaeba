// The scatter of one leaf: its entries, put in the places of their targets in one sequential pass,
// then appended target by target.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columns/byte_buffer.h"
#include "columns/leaf_buffer.h"

namespace tarn::columns::internal {

/// Every row has a place among all rows, sorted by target: found once, and what is sorted is
/// written there directly. Where a leaf has nulls, places of values stay empty, and are closed up
/// when the target's part is appended.
///
/// Scratch for the leaves of one batch. Threads: one.
class LeafScatter {
 public:
  /// in  target_of_row: lent for the scatter's life; order: all rows as they shall follow each
  /// other in their targets; empty: as they are
  LeafScatter(std::span<const uint32_t> target_of_row, size_t targets,
              std::span<const uint32_t> order = {});

  /// Sort a leaf's entries and values by target. in  source: lent until the next Sort
  void Sort(const LeafBuffer& source);
  /// Append a target's part of what was sorted.
  void AppendTo(size_t target, LeafBuffer* buffer);

  size_t rows_of(size_t target) const { return row_starts_[target + 1] - row_starts_[target]; }

 private:
  void AppendAllTo(LeafBuffer* buffer);
  void FindEntryPlaces();
  void SortLevels();
  void SortValues();
  template <class T, class Next>
  void PlaceValues(Next next);
  void AppendLevelsTo(size_t start, size_t end, LeafBuffer* buffer);
  template <class T>
  std::span<const T> ValuesOf(size_t start, size_t end);

  const bool takes_all_;            // the only target, in order
  std::vector<size_t> row_starts_;  // by target, and the total
  std::vector<uint32_t> place_of_row_;
  const LeafBuffer* source_ = nullptr;
  std::span<const size_t> entry_starts_;  // of the leaf at hand
  std::span<const uint32_t> place_of_entry_;
  std::vector<size_t> own_entry_starts_;  // where it is repeated
  std::vector<uint32_t> own_place_of_entry_;
  std::vector<uint32_t> entry_at_place_;  // each row's first, by place
  ByteBuffer definitions_;
  ByteBuffer repetitions_;
  ByteBuffer values_;  // by place: codes, numbers or slots
  ByteBuffer closed_;  // of one target, without empty places
  CodeMap map_;
};

}  // namespace tarn::columns::internal
