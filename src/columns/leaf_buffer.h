// One leaf column of a batch, as Parquet wants it: values as PLAIN bytes, or as codes into a
// dictionary while that pays; levels where they say something; the range of the values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "columns/byte_buffer.h"
#include "columns/dictionary.h"
#include "columns/layout.h"
#include "columns/row_slots.h"
#include "columns/value_range.h"

namespace tarn::columns {

/// An *entry* is a pair of levels; an entry of the leaf's highest definition level has a *value*.
/// Levels and values are appended apart, in the same order.
///
/// A leaf begins with a dictionary and goes over to PLAIN for good (until Clear) once its values
/// turn out to be mostly distinct, unless they are so long that this would take much memory at
/// once. Booleans never have one. Threads: as Batch.
class LeafBuffer {
 public:
  /// in  leaf: lent for the buffer's life
  explicit LeafBuffer(const Leaf& leaf);

  /// in  repetitions: as many as definitions; none for a leaf that is not repeated
  void AppendLevels(std::span<const uint8_t> definitions, std::span<const uint8_t> repetitions);

  /// Any number of values; their bytes are copied.
  void AppendValues(std::span<const Slot> slots);

  /// Numbers of another buffer of the same leaf, as its plain() has them.
  void AppendNumbers(std::span<const std::byte> plain);

  /// Values of another buffer of the same leaf, by its dictionary codes.
  ///
  /// in  map: scratch, any; overwritten
  void AppendCodes(std::span<const uint32_t> codes, const LeafBuffer& source, CodeMap* map);

  /// Go over to PLAIN now, unless the dictionary has proven itself on what is here: for values that
  /// come from a buffer where it did not pay.
  void PreferPlain();

  /// Append what is here to `to`, for Restore in the same process.
  void Store(ByteBuffer* to) const;
  /// Hold what a buffer of the same leaf has stored.
  ///
  /// in  bytes: whole and unchanged; the buffer: new
  void Restore(std::string_view bytes);

  /// Forget the entries, keep the memory, and remember whether a dictionary paid.
  void Clear();

  const Leaf& leaf() const { return *leaf_; }
  size_t entries() const { return entries_; }
  size_t values() const { return values_; }
  size_t null_count() const { return entries_ - values_; }  ///< empty lists too, as Parquet counts
  size_t bytes() const;                                     ///< memory held
  size_t data_bytes() const;                                ///< of which this much is filled
  const ValueRange& range() const { return range_; }

  /// Levels, one byte an entry. Empty where all are the highest (definitions) or the leaf is not
  /// repeated (repetitions).
  std::span<const uint8_t> definitions() const;
  std::span<const uint8_t> repetitions() const;

  bool has_dictionary() const { return has_dictionary_; }
  const Dictionary& dictionary() const { return dictionary_; }  ///< where has_dictionary()
  std::span<const uint32_t> codes() const;                      ///< where has_dictionary()
  /// Elsewhere: PLAIN bytes of all values, but a byte for each boolean.
  std::string_view plain() const { return plain_.view(); }

 private:
  void RestoreValues(std::string_view plain, size_t count);
  void CopyDictionary(const LeafBuffer& source);
  void AppendPlainCodes(std::span<const uint32_t> codes, const Dictionary& from, CodeMap* map);
  void MapCodes(std::span<const uint32_t> codes, const Dictionary& from, CodeMap* map);
  void AppendPlain(std::span<const Slot> slots);
  void AppendPlainBytes(std::span<const Slot> slots);
  void CountNans(std::span<const Slot> slots);
  bool ChunkIsTooLong(std::span<const Slot> slots) const;
  void CheckDictionary();
  bool ExpandsTooMuch() const;
  void GoPlain();

  const Leaf* leaf_;
  size_t width_;  // of a value in plain_; 0: lengths in front
  bool has_dictionary_;
  bool dictionary_failed_before_ = false;
  bool checked_at_2048_ = false;
  bool checked_at_8192_ = false;
  size_t keeps_below_ = 0;  // bytes: a smaller dictionary has been found too dear to give up
  size_t entries_ = 0;
  size_t values_ = 0;
  ByteBuffer definitions_;
  ByteBuffer repetitions_;
  ByteBuffer codes_;
  ByteBuffer plain_;
  Dictionary dictionary_;
  ValueRange range_;
};

}  // namespace tarn::columns
