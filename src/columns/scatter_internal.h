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
  /// in  target_of_row: lent for the scatter's life
  LeafScatter(std::span<const uint32_t> target_of_row, size_t targets);

  void Run(const LeafBuffer& source, std::span<LeafBuffer* const> targets);

  size_t rows_of(size_t target) const { return row_starts_[target + 1] - row_starts_[target]; }

 private:
  /// Where each target's part of a sorted array starts; `ends` moves while it is filled.
  struct Parts {
    std::vector<size_t> starts;
    std::vector<size_t> ends;
    void Begin(std::span<const size_t> all_starts);
  };

  void FindEntryTargets(const LeafBuffer& source);
  void ScatterLevels(const LeafBuffer& source, std::span<LeafBuffer* const> targets);
  void FindValueTargets(const LeafBuffer& source);
  void ScatterCodes(const LeafBuffer& source, std::span<LeafBuffer* const> targets);
  void ScatterPlain(const LeafBuffer& source, std::span<LeafBuffer* const> targets);

  std::span<const uint32_t> target_of_row_;
  size_t targets_;
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
  CodeMap map_;
};

}  // namespace tarn::columns::internal
