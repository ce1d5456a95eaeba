#include "lake/run_length.h"

#include <algorithm>
#include <cstring>

namespace tarn::lake {

namespace {

using columns::ByteBuffer;

__extension__ using Bits128 = unsigned __int128;

constexpr size_t kGroup = 8;    ///< values that are packed together
constexpr size_t kRunMin = 16;  ///< shorter runs are packed

void AppendVarint(uint64_t value, ByteBuffer* out) {
  char* const start = out->Reserve(10);
  char* to = start;
  while (value >= 0x80) {
    *to++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<char>(value);
  out->Advance(static_cast<size_t>(to - start));
}

/// Eight values whose bits fit one Accumulator. in  to: sizeof(Accumulator) writable bytes, of
/// which bit_width are meant
template <class Accumulator, class T>
void PackNarrowGroup(const T* values, int bit_width, char* to) {
  Accumulator bits = 0;
  for (size_t i = kGroup; i-- > 0;) bits = (bits << bit_width) | values[i];
  std::memcpy(to, &bits, sizeof bits);
}

/// Eight values of any width. in  to: bit_width writable bytes and 8 more
template <class T>
void PackWideGroup(const T* values, int bit_width, char* to) {
  uint64_t bits = 0;
  int used = 0;
  for (size_t i = 0; i < kGroup; ++i) {
    bits |= uint64_t{values[i]} << used;
    used += bit_width;
    while (used >= 8 && (used >= 32 || i + 1 == kGroup)) {
      *to++ = static_cast<char>(bits);
      bits >>= 8;
      used -= 8;
    }
  }
}

template <class T>
void AppendPacked(const T* values, size_t count, int bit_width, ByteBuffer* out) {
  const size_t groups = (count + kGroup - 1) / kGroup;
  const auto width = static_cast<size_t>(bit_width);
  AppendVarint(groups << 1 | 1, out);
  char* to = out->Reserve(groups * width + sizeof(Bits128));
  for (size_t group = 0; group < groups; ++group, to += width) {
    const T* from = values + group * kGroup;
    T padded[kGroup] = {};
    if (count - group * kGroup < kGroup) {
      std::copy_n(from, count - group * kGroup, padded);
      from = padded;
    }
    if (bit_width <= 8) {
      PackNarrowGroup<uint64_t>(from, bit_width, to);
    } else if (bit_width <= 16) {
      PackNarrowGroup<Bits128>(from, bit_width, to);
    } else {
      PackWideGroup(from, bit_width, to);
    }
  }
  out->Advance(groups * width);
}

template <class T>
size_t RunFrom(const T* values, size_t count) {
  size_t run = 1;
  while (run < count && values[run] == values[0]) ++run;
  return run;
}

/// How many values to pack before the next long run (whole groups, or all that are left).
template <class T>
size_t PackedCount(const T* values, size_t count) {
  size_t packed = kGroup;
  while (packed < count) {
    const size_t looked_at = std::min(kRunMin, count - packed);
    if (looked_at == kRunMin && RunFrom(values + packed, looked_at) == kRunMin) return packed;
    packed += kGroup;
  }
  return count;
}

template <class T>
void AppendHybridOf(std::span<const T> values, int bit_width, ByteBuffer* out) {
  const T* at = values.data();
  size_t left = values.size();
  while (left != 0) {
    size_t taken = RunFrom(at, left);
    if (taken >= kRunMin || taken == left) {
      AppendRun(at[0], taken, bit_width, out);
    } else {
      taken = PackedCount(at, left);
      AppendPacked(at, taken, bit_width, out);
    }
    at += taken;
    left -= taken;
  }
}

}  // namespace

void AppendRun(uint32_t value, size_t count, int bit_width, ByteBuffer* out) {
  AppendVarint(count << 1, out);
  out->Append(&value, static_cast<size_t>(bit_width + 7) / 8);
}

void AppendHybrid(std::span<const uint8_t> values, int bit_width, ByteBuffer* out) {
  AppendHybridOf(values, bit_width, out);
}
void AppendHybrid(std::span<const uint32_t> values, int bit_width, ByteBuffer* out) {
  AppendHybridOf(values, bit_width, out);
}

}  // namespace tarn::lake
