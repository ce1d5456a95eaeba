// The distinct values of a leaf, numbered as they first appear: Parquet's dictionary page in the
// making, and the hash table that finds a value's number.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "columns/byte_buffer.h"
#include "columns/layout.h"
#include "columns/row_slots.h"
#include "columns/value_hash.h"
#include "columns/value_range.h"

namespace tarn::columns {

/// Threads: as any value.
class Dictionary {
 public:
  /// Values that one Encode takes.
  static constexpr size_t kChunk = RowSlots::kRowsMax;

  /// in  leaf: lent for the dictionary's life
  explicit Dictionary(const Leaf& leaf);

  /// Number the values of up to kChunk slots; new ones are added, to `range` too.
  ///
  /// in  codes: room for as many numbers
  void Encode(std::span<const Slot> slots, uint32_t* codes, ValueRange* range);

  /// Number values that are all different and not in the dictionary, such as those of another one,
  /// in order. Nothing is hashed until an Encode follows.
  ///
  /// in  codes: room for as many numbers
  void AppendDistinct(std::span<const Slot> slots, uint32_t* codes, ValueRange* range);

  void Clear();

  uint32_t size() const { return size_; }
  /// A value as a slot; its bytes are the dictionary's own, until the next change.
  Slot slot(uint32_t code) const;
  size_t bytes() const;
  /// The dictionary page's bytes: PLAIN, in the order of the codes.
  std::string_view plain() const { return values_.view(); }
  /// The PLAIN bytes of one value, with its length in front where the leaf has kBytes.
  std::string_view plain(uint32_t code) const {
    if (!has_lengths_) return {values_.data() + size_t{code} * width_, width_};
    const char* const at = values_.data() + offsets_[code];
    return {at, sizeof(uint32_t) + LoadHalfWord(at)};
  }

 private:
  struct Entry {
    uint64_t key = 0;  // numbers: the value's bits; bytes: hash tag and offset of the bytes
    uint32_t code = kNoCode;
    uint32_t length = 0;
  };
  static constexpr uint32_t kNoCode = ~uint32_t{0};

  void ReserveEntries(size_t more);
  void Rehash(size_t entries);
  void IndexRest();
  Entry EntryOf(uint32_t code) const;
  uint64_t AppendValue(const Slot& slot, ValueRange* range);
  uint64_t HashOf(const Entry& entry) const;
  void HashAll(std::span<const Slot> slots, uint64_t* hashes) const;
  void FetchAhead(std::span<const uint64_t> hashes) const;
  uint32_t FindOrAddNumber(const Slot& slot, uint64_t hash, ValueRange* range);
  uint32_t FindOrAddBytes(const Slot& slot, uint64_t hash, ValueRange* range);

  const Leaf* leaf_;
  const HashKeys* keys_;
  bool is_bytes_;     // kBytes, kFixed: the table's keys are bytes
  bool has_lengths_;  // kBytes
  size_t width_;      // of a value in values_, where it has no length
  uint32_t size_ = 0;
  uint32_t indexed_ = 0;  // codes below it are in the table
  ByteBuffer values_;
  std::vector<uint32_t> offsets_;  // kBytes: where a code's value starts
  std::vector<Entry> table_;       // a power of two, at most half full; or none yet
};

/// Whose numbers of one dictionary another one gave already: "hash once" for a scatter.
class CodeMap {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};

  /// Forget all, for a source of this many values.
  void Begin(uint32_t size);
  uint32_t Get(uint32_t source_code) const {
    const Mapped& mapped = mapped_[source_code];
    return mapped.round == round_ ? mapped.code : kNone;
  }
  void Set(uint32_t source_code, uint32_t code) { mapped_[source_code] = {round_, code}; }

 private:
  struct Mapped {
    uint32_t round = 0;
    uint32_t code = 0;
  };
  std::vector<Mapped> mapped_;
  uint32_t round_ = 0;
};

}  // namespace tarn::columns
