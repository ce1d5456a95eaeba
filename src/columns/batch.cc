#include "columns/batch.h"

#include <array>

#include "columns/leaf_buffer.h"
#include "columns/scatter_internal.h"

namespace tarn::columns {

namespace {

/// One entry a row: take the slots that hold a value.
void AppendFlatLeaf(const RowSlots& rows, int index, LeafBuffer* buffer) {
  const uint32_t count = rows.rows();
  const size_t stride = rows.stride();
  const Slot* slots = rows.slots(index);
  const uint8_t* definitions = rows.definitions(index);
  const uint8_t there = buffer->leaf().definition_max;
  std::array<uint8_t, RowSlots::kRowsMax> levels;
  std::array<Slot, RowSlots::kRowsMax> values;
  size_t present = 0;
  for (uint32_t row = 0; row < count; ++row) {
    levels[row] = *definitions;
    values[present] = *slots;
    present += *definitions == there;
    definitions += stride;
    slots += stride;
  }
  buffer->AppendLevels({levels.data(), count}, {});
  buffer->AppendValues({values.data(), present});
}

/// Any number of entries a row.
void AppendRepeatedLeaf(const RowSlots::Entries& entries, LeafBuffer* buffer) {
  buffer->AppendLevels(entries.definitions(), entries.repetitions());
  const uint8_t there = buffer->leaf().definition_max;
  std::array<Slot, RowSlots::kRowsMax> values;
  size_t present = 0;
  const std::span<const Slot> slots = entries.slots();
  const std::span<const uint8_t> definitions = entries.definitions();
  for (size_t i = 0; i < slots.size(); ++i) {
    if (definitions[i] != there) continue;
    values[present++] = slots[i];
    if (present < values.size()) continue;
    buffer->AppendValues(values);
    present = 0;
  }
  buffer->AppendValues({values.data(), present});
}

}  // namespace

Batch::Batch(std::shared_ptr<const Layout> layout) : layout_(std::move(layout)) {
  leaves_.reserve(layout_->leaves().size());
  for (const Leaf& leaf : layout_->leaves()) leaves_.push_back(std::make_unique<LeafBuffer>(leaf));
}
Batch::~Batch() = default;
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;

void Batch::Append(const RowSlots& rows) {
  INVARIANT(&rows.layout() == layout_.get(), "rows have the layout of their batch");
  for (size_t i = 0; i < leaves_.size(); ++i) {
    if (layout_->leaves()[i].repetition_max == 0) {
      AppendFlatLeaf(rows, static_cast<int>(i), leaves_[i].get());
    } else {
      AppendRepeatedLeaf(rows.entries(static_cast<int>(i)), leaves_[i].get());
    }
  }
  rows_ += rows.rows();
}

void Batch::Scatter(const Batch& source, std::span<const uint32_t> target_of_row,
                    std::span<Batch* const> targets) {
  INVARIANT(target_of_row.size() == source.rows_, "every row has a target");
  internal::LeafScatter scatter(target_of_row, targets.size());
  for (size_t i = 0; i < source.leaves_.size(); ++i) {
    scatter.Sort(*source.leaves_[i]);
    for (size_t target = 0; target < targets.size(); ++target) {
      scatter.AppendTo(target, targets[target]->leaves_[i].get());
    }
  }
  for (size_t target = 0; target < targets.size(); ++target) {
    INVARIANT(targets[target]->layout_ == source.layout_, "targets have the layout of the source");
    targets[target]->rows_ += scatter.rows_of(target);
  }
}

void Batch::Restore(size_t rows, std::span<const std::string_view> leaves) {
  INVARIANT(rows_ == 0 && leaves.size() == leaves_.size(), "a new batch gets all its leaves");
  for (size_t i = 0; i < leaves_.size(); ++i) leaves_[i]->Restore(leaves[i]);
  rows_ = rows;
}

void Batch::Clear() {
  rows_ = 0;
  for (const auto& leaf : leaves_) leaf->Clear();
}

size_t Batch::bytes() const {
  size_t bytes = sizeof *this;
  for (const auto& leaf : leaves_) bytes += leaf->bytes();
  return bytes;
}

size_t Batch::data_bytes() const {
  size_t bytes = 0;
  for (const auto& leaf : leaves_) bytes += leaf->data_bytes();
  return bytes;
}

}  // namespace tarn::columns
