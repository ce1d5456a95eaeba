#include "columns/scatter.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "columns/batch.h"
#include "columns/leaf_reader.h"
#include "columns/leaf_values.h"
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

std::vector<uint32_t> FindRowPlaces(std::span<const uint32_t> target_of_row,
                                    std::vector<size_t> starts, std::span<const uint32_t> order) {
  std::vector<uint32_t> places(target_of_row.size());
  for (size_t i = 0; i < places.size(); ++i) {
    const size_t row = order.empty() ? i : order[i];
    places[row] = static_cast<uint32_t>(starts[target_of_row[row]]++);
  }
  return places;
}

/// Room for so many, not yet set.
template <class T>
T* MakeRoom(size_t count, ByteBuffer* buffer) {
  const size_t bytes = count * sizeof(T);
  buffer->Clear();
  if (bytes > buffer->capacity()) buffer->Release();  // nothing in it is worth moving
  return reinterpret_cast<T*>(buffer->Extend(bytes));
}

template <class T>
std::span<const T> Part(const ByteBuffer& sorted, size_t start, size_t end) {
  return {reinterpret_cast<const T*>(sorted.data()) + start, end - start};
}

}  // namespace

LeafScatter::LeafScatter(std::span<const uint32_t> target_of_row, size_t targets,
                         std::span<const uint32_t> order)
    : takes_all_(targets == 1 && order.empty()), row_starts_(CountStarts(target_of_row, targets)) {
  if (!takes_all_) place_of_row_ = FindRowPlaces(target_of_row, row_starts_, order);
}

void LeafScatter::Sort(const LeafBuffer& source) {
  source_ = &source;
  if (takes_all_) return;  // AppendAllTo reads the source itself
  FindEntryPlaces();
  SortLevels();
  SortValues();
}

void LeafScatter::AppendTo(size_t target, LeafBuffer* buffer) {
  if (takes_all_) return AppendAllTo(buffer);
  const size_t start = entry_starts_[target];
  const size_t end = entry_starts_[target + 1];
  AppendLevelsTo(start, end, buffer);
  if (source_->has_dictionary()) {
    return buffer->AppendCodes(ValuesOf<uint32_t>(start, end), *source_, &map_);
  }
  if (start != end && end - start < kDictionaryTriedFrom) buffer->PreferPlain();
  if (IsBytes(source_->leaf().physical)) {
    return buffer->AppendValues(ValuesOf<Slot>(start, end));
  }
  switch (ValueWidth(source_->leaf())) {
    case sizeof(uint8_t):
      return buffer->AppendNumbers(std::as_bytes(ValuesOf<uint8_t>(start, end)));
    case sizeof(uint32_t):
      return buffer->AppendNumbers(std::as_bytes(ValuesOf<uint32_t>(start, end)));
    default:
      return buffer->AppendNumbers(std::as_bytes(ValuesOf<uint64_t>(start, end)));
  }
}

