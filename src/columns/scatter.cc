#include "columns/scatter.h"

#include <algorithm>
#include <array>
#include <optional>

#include "columns/batch.h"
#include "columns/leaf_reader.h"
#include "columns/scatter_internal.h"

namespace tarn::columns {

namespace internal {

namespace {

/// Values of a slice from which on it is worth a look whether they repeat, though those of its
/// source did not.
constexpr size_t kDictionaryTriedFrom = 8192;

/// returns  where each target's part starts, and the total at the end
std::vector<size_t> CountStarts(std::span<const uint32_t> target_of, size_t targets) {
  std::vector<size_t> starts(targets + 1);
  for (const uint32_t target : target_of) ++starts[target + 1];
  for (size_t i = 0; i < targets; ++i) starts[i + 1] += starts[i];
  return starts;
}

template <class T>
std::span<const T> Part(const std::vector<T>& sorted, size_t start, size_t end) {
  return std::span<const T>(sorted).subspan(start, end - start);
}

}  // namespace

LeafScatter::LeafScatter(std::span<const uint32_t> target_of_row, size_t targets,
                         std::span<const uint32_t> order)
    : target_of_row_(target_of_row),
      targets_(targets),
      order_(order),
      row_starts_(CountStarts(target_of_row, targets)) {}

void LeafScatter::Parts::Begin(std::span<const size_t> all_starts) {
  starts.assign(all_starts.begin(), all_starts.end() - 1);
  ends = starts;
}

void LeafScatter::Sort(const LeafBuffer& source) {
  source_ = &source;
  if (AppendsAll()) return;  // AppendAllTo reads the source itself
  FindEntryTargets();
  if (!order_.empty()) {
    FindRowStarts();
    SortLevelsInOrder();
    SortValuesInOrder();
    return;
  }
  SortLevels();
  FindValueTargets();
  if (source.has_dictionary()) {
    SortCodes();
  } else {
    SortPlain();
  }
}

void LeafScatter::AppendTo(size_t target, LeafBuffer* buffer) {
  if (AppendsAll()) return AppendAllTo(buffer);
  AppendLevelsTo(target, buffer);
  const size_t start = parts_.starts[target];
  const size_t end = parts_.ends[target];
  if (source_->has_dictionary()) {
    buffer->AppendCodes(Part(codes_, start, end), *source_, &map_);
  } else if (start != end) {
    if (end - start < kDictionaryTriedFrom) buffer->PreferPlain();
    buffer->AppendValues(Part(slots_, start, end));
  }
}

/// The only target takes all entries as they lie.
void LeafScatter::AppendAllTo(LeafBuffer* buffer) {
  const LeafBuffer& source = *source_;
  if (source.definitions().empty()) {
    definitions_.assign(source.entries(), source.leaf().definition_max);
    buffer->AppendLevels(definitions_, {});
  } else {
    buffer->AppendLevels(source.definitions(), source.repetitions());
  }
  if (source.has_dictionary()) return buffer->AppendCodes(source.codes(), source, &map_);
  if (source.values() != 0) buffer->PreferPlain();
  LeafReader values(source);
  std::array<Slot, Dictionary::kChunk> slots;
  for (size_t left = source.values(); left != 0;) {
    const size_t count = std::min(left, slots.size());
    for (size_t i = 0; i < count; ++i) slots[i] = values.Next();
    buffer->AppendValues({slots.data(), count});
    left -= count;
  }
}

void LeafScatter::FindEntryTargets() {
  if (source_->leaf().repetition_max == 0) {
    target_of_entry_ = target_of_row_;
    entry_starts_ = row_starts_;
    return;
  }
  const auto repetitions = source_->repetitions();
  own_target_of_entry_.resize(repetitions.size());
  size_t row = 0;  // the one after the entry's
  for (size_t i = 0; i < repetitions.size(); ++i) {
    row += repetitions[i] == 0;
    own_target_of_entry_[i] = target_of_row_[row - 1];
  }
  target_of_entry_ = own_target_of_entry_;
  entry_starts_ = CountStarts(target_of_entry_, targets_);
}

void LeafScatter::SortLevels() {
  const auto definitions = source_->definitions();
  const auto repetitions = source_->repetitions();
  definitions_.resize(source_->entries());
  repetitions_.resize(repetitions.size());
  parts_.Begin(entry_starts_);
  if (definitions.empty()) {
    std::ranges::fill(definitions_, source_->leaf().definition_max);
    return;
  }
  for (size_t i = 0; i < definitions.size(); ++i) {
    const size_t to = parts_.ends[target_of_entry_[i]]++;
    definitions_[to] = definitions[i];
    if (!repetitions.empty()) repetitions_[to] = repetitions[i];
  }
}

void LeafScatter::AppendLevelsTo(size_t target, LeafBuffer* buffer) const {
  const size_t start = entry_starts_[target];
  const size_t end = entry_starts_[target + 1];
  const bool repeats = source_->leaf().repetition_max != 0;
  buffer->AppendLevels(Part(definitions_, start, end),
                       Part(repetitions_, repeats ? start : 0, repeats ? end : 0));
}

void LeafScatter::FindValueTargets() {
  const auto definitions = source_->definitions();
  if (definitions.empty()) {
    target_of_value_ = target_of_entry_;
    return;
  }
  own_target_of_value_.resize(source_->entries());
  const uint8_t there = source_->leaf().definition_max;
  size_t values = 0;
  for (size_t i = 0; i < definitions.size(); ++i) {
    own_target_of_value_[values] = target_of_entry_[i];
    values += definitions[i] == there;
  }
  target_of_value_ = std::span<const uint32_t>(own_target_of_value_).first(values);
}

void LeafScatter::SortCodes() {
  codes_.resize(
      source_->entries());  // room for all entries of a target, also those without a value
  parts_.Begin(entry_starts_);
  const auto codes = source_->codes();
  for (size_t i = 0; i < codes.size(); ++i) {
    codes_[parts_.ends[target_of_value_[i]]++] = codes[i];
  }
}

void LeafScatter::SortPlain() {
  slots_.resize(source_->entries());
  parts_.Begin(entry_starts_);
  LeafReader values(*source_);
  for (const uint32_t target : target_of_value_) slots_[parts_.ends[target]++] = values.Next();
}

void LeafScatter::FindRowStarts() {
  const auto definitions = source_->definitions();
  const auto repetitions = source_->repetitions();
  const uint8_t there = source_->leaf().definition_max;
  entry_of_row_.clear();
  value_of_row_.clear();
  uint32_t value = 0;
  for (uint32_t entry = 0; entry < source_->entries(); ++entry) {
    if (repetitions.empty() || repetitions[entry] == 0) {
      entry_of_row_.push_back(entry);
      value_of_row_.push_back(value);
    }
    value += definitions.empty() || definitions[entry] == there;
  }
  entry_of_row_.push_back(static_cast<uint32_t>(source_->entries()));
  value_of_row_.push_back(value);
}

/// Copy what belongs to each row to the part of its target, row by row in the order.
template <class T>
void LeafScatter::PlaceInOrder(std::span<const T> values, std::span<const uint32_t> starts,
                               std::vector<T>* to) {
  to->resize(source_->entries());  // room for all entries of a target, also those without a value
  parts_.Begin(entry_starts_);
  for (const uint32_t row : order_) {
    size_t& end = parts_.ends[target_of_row_[row]];
    for (uint32_t i = starts[row]; i < starts[row + 1]; ++i) (*to)[end++] = values[i];
  }
}

void LeafScatter::SortLevelsInOrder() {
  if (source_->definitions().empty()) {
    definitions_.assign(source_->entries(), source_->leaf().definition_max);
  } else {
    PlaceInOrder(source_->definitions(), entry_of_row_, &definitions_);
  }
  if (source_->leaf().repetition_max != 0) {
    PlaceInOrder(source_->repetitions(), entry_of_row_, &repetitions_);
  }
}

void LeafScatter::SortValuesInOrder() {
  if (source_->has_dictionary()) return PlaceInOrder(source_->codes(), value_of_row_, &codes_);
  LeafReader values(*source_);
  unsorted_.resize(source_->values());
  for (Slot& slot : unsorted_) slot = values.Next();
  PlaceInOrder(std::span<const Slot>(unsorted_), value_of_row_, &slots_);
}

}  // namespace internal

struct LeafSlices::State {
  const Batch& source;
  internal::LeafScatter scatter;
  std::optional<LeafBuffer> slice;
};

LeafSlices::LeafSlices(const Batch& source, std::span<const uint32_t> target_of_row, size_t targets,
                       std::span<const uint32_t> order)
    : state_(
          std::make_unique<State>(source, internal::LeafScatter(target_of_row, targets, order))) {}
LeafSlices::~LeafSlices() = default;

void LeafSlices::Sort(size_t leaf) {
  state_->scatter.Sort(state_->source.leaf(leaf));
  state_->slice.emplace(state_->source.leaf(leaf).leaf());
}

const LeafBuffer& LeafSlices::Cut(size_t target) {
  state_->slice->Clear();
  state_->scatter.AppendTo(target, &*state_->slice);
  return *state_->slice;
}

size_t LeafSlices::rows_of(size_t target) const { return state_->scatter.rows_of(target); }

}  // namespace tarn::columns
