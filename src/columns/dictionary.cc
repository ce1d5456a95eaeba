#include "columns/dictionary.h"

#include <algorithm>
#include <bit>

#include "base/invariant.h"
#include "columns/leaf_values.h"

namespace tarn::columns {

namespace {
constexpr size_t kEntriesMin = 64;
/// From here on the table leaves the first-level cache, and fetching ahead pays.
constexpr size_t kPrefetchEntries = 2048;
constexpr uint64_t kOffsetMask = 0xffff'ffff;
/// A table of more entries for each value is given back: emptying it would cost more.
constexpr size_t kEntriesPerValueMax = 16;
}  // namespace

Dictionary::Dictionary(const Leaf& leaf)
    : leaf_(&leaf),
      keys_(&ProcessHashKeys()),
      is_bytes_(IsBytes(leaf.physical)),
      has_lengths_(leaf.physical == Physical::kBytes),
      width_(ValueWidth(leaf)) {}

void Dictionary::Encode(std::span<const Slot> slots, uint32_t* codes, ValueRange* range) {
  INVARIANT(slots.size() <= kChunk, "values are encoded in chunks");
  ReserveEntries(slots.size());
  IndexRest();
  uint64_t hashes[kChunk];
  HashAll(slots, hashes);
  if (table_.size() >= kPrefetchEntries) FetchAhead({hashes, slots.size()});
  if (is_bytes_) {
    for (size_t i = 0; i < slots.size(); ++i) {
      codes[i] = FindOrAddBytes(slots[i], hashes[i], range);
    }
  } else {
    for (size_t i = 0; i < slots.size(); ++i) {
      codes[i] = FindOrAddNumber(slots[i], hashes[i], range);
    }
  }
  indexed_ = size_;
}

void Dictionary::AppendDistinct(std::span<const Slot> slots, uint32_t* codes, ValueRange* range) {
  for (const Slot& slot : slots) {
    AppendValue(slot, range);
    *codes++ = size_++;
  }
}

/// Add the bytes of the value that becomes number size_. returns  where its bytes begin
uint64_t Dictionary::AppendValue(const Slot& slot, ValueRange* range) {
  AddToRange(*leaf_, slot, range);
  if (!is_bytes_) {
    const uint64_t bits = NumberBits(leaf_->physical, slot);
    values_.Append(&bits, width_);
    return 0;
  }
  char* to = values_.Extend((has_lengths_ ? sizeof slot.length : 0) + slot.length);
  if (has_lengths_) {
    offsets_.push_back(static_cast<uint32_t>(to - values_.data()));
    std::memcpy(to, &slot.length, sizeof slot.length);
    to += sizeof slot.length;
  } else {
    INVARIANT(slot.length == width_, "a fixed value has its type's length");
  }
  CopyBytes(to, slot.bytes, slot.length);
  const auto offset = static_cast<uint64_t>(to - values_.data());
  INVARIANT(offset <= kOffsetMask, "a dictionary stays below 4 GiB");
  return offset;
}

void Dictionary::HashAll(std::span<const Slot> slots, uint64_t* hashes) const {
  const HashKeys keys = *keys_;
  if (is_bytes_) {
    for (const Slot& slot : slots) *hashes++ = HashBytes(slot.bytes, slot.length, keys);
  } else {
    const Physical physical = leaf_->physical;
    for (const Slot& slot : slots) *hashes++ = HashInteger(NumberBits(physical, slot), keys);
  }
}

/// Ask for the memory that the look-ups of these hashes will touch, all at once.
void Dictionary::FetchAhead(std::span<const uint64_t> hashes) const {
  const Entry* const table = table_.data();
  const size_t mask = table_.size() - 1;
  for (const uint64_t hash : hashes) __builtin_prefetch(table + (hash & mask));
  if (!is_bytes_) return;
  const char* const values = values_.data();
  for (const uint64_t hash : hashes) {
    __builtin_prefetch(values + (table[hash & mask].key & kOffsetMask));
  }
}

uint32_t Dictionary::FindOrAddNumber(const Slot& slot, uint64_t hash, ValueRange* range) {
  const uint64_t bits = NumberBits(leaf_->physical, slot);
  Entry* const table = table_.data();
  const size_t mask = table_.size() - 1;
  size_t at = hash & mask;
  for (; table[at].code != kNoCode; at = (at + 1) & mask) {
    if (table[at].key == bits) return table[at].code;
  }
  table[at] = {.key = bits, .code = size_, .length = 0};
  AppendValue(slot, range);
  return size_++;
}

uint32_t Dictionary::FindOrAddBytes(const Slot& slot, uint64_t hash, ValueRange* range) {
  const uint64_t tag = hash >> 32;
  Entry* const table = table_.data();
  const size_t mask = table_.size() - 1;
  size_t at = hash & mask;
  for (; table[at].code != kNoCode; at = (at + 1) & mask) {
    const Entry& entry = table[at];
    if (entry.key >> 32 == tag && entry.length == slot.length &&
        EqualBytes(values_.data() + (entry.key & kOffsetMask), slot.bytes, slot.length)) {
      return entry.code;
    }
  }
  const uint64_t offset = AppendValue(slot, range);
  table[at] = {.key = tag << 32 | offset, .code = size_, .length = slot.length};
  return size_++;
}

Slot Dictionary::slot(uint32_t code) const {
  if (!is_bytes_) return LoadNumber(leaf_->physical, values_.data() + size_t{code} * width_);
  const std::string_view value = plain(code).substr(has_lengths_ ? sizeof(uint32_t) : 0);
  Slot slot;
  slot.bytes = value.data();
  slot.length = static_cast<uint32_t>(value.size());
  return slot;
}

uint64_t Dictionary::HashOf(const Entry& entry) const {
  return is_bytes_ ? HashBytes(values_.data() + (entry.key & kOffsetMask), entry.length, *keys_)
                   : HashInteger(entry.key, *keys_);
}

void Dictionary::ReserveEntries(size_t more) {
  const size_t wanted = (size_ + more) * 2;
  if (wanted > table_.size()) Rehash(std::bit_ceil(std::max(wanted, kEntriesMin)));
}

void Dictionary::Rehash(size_t entries) {
  std::vector<Entry> old(entries);
  old.swap(table_);
  const size_t mask = entries - 1;
  for (const Entry& entry : old) {
    if (entry.code == kNoCode) continue;
    size_t at = HashOf(entry) & mask;
    while (table_[at].code != kNoCode) at = (at + 1) & mask;
    table_[at] = entry;
  }
}

/// A value's entry but for the hash tag, which IndexRest adds.
Dictionary::Entry Dictionary::EntryOf(uint32_t code) const {
  Entry entry{.key = 0, .code = code, .length = 0};
  if (!is_bytes_) {
    entry.key = NumberBits(leaf_->physical, slot(code));
    return entry;
  }
  const Slot value = slot(code);
  entry.key = static_cast<uint64_t>(value.bytes - values_.data());
  entry.length = value.length;
  return entry;
}

/// Bring what AppendDistinct added into the table, for which there is room.
void Dictionary::IndexRest() {
  const size_t mask = table_.size() - 1;
  for (; indexed_ < size_; ++indexed_) {
    Entry entry = EntryOf(indexed_);
    const uint64_t hash = HashOf(entry);
    if (is_bytes_) entry.key |= hash >> 32 << 32;
    size_t at = hash & mask;
    while (table_[at].code != kNoCode) at = (at + 1) & mask;
    table_[at] = entry;
  }
}

void Dictionary::Clear() {
  if (size_ == 0) return;
  if (indexed_ != 0 && table_.size() > std::max(kEntriesMin, indexed_ * kEntriesPerValueMax)) {
    table_ = {};
  } else if (indexed_ != 0) {
    std::ranges::fill(table_, Entry{});
  }
  size_ = 0;
  indexed_ = 0;
  values_.Clear();
  offsets_.clear();
}

size_t Dictionary::bytes() const {
  return values_.capacity() + offsets_.capacity() * sizeof(uint32_t) +
         table_.capacity() * sizeof(Entry);
}

void CodeMap::Begin(uint32_t size) {
  if (mapped_.size() < size) mapped_.resize(size);
  if (++round_ == 0) {  // wrapped: old marks could look new
    std::ranges::fill(mapped_, Mapped{});
    round_ = 1;
  }
}

}  // namespace tarn::columns
