#include "columns/leaf_buffer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/units.h"
#include "columns/leaf_values.h"

namespace tarn::columns {

namespace {
// When a dictionary is given up. Giving up after 1,024 rows made files of wide telemetry a fifth
// larger, so the first looks ask for nearly all values to be distinct.
constexpr uint32_t kDictionaryValuesMax = 65'536;
constexpr size_t kDictionaryBytesMax = 4 * kMiB;
/// A chunk of longer values is not even tried.
constexpr size_t kDictionaryChunkBytesMax = 64 * kMiB;
/// A dictionary stays where the values so far are more than this as PLAIN, and more than twice its
/// own bytes: few long texts, often.
constexpr size_t kExpandedBytesMax = 64 * kMiB;
/// How many values ahead the bytes of those that lie about are asked for.
constexpr size_t kFetchAhead = 8;
constexpr uint32_t kFetchedMax = 512;
constexpr uint32_t kCacheLine = 64;
/// Fewer values say nothing about the next batch.
constexpr size_t kLearnValuesMin = 128;

/// Ask for the memory of a value: in a slice of a batch, neighbours lie far from each other.
void FetchBytes(const Slot& slot) {
  const uint32_t size = std::min(slot.length, kFetchedMax);
  for (uint32_t at = 0; at < size; at += kCacheLine) __builtin_prefetch(slot.bytes + at);
}
}  // namespace

LeafBuffer::LeafBuffer(const Leaf& leaf)
    : leaf_(&leaf),
      width_(ValueWidth(leaf)),
      has_dictionary_(leaf.physical != Physical::kBoolean),
      dictionary_(leaf) {}

void LeafBuffer::AppendLevels(std::span<const uint8_t> definitions,
                              std::span<const uint8_t> repetitions) {
  const uint8_t all_there = leaf_->definition_max;
  if (leaf_->repetition_max != 0) {
    INVARIANT(repetitions.size() == definitions.size(), "a repeated entry has both levels");
    definitions_.Append(definitions.data(), definitions.size());
    repetitions_.Append(repetitions.data(), repetitions.size());
  } else if (definitions_.size() != 0) {
    definitions_.Append(definitions.data(), definitions.size());
  } else if (!std::ranges::all_of(definitions, [&](uint8_t level) { return level == all_there; })) {
    // The first null: levels say something from here on.
    char* const levels = definitions_.Extend(entries_ + definitions.size());
    std::memset(levels, all_there, entries_);
    std::memcpy(levels + entries_, definitions.data(), definitions.size());
  }
  entries_ += definitions.size();
}

void LeafBuffer::AppendValues(std::span<const Slot> slots) {
  if (IsReal(leaf_->physical)) CountNans(slots);
  while (has_dictionary_ && !slots.empty()) {
    auto chunk = slots.first(std::min(slots.size(), Dictionary::kChunk));
    if (ChunkIsTooLong(chunk)) {
      GoPlain();
      if (!has_dictionary_) break;
      chunk = chunk.first(1);
    }
    char* const codes = codes_.Extend(chunk.size() * sizeof(uint32_t));
    dictionary_.Encode(chunk, reinterpret_cast<uint32_t*>(codes), &range_);
    values_ += chunk.size();
    slots = slots.subspan(chunk.size());
    CheckDictionary();
  }
  if (!slots.empty()) AppendPlain(slots);
}

void LeafBuffer::AppendPlain(std::span<const Slot> slots) {
  values_ += slots.size();
  if (IsBytes(leaf_->physical)) return AppendPlainBytes(slots);
  char* to = plain_.Extend(slots.size() * width_);
  const auto copy = [&]<size_t kWidth>(auto range, std::integral_constant<size_t, kWidth>) {
    for (const Slot& slot : slots) {
      const uint64_t bits = NumberBits(leaf_->physical, slot);
      std::memcpy(to, &bits, kWidth);
      to += kWidth;
      if constexpr (std::is_same_v<decltype(range), ValueRange::Numbers<double>>) {
        range.Add(kWidth == 4 ? double{static_cast<float>(slot.real)} : slot.real);
      } else {
        range.Add(slot.integer);
      }
    }
    return range;
  };
  using Four = std::integral_constant<size_t, 4>;
  using Eight = std::integral_constant<size_t, 8>;
  switch (leaf_->physical) {
    case Physical::kBoolean:
      range_.integer = copy(range_.integer, std::integral_constant<size_t, 1>());
      return;
    case Physical::kInt32:
      range_.integer = copy(range_.integer, Four());
      return;
    case Physical::kInt64:
      range_.integer = copy(range_.integer, Eight());
      return;
    case Physical::kFloat:
      range_.real = copy(range_.real, Four());
      return;
    case Physical::kDouble:
      range_.real = copy(range_.real, Eight());
      return;
    case Physical::kBytes:
    case Physical::kFixed:
      break;
  }
}

void LeafBuffer::AppendPlainBytes(std::span<const Slot> slots) {
  const size_t length_bytes = width_ == 0 ? sizeof(uint32_t) : 0;
  size_t size = 0;
  for (const Slot& slot : slots) size += slot.length + length_bytes;
  char* to = plain_.Extend(size);
  const bool is_plain_order = !IsSignedBytes(*leaf_);
  for (size_t i = 0; i < slots.size(); ++i) {
    if (i + kFetchAhead < slots.size()) FetchBytes(slots[i + kFetchAhead]);
    const Slot& slot = slots[i];
    INVARIANT(width_ == 0 || slot.length == width_, "a fixed value has its type's length");
    std::memcpy(to, &slot.length, length_bytes);
    to += length_bytes;
    CopyBytes(to, slot.bytes, slot.length);
    to += slot.length;
    if (is_plain_order) {
      range_.bytes.Add(slot.bytes, slot.length);
    } else {
      AddToRange(*leaf_, slot, &range_);
    }
  }
}

void LeafBuffer::AppendNumbers(std::span<const std::byte> plain) {
  const auto* at = reinterpret_cast<const char*>(plain.data());
  size_t left = plain.size() / width_;
  std::array<Slot, Dictionary::kChunk> slots;
  while (has_dictionary_ && left != 0) {
    const size_t count = std::min(left, slots.size());
    for (size_t i = 0; i < count; ++i) slots[i] = TakePlain(leaf_->physical, width_, &at);
    AppendValues({slots.data(), count});
    left -= count;
  }
  plain_.Append(at, left * width_);
  values_ += left;
  AddNumbersToRange(leaf_->physical, at, left, &range_);
}

void LeafBuffer::CountNans(std::span<const Slot> slots) {
  int64_t nans = 0;
  for (const Slot& slot : slots) nans += std::isnan(slot.real) ? 1 : 0;
  range_.nan_count += nans;
}

bool LeafBuffer::ChunkIsTooLong(std::span<const Slot> slots) const {
  if (width_ != 0) return false;
  size_t bytes = 0;
  for (const Slot& slot : slots) bytes += slot.length;
  return bytes > kDictionaryChunkBytesMax;
}

void LeafBuffer::AppendCodes(std::span<const uint32_t> codes, const LeafBuffer& source,
                             CodeMap* map) {
  if (codes.empty()) return;
  const Dictionary& from = source.dictionary_;
  if (IsReal(leaf_->physical) && source.range_.nan_count != 0) {
    for (const uint32_t code : codes) {
      const double value = from.slot(code).real;
      range_.nan_count += value != value;
    }
  }
  const bool are_all_as_they_lie =
      codes.data() == source.codes().data() && codes.size() == source.values();
  if (values_ == 0 && has_dictionary_ && are_all_as_they_lie) return CopyDictionary(source);
  map->Begin(from.size());
  values_ += codes.size();
  if (!has_dictionary_) return AppendPlainCodes(codes, from, map);
  MapCodes(codes, from, map);
  auto* to = reinterpret_cast<uint32_t*>(codes_.Extend(codes.size() * sizeof(uint32_t)));
  for (const uint32_t code : codes) *to++ = map->Get(code);
  CheckDictionary();
}

/// The first values are all those of a source: its numbers, given in the same order, hold here.
void LeafBuffer::CopyDictionary(const LeafBuffer& source) {
  const Dictionary& from = source.dictionary_;
  std::array<Slot, Dictionary::kChunk> slots;
  std::array<uint32_t, Dictionary::kChunk> codes;
  for (uint32_t code = 0; code < from.size();) {
    size_t count = 0;
    while (count < slots.size() && code < from.size()) slots[count++] = from.slot(code++);
    dictionary_.AppendDistinct({slots.data(), count}, codes.data(), &range_);
  }
  codes_.Append(source.codes_.view());
  values_ += source.values_;
  CheckDictionary();
}

void LeafBuffer::AppendPlainCodes(std::span<const uint32_t> codes, const Dictionary& from,
                                  CodeMap* map) {
  for (const uint32_t code : codes) {
    plain_.Append(from.plain(code));
    if (map->Get(code) != CodeMap::kNone) continue;
    AddToRange(*leaf_, from.slot(code), &range_);
    map->Set(code, 0);
  }
}

/// Find or add each distinct value once, a chunk at a time.
void LeafBuffer::MapCodes(std::span<const uint32_t> codes, const Dictionary& from, CodeMap* map) {
  std::array<Slot, Dictionary::kChunk> slots;
  std::array<uint32_t, Dictionary::kChunk> source_codes;
  std::array<uint32_t, Dictionary::kChunk> own_codes;
  size_t count = 0;
  const bool all_are_new = dictionary_.size() == 0;
  const auto encode = [&] {
    const std::span<const Slot> values(slots.data(), count);
    if (all_are_new) {
      dictionary_.AppendDistinct(values, own_codes.data(), &range_);
    } else {
      dictionary_.Encode(values, own_codes.data(), &range_);
    }
    for (size_t i = 0; i < count; ++i) map->Set(source_codes[i], own_codes[i]);
    count = 0;
  };
  for (const uint32_t code : codes) {
    if (map->Get(code) != CodeMap::kNone) continue;
    map->Set(code, 0);  // until its chunk is encoded
    source_codes[count] = code;
    slots[count++] = from.slot(code);
    if (count == slots.size()) encode();
  }
  encode();
}

void LeafBuffer::PreferPlain() {
  if (has_dictionary_ && size_t{dictionary_.size()} * 2 >= values_) GoPlain();
}

void LeafBuffer::CheckDictionary() {
  const size_t distinct = dictionary_.size();
  bool give_up =
      distinct > kDictionaryValuesMax || dictionary_.plain().size() > kDictionaryBytesMax;
  if (dictionary_failed_before_) give_up |= distinct * 2 > values_;
  if (values_ >= 2048 && !checked_at_2048_) {
    checked_at_2048_ = true;
    give_up |= distinct * 100 > values_ * 97;
  }
  if (values_ >= 8192 && !checked_at_8192_) {
    checked_at_8192_ = true;
    give_up |= distinct * 5 > values_ * 4;
  }
  if (values_ >= 32'768) give_up |= distinct * 2 > values_;
  if (give_up) GoPlain();
}

/// True where all values as PLAIN are too many bytes to be written out at once.
bool LeafBuffer::ExpandsTooMuch() const {
  if (!IsBytes(leaf_->physical)) return false;
  const size_t bytes_max = std::max(kExpandedBytesMax, 2 * dictionary_.plain().size());
  size_t bytes = 0;
  for (const uint32_t code : codes()) {
    bytes += dictionary_.plain(code).size();
    if (bytes > bytes_max) return true;
  }
  return false;
}

/// Give the dictionary up, unless that is too dear: then ask again once there is twice as much of
/// it, since the asking walks all values.
void LeafBuffer::GoPlain() {
  const size_t held = dictionary_.plain().size();
  if (held < keeps_below_) return;
  if (ExpandsTooMuch()) {
    keeps_below_ = 2 * held;
    return;
  }
  has_dictionary_ = false;
  for (const uint32_t code : codes()) plain_.Append(dictionary_.plain(code));
  codes_.Release();
  dictionary_ = Dictionary(*leaf_);
}

void LeafBuffer::Clear() {
  if (leaf_->physical != Physical::kBoolean) {
    if (!has_dictionary_) {
      dictionary_failed_before_ = true;
    } else if (values_ >= kLearnValuesMin) {
      dictionary_failed_before_ = size_t{dictionary_.size()} * 10 > values_ * 9;
    }
    has_dictionary_ = true;
  }
  checked_at_2048_ = false;
  checked_at_8192_ = false;
  keeps_below_ = 0;
  entries_ = 0;
  values_ = 0;
  definitions_.Clear();
  repetitions_.Clear();
  codes_.Clear();
  plain_.Clear();
  dictionary_.Clear();
  range_ = ValueRange();
}

size_t LeafBuffer::bytes() const {
  return sizeof *this + definitions_.capacity() + repetitions_.capacity() + codes_.capacity() +
         plain_.capacity() + dictionary_.bytes();
}

size_t LeafBuffer::data_bytes() const {
  return definitions_.size() + repetitions_.size() + codes_.size() + plain_.size() +
         dictionary_.plain().size();
}

std::span<const uint8_t> LeafBuffer::definitions() const {
  return {reinterpret_cast<const uint8_t*>(definitions_.data()), definitions_.size()};
}
std::span<const uint8_t> LeafBuffer::repetitions() const {
  return {reinterpret_cast<const uint8_t*>(repetitions_.data()), repetitions_.size()};
}
std::span<const uint32_t> LeafBuffer::codes() const {
  return {reinterpret_cast<const uint32_t*>(codes_.data()), codes_.size() / sizeof(uint32_t)};
}

}  // namespace tarn::columns
