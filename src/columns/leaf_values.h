// How a slot's value lies in a leaf: its bits, its PLAIN bytes, its place in a range.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "base/invariant.h"
#include "columns/layout.h"
#include "columns/row_slots.h"
#include "columns/value_range.h"

namespace tarn::columns {

inline bool IsBytes(Physical physical) {
  return physical == Physical::kBytes || physical == Physical::kFixed;
}
inline bool IsReal(Physical physical) {
  return physical == Physical::kFloat || physical == Physical::kDouble;
}

/// Bytes of a value in a column buffer; 0 where each has its own length. Booleans take a byte here
/// (a bit in the file).
inline size_t ValueWidth(const Leaf& leaf) {
  switch (leaf.physical) {
    case Physical::kBoolean:
      return 1;
    case Physical::kInt32:
    case Physical::kFloat:
      return 4;
    case Physical::kInt64:
    case Physical::kDouble:
      return 8;
    case Physical::kFixed:
      return static_cast<size_t>(leaf.fixed_length);
    case Physical::kBytes:
      break;
  }
  return 0;
}

/// A number's bits, the lower ones of which are its PLAIN bytes.
inline uint64_t NumberBits(Physical physical, const Slot& slot) {
  if (physical == Physical::kFloat) {
    return std::bit_cast<uint32_t>(static_cast<float>(slot.real));
  }
  return std::bit_cast<uint64_t>(slot.integer);  // of the union: a double's bits too
}

/// A number from its PLAIN bytes.
inline Slot LoadNumber(Physical physical, const char* at) {
  Slot slot;
  slot.length = 0;
  switch (physical) {
    case Physical::kBoolean:
      slot.integer = *at != 0 ? 1 : 0;
      return slot;
    case Physical::kInt32:
      slot.integer = LoadLe<int32_t>(at);
      return slot;
    case Physical::kInt64:
      slot.integer = LoadLe<int64_t>(at);
      return slot;
    case Physical::kFloat:
      slot.real = double{LoadLe<float>(at)};
      return slot;
    case Physical::kDouble:
      slot.real = LoadLe<double>(at);
      return slot;
    case Physical::kBytes:
    case Physical::kFixed:
      break;
  }
  INVARIANT(false, "bytes are no number");
}

/// The value whose PLAIN bytes begin at `*at`, which is moved behind them. Bytes of a slot are
/// those.
///
/// in  width: as ValueWidth says
inline Slot TakePlain(Physical physical, size_t width, const char** at) {
  if (!IsBytes(physical)) {
    const Slot slot = LoadNumber(physical, *at);
    *at += width;
    return slot;
  }
  Slot slot;
  slot.length = static_cast<uint32_t>(width);
  if (width == 0) {
    slot.length = LoadLe<uint32_t>(*at);
    *at += sizeof slot.length;
  }
  slot.bytes = *at;
  *at += slot.length;
  return slot;
}

/// Decimals of more than 18 digits order as bytes once their sign bit is turned.
bool IsSignedBytes(const Leaf& leaf);

/// Add one value that is no NaN.
void AddToRange(const Leaf& leaf, const Slot& slot, ValueRange* range);

/// Add numbers as they lie in a column buffer, and count the NaNs among them.
void AddNumbersToRange(Physical physical, const char* at, size_t count, ValueRange* range);

}  // namespace tarn::columns
