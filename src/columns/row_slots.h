// Up to 256 rows between a parser and the column buffers: the parser fills slots row by row, the
// buffers take them column by column, which lets them hash, prefetch and probe a whole column at
// once (docs/decisions/0003-own-columns.md).
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "base/invariant.h"
#include "columns/layout.h"

namespace tarn::columns {

/// One value. Booleans and integers in `integer` (date: days; time and timestamps: µs; decimals up
/// to 18 digits: unscaled), double and float in `real`, bytes (and kFixed) in `bytes` + `length`.
struct Slot {
  union {
    int64_t integer;
    double real;
    const char* bytes;
  };
  uint32_t length;
};

/// Rows in slots. A row is filled between BeginRow and EndRow, or dropped by AbandonRow, which
/// leaves no trace.
///
/// A leaf that is not repeated holds one slot and one definition level a row (unset: level 0, null
/// at the top). A repeated leaf holds any number of entries a row, each with both levels; a row
/// with none gets one entry of (0, 0) at EndRow. Bytes that slots point to must live until Clear;
/// Allocate gives some that do. Threads: one at a time.
class RowSlots {
 public:
  static constexpr uint32_t kRowsMax = 256;

  explicit RowSlots(std::shared_ptr<const Layout> layout);

  const Layout& layout() const { return *layout_; }
  uint32_t rows() const { return rows_; }
  bool full() const { return rows_ == kRowsMax; }

  void BeginRow();
  void EndRow();
  void AbandonRow();

  /// Set the slot of a leaf that is not repeated, in the open row. A later call in the same row
  /// replaces it (last duplicate key wins).
  Slot& Set(int leaf, uint8_t definition) {
    const size_t at = size_t{rows_} * leaf_count_ + static_cast<size_t>(leaf);
    definitions_[at] = definition;
    return slots_[at];
  }
  /// Set the levels of all leaves of a node outside any list or map to "null here" in the open row:
  /// what is present above it ends at this level. Repeated leaves forget what they had and get one
  /// entry. (Inside a list or map, Push says the same for one element.)
  void SetNull(const Node& node, uint8_t definition);

  /// The open row's slots and levels, by leaf, those of repeated leaves unused: for a parser that
  /// sets many. Valid until EndRow.
  Slot* open_slots() { return slots_.data() + size_t{rows_} * leaf_count_; }
  uint8_t* open_definitions() { return definitions_.data() + size_t{rows_} * leaf_count_; }

  /// Add an entry to a repeated leaf of the open row.
  Slot& Push(int leaf, uint8_t definition, uint8_t repetition) {
    return entries_[static_cast<size_t>(leaf)]->Push(definition, repetition);
  }
  /// True where the open row has pushed nothing to a repeated leaf.
  bool IsUntouched(int leaf) const { return entries_[static_cast<size_t>(leaf)]->in_row() == 0; }
  /// Forget what the open row pushed to the repeated leaves of a node (a duplicate key starts
  /// over).
  void ForgetPushed(const Node& node);

  /// Memory for bytes that must be made (unescaped strings, JSON text). Valid until Clear.
  char* Allocate(size_t size) {
    char* const at = Reserve(size);
    Commit(size);
    return at;
  }
  /// As Allocate, where the size is known only once the bytes are written: room for up to `size`,
  /// of which Commit keeps the first.
  char* Reserve(size_t size) {
    if (size > arena_size_ - arena_used_ || arena_.empty()) [[unlikely]]
      AddBlock(size);
    return arena_.back().get() + arena_used_;
  }
  void Commit(size_t size) { arena_used_ += size; }

  /// Start over with no rows.
  void Clear();

  // What the column buffers read.
  const Slot* slots(int leaf) const { return slots_.data() + leaf; }  ///< stride() apart
  const uint8_t* definitions(int leaf) const { return definitions_.data() + leaf; }
  size_t stride() const { return leaf_count_; }

  /// A repeated leaf's entries, all rows' one after the other.
  class Entries {
   public:
    std::span<const Slot> slots() const { return {slots_.data(), size_}; }
    std::span<const uint8_t> definitions() const { return {definitions_.data(), size_}; }
    std::span<const uint8_t> repetitions() const { return {repetitions_.data(), size_}; }
    size_t room() const { return slots_.size(); }         ///< entries that memory is held for
    size_t in_row() const { return size_ - row_start_; }  ///< entries of the open row

    Slot& Push(uint8_t definition, uint8_t repetition) {
      if (size_ == slots_.size()) [[unlikely]]
        Grow();
      definitions_[size_] = definition;
      repetitions_[size_] = repetition;
      return slots_[size_++];
    }
    void EndRow() { row_start_ = size_; }
    void ForgetRow() { size_ = row_start_; }
    void Clear();

   private:
    void Grow();

    size_t size_ = 0;
    size_t row_start_ = 0;
    std::vector<Slot> slots_;  // these three: as long as there is room for entries
    std::vector<uint8_t> definitions_;
    std::vector<uint8_t> repetitions_;
  };
  const Entries& entries(int leaf) const {
    return *entries_[static_cast<size_t>(leaf)];
  }  ///< repeated leaves only

 private:
  void AddBlock(size_t size);

  std::shared_ptr<const Layout> layout_;
  size_t leaf_count_;
  std::vector<int> repeated_;  // the repeated leaves
  uint32_t rows_ = 0;
  std::vector<Slot> slots_;                        // row-major
  std::vector<uint8_t> definitions_;               // row-major
  std::vector<std::unique_ptr<Entries>> entries_;  // by leaf; null where not repeated
  std::vector<std::unique_ptr<char[]>> arena_;
  size_t arena_used_ = 0;
  size_t arena_size_ = 0;
};

}  // namespace tarn::columns