/// The only target takes all entries as they lie.
void LeafScatter::AppendAllTo(LeafBuffer* buffer) {
  const LeafBuffer& source = *source_;
  if (source.definitions().empty()) {
    std::ranges::fill_n(MakeRoom<uint8_t>(source.entries(), &definitions_),
                        static_cast<std::ptrdiff_t>(source.entries()),
                        source.leaf().definition_max);
    buffer->AppendLevels(Part<uint8_t>(definitions_, 0, source.entries()), {});
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

/// A row's entries follow each other, from its place among all entries.
void LeafScatter::FindEntryPlaces() {
  place_of_entry_ = place_of_row_;
  entry_starts_ = row_starts_;
  if (source_->leaf().repetition_max == 0) return;
  const auto repetitions = source_->repetitions();
  entry_at_place_.assign(place_of_row_.size() + 1, 0);
  size_t row = 0;  // the one after the entry's
  for (const uint8_t repetition : repetitions) {
    row += repetition == 0;
    ++entry_at_place_[place_of_row_[row - 1] + 1];
  }
  for (size_t i = 1; i < entry_at_place_.size(); ++i) entry_at_place_[i] += entry_at_place_[i - 1];
  own_place_of_entry_.resize(repetitions.size());
  row = 0;
  uint32_t place = 0;
  for (size_t i = 0; i < repetitions.size(); ++i) {
    if (repetitions[i] == 0) place = entry_at_place_[place_of_row_[row++]];
    own_place_of_entry_[i] = place++;
  }
  own_entry_starts_.clear();
  for (const size_t start : row_starts_) own_entry_starts_.push_back(entry_at_place_[start]);
  place_of_entry_ = own_place_of_entry_;
  entry_starts_ = own_entry_starts_;
}

void LeafScatter::SortLevels() {
  const auto place = [&](std::span<const uint8_t> levels, ByteBuffer* sorted) {
    auto* const to = MakeRoom<uint8_t>(levels.size(), sorted);
    for (size_t i = 0; i < levels.size(); ++i) to[place_of_entry_[i]] = levels[i];
  };
  place(source_->definitions(), &definitions_);
  place(source_->repetitions(), &repetitions_);
}

void LeafScatter::SortValues() {
  if (source_->has_dictionary()) {
    return PlaceValues<uint32_t>([at = source_->codes().data()]() mutable { return *at++; });
  }
  if (IsBytes(source_->leaf().physical)) {
    return PlaceValues<Slot>([values = LeafReader(*source_)]() mutable { return values.Next(); });
  }
  const auto place = [this]<class T>(T) {
    PlaceValues<T>([at = source_->plain().data()]() mutable {
      const T value = LoadLe<T>(at);
      at += sizeof value;
      return value;
    });
  };
  switch (ValueWidth(source_->leaf())) {
    case sizeof(uint8_t):
      return place(uint8_t{});
    case sizeof(uint32_t):
      return place(uint32_t{});
    default:
      return place(uint64_t{});
  }
}

/// in  next: gives one value of the source after the other
template <class T, class Next>
void LeafScatter::PlaceValues(Next next) {
  const auto definitions = source_->definitions();
  const uint8_t there = source_->leaf().definition_max;
  T* const to = MakeRoom<T>(source_->entries(), &values_);
  if (definitions.empty()) {
    for (const uint32_t place : place_of_entry_) to[place] = next();
    return;
  }
  for (size_t i = 0; i < definitions.size(); ++i) {
    if (definitions[i] == there) to[place_of_entry_[i]] = next();
  }
}

void LeafScatter::AppendLevelsTo(size_t start, size_t end, LeafBuffer* buffer) {
  if (source_->definitions().empty()) {
    const size_t count = end - start;
    std::ranges::fill_n(MakeRoom<uint8_t>(count, &closed_), static_cast<std::ptrdiff_t>(count),
                        source_->leaf().definition_max);
    return buffer->AppendLevels(Part<uint8_t>(closed_, 0, count), {});
  }
  const bool repeats = source_->leaf().repetition_max != 0;
  buffer->AppendLevels(Part<uint8_t>(definitions_, start, end),
                       Part<uint8_t>(repetitions_, repeats ? start : 0, repeats ? end : 0));
}

/// The values of the entries from `start` to `end`, without the places of those that have none.
template <class T>
std::span<const T> LeafScatter::ValuesOf(size_t start, size_t end) {
  const auto placed = Part<T>(values_, start, end);
  if (source_->definitions().empty()) return placed;
  const auto definitions = Part<uint8_t>(definitions_, start, end);
  const uint8_t there = source_->leaf().definition_max;
  T* const closed = MakeRoom<T>(placed.size(), &closed_);
  size_t count = 0;
  for (size_t i = 0; i < placed.size(); ++i) {
    if (definitions[i] == there) closed[count++] = placed[i];
  }
  return {closed, count};
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
