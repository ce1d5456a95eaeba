#include <algorithm>

#include "columns/leaf_reader.h"
#include "columns/scatter_internal.h"

namespace tarn::columns::internal {

namespace {

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

LeafScatter::LeafScatter(std::span<const uint32_t> target_of_row, size_t targets)
    : target_of_row_(target_of_row),
      targets_(targets),
      row_starts_(CountStarts(target_of_row, targets)) {}

void LeafScatter::Parts::Begin(std::span<const size_t> all_starts) {
  starts.assign(all_starts.begin(), all_starts.end() - 1);
  ends = starts;
}

void LeafScatter::Run(const LeafBuffer& source, std::span<LeafBuffer* const> targets) {
  FindEntryTargets(source);
  ScatterLevels(source, targets);
  FindValueTargets(source);
  if (source.has_dictionary()) {
    ScatterCodes(source, targets);
  } else {
    ScatterPlain(source, targets);
  }
}

void LeafScatter::FindEntryTargets(const LeafBuffer& source) {
  if (source.leaf().repetition_max == 0) {
    target_of_entry_ = target_of_row_;
    entry_starts_ = row_starts_;
    return;
  }
  const auto repetitions = source.repetitions();
  own_target_of_entry_.resize(repetitions.size());
  size_t row = 0;  // the one after the entry's
  for (size_t i = 0; i < repetitions.size(); ++i) {
    row += repetitions[i] == 0;
    own_target_of_entry_[i] = target_of_row_[row - 1];
  }
  target_of_entry_ = own_target_of_entry_;
  entry_starts_ = CountStarts(target_of_entry_, targets_);
}

void LeafScatter::ScatterLevels(const LeafBuffer& source, std::span<LeafBuffer* const> targets) {
  const auto definitions = source.definitions();
  const auto repetitions = source.repetitions();
  definitions_.resize(source.entries());
  repetitions_.resize(repetitions.size());
  parts_.Begin(entry_starts_);
  if (definitions.empty()) {
    std::ranges::fill(definitions_, source.leaf().definition_max);
  } else {
    for (size_t i = 0; i < definitions.size(); ++i) {
      const size_t to = parts_.ends[target_of_entry_[i]]++;
      definitions_[to] = definitions[i];
      if (!repetitions.empty()) repetitions_[to] = repetitions[i];
    }
  }
  for (size_t target = 0; target < targets_; ++target) {
    const size_t start = entry_starts_[target];
    const size_t end = entry_starts_[target + 1];
    const auto levels =
        Part(repetitions_, repetitions.empty() ? 0 : start, repetitions.empty() ? 0 : end);
    targets[target]->AppendLevels(Part(definitions_, start, end), levels);
  }
}

void LeafScatter::FindValueTargets(const LeafBuffer& source) {
  const auto definitions = source.definitions();
  if (definitions.empty()) {
    target_of_value_ = target_of_entry_;
    return;
  }
  own_target_of_value_.resize(source.entries());
  const uint8_t there = source.leaf().definition_max;
  size_t values = 0;
  for (size_t i = 0; i < definitions.size(); ++i) {
    own_target_of_value_[values] = target_of_entry_[i];
    values += definitions[i] == there;
  }
  target_of_value_ = std::span<const uint32_t>(own_target_of_value_).first(values);
}

void LeafScatter::ScatterCodes(const LeafBuffer& source, std::span<LeafBuffer* const> targets) {
  codes_.resize(source.entries());  // room for all entries of a target, also those without a value
  parts_.Begin(entry_starts_);
  const auto codes = source.codes();
  for (size_t i = 0; i < codes.size(); ++i) {
    codes_[parts_.ends[target_of_value_[i]]++] = codes[i];
  }
  for (size_t target = 0; target < targets_; ++target) {
    targets[target]->AppendCodes(Part(codes_, parts_.starts[target], parts_.ends[target]), source,
                                 &map_);
  }
}

void LeafScatter::ScatterPlain(const LeafBuffer& source, std::span<LeafBuffer* const> targets) {
  slots_.resize(source.entries());
  parts_.Begin(entry_starts_);
  LeafReader values(source);
  for (const uint32_t target : target_of_value_) slots_[parts_.ends[target]++] = values.Next();
  for (size_t target = 0; target < targets_; ++target) {
    const auto slots = Part(slots_, parts_.starts[target], parts_.ends[target]);
    if (slots.empty()) continue;
    targets[target]->PreferPlain();
    targets[target]->AppendValues(slots);
  }
}

}  // namespace tarn::columns::internal
