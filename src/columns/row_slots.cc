#include "columns/row_slots.h"

#include <algorithm>

#include "base/units.h"

namespace tarn::columns {

namespace {
constexpr size_t kArenaBlockBytesMin = 64 * kKiB;
constexpr size_t kArenaBytesKept = 8 * kMiB;  ///< by Clear; more goes back to the system
}  // namespace

RowSlots::RowSlots(std::shared_ptr<const Layout> layout)
    : layout_(std::move(layout)),
      leaf_count_(layout_->leaves().size()),
      slots_(kRowsMax * leaf_count_),
      definitions_(kRowsMax * leaf_count_),
      entries_(leaf_count_) {
  for (size_t leaf = 0; leaf < leaf_count_; ++leaf) {
    if (layout_->leaves()[leaf].repetition_max == 0) continue;
    entries_[leaf] = std::make_unique<Entries>();
    repeated_.push_back(static_cast<int>(leaf));
  }
}

void RowSlots::BeginRow() {
  INVARIANT(!full(), "a full batch takes no row");
  if (leaf_count_ != 0) {
    std::memset(definitions_.data() + size_t{rows_} * leaf_count_, 0, leaf_count_);
  }
}

void RowSlots::EndRow() {
  for (const int leaf : repeated_) {
    Entries& entries = *entries_[static_cast<size_t>(leaf)];
    if (entries.in_row() == 0) entries.Push(0, 0);
    entries.EndRow();
  }
  ++rows_;
}

void RowSlots::AbandonRow() {
  for (const int leaf : repeated_) entries_[static_cast<size_t>(leaf)]->ForgetRow();
}

void RowSlots::SetNull(const Node& node, uint8_t definition) {
  for (int leaf = node.first_leaf; leaf < node.first_leaf + node.leaf_count; ++leaf) {
    Entries* const entries = entries_[static_cast<size_t>(leaf)].get();
    if (entries == nullptr) {
      Set(leaf, definition);
    } else {
      entries->ForgetRow();
      entries->Push(definition, 0);
    }
  }
}

void RowSlots::Entries::Grow() {
  const size_t room = std::max<size_t>(kRowsMax, 2 * slots_.size());
  slots_.resize(room);
  definitions_.resize(room);
  repetitions_.resize(room);
}

void RowSlots::Entries::Clear() {
  constexpr size_t kKept = 65'536;  // entries; the memory of longer lists is given back
  if (slots_.size() > kKept) *this = Entries();
  size_ = row_start_ = 0;
}

void RowSlots::ForgetPushed(const Node& node) {
  for (int leaf = node.first_leaf; leaf < node.first_leaf + node.leaf_count; ++leaf) {
    Entries* const entries = entries_[static_cast<size_t>(leaf)].get();
    if (entries != nullptr) entries->ForgetRow();
  }
}

void RowSlots::AddBlock(size_t size) {
  arena_size_ = std::max({size, kArenaBlockBytesMin, std::min(2 * arena_size_, kArenaBytesKept)});
  arena_.push_back(std::make_unique_for_overwrite<char[]>(arena_size_));
  arena_used_ = 0;
}

void RowSlots::Clear() {
  rows_ = 0;
  for (const int leaf : repeated_) entries_[static_cast<size_t>(leaf)]->Clear();
  // The newest block is the largest: one is enough for the next batch of the same kind.
  if (arena_.size() > 1) arena_.erase(arena_.begin(), arena_.end() - 1);
  if (arena_size_ > kArenaBytesKept) {
    arena_.clear();
    arena_size_ = 0;
  }
  arena_used_ = 0;
}

}  // namespace tarn::columns
