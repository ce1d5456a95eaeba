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
    entries_[leaf]->row_starts.push_back(0);
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
    if (entries.slots.size() == entries.row_starts.back()) Push(leaf, 0, 0);
    entries.row_starts.push_back(static_cast<uint32_t>(entries.slots.size()));
  }
  ++rows_;
}

void RowSlots::AbandonRow() {
  for (const int leaf : repeated_) ForgetLeaf(leaf);
}

void RowSlots::SetNull(const Node& node, uint8_t definition) {
  for (int leaf = node.first_leaf; leaf < node.first_leaf + node.leaf_count; ++leaf) {
    if (entries_[static_cast<size_t>(leaf)] == nullptr) {
      Set(leaf, definition);
    } else {
      ForgetLeaf(leaf);
      Push(leaf, definition, 0);
    }
  }
}

Slot& RowSlots::Push(int leaf, uint8_t definition, uint8_t repetition) {
  Entries& entries = *entries_[static_cast<size_t>(leaf)];
  entries.definitions.push_back(definition);
  entries.repetitions.push_back(repetition);
  return entries.slots.emplace_back();
}

void RowSlots::ForgetPushed(const Node& node) {
  for (int leaf = node.first_leaf; leaf < node.first_leaf + node.leaf_count; ++leaf) {
    if (entries_[static_cast<size_t>(leaf)] != nullptr) ForgetLeaf(leaf);
  }
}

void RowSlots::ForgetLeaf(int leaf) {
  Entries& entries = *entries_[static_cast<size_t>(leaf)];
  const size_t kept = entries.row_starts.back();
  entries.slots.resize(kept);
  entries.definitions.resize(kept);
  entries.repetitions.resize(kept);
}

char* RowSlots::Allocate(size_t size) {
  if (arena_.empty() || size > arena_size_ - arena_used_) {
    arena_size_ = std::max({size, kArenaBlockBytesMin, std::min(2 * arena_size_, kArenaBytesKept)});
    arena_.push_back(std::make_unique_for_overwrite<char[]>(arena_size_));
    arena_used_ = 0;
  }
  char* const at = arena_.back().get() + arena_used_;
  arena_used_ += size;
  return at;
}

void RowSlots::Clear() {
  rows_ = 0;
  for (const int leaf : repeated_) {
    Entries& entries = *entries_[static_cast<size_t>(leaf)];
    entries.slots.clear();
    entries.definitions.clear();
    entries.repetitions.clear();
    entries.row_starts.resize(1);
  }
  // The newest block is the largest: one is enough for the next batch of the same kind.
  if (arena_.size() > 1) arena_.erase(arena_.begin(), arena_.end() - 1);
  if (arena_size_ > kArenaBytesKept) {
    arena_.clear();
    arena_size_ = 0;
  }
  arena_used_ = 0;
}

}  // namespace tarn::columns
