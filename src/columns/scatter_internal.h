// The scatter of one leaf: its entries, sorted by target in one sequential pass, then appended
// target by target.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columns/leaf_buffer.h"

namespace tarn::columns::internal {

/// Scratch for the leaves of one batch. Threads: one.
class LeafScatter {
 public:
  /// in  target_of_row, order: lent for the scatter's life; order: all rows as they shall follow
  /// each other in their targets; empty: as they are
  LeafScatter(std::span<const uint32_t> target_of_row, size_t targets,
              std::span<const uint32_t> order = {});

  /// Sort a leaf's entries and values by target. in  source: lent until the next Sort
  void Sort(const LeafBuffer& source);
  /// Append a target's part of what was sorted.
  void AppendTo(size_t target, LeafBuffer* buffer);

  size_t rows_of(size_t target) const { return row_starts_[target + 1] - row_starts_[target]; }

 private:
  /// Where each target's part of a sorted array starts; `ends` moves while it is filled.
  struct Parts {
    std::vector<size_t> starts;
    std::vector<size_t> ends;
    void Begin(std::span<const size_t> all_starts);
  };

  void FindEntryTargets();
  void SortLevels();
  void FindValueTargets();
  void SortCodes();
  void SortPlain();
  void AppendLevelsTo(size_t target, LeafBuffer* buffer) const;
  void AppendAllTo(LeafBuffer* buffer);
  bool AppendsAll() const { return targets_ == 1 && order_.empty(); }
  void FindRowStarts();
  void SortLevelsInOrder();
  void SortValuesInOrder();
  template <class T>
  void PlaceInOrder(std::span<const T> values, std::span<const uint32_t> starts,
                    std::vector<T>* to);

  std::span<const uint32_t> target_of_row_;
  size_t targets_;
  std::span<const uint32_t> order_;
  const LeafBuffer* source_ = nullptr;
  std::vector<size_t> row_starts_;    // by target, and the total
  std::vector<size_t> entry_starts_;  // of the leaf at hand
  std::span<const uint32_t> target_of_entry_;
  std::span<const uint32_t> target_of_value_;
  std::vector<uint32_t> own_target_of_entry_;
  std::vector<uint32_t> own_target_of_value_;
  Parts parts_;
  std::vector<uint8_t> definitions_;
  std::vector<uint8_t> repetitions_;
  std::vector<uint32_t> codes_;
  std::vector<Slot> slots_;
  std::vector<Slot> unsorted_;          // with an order: all values
  std::vector<uint32_t> entry_of_row_;  // with an order: each row's first, and the total
  std::vector<uint32_t> value_of_row_;
  CodeMap map_;
};

}  // namespace tarn::columns::internal
