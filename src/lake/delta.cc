#include "lake/delta.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <type_traits>

#include "base/bytes.h"

namespace tarn::lake {

namespace {

using columns::ByteBuffer;

__extension__ using Bits128 = unsigned __int128;

constexpr size_t kBlock = 128;
constexpr size_t kQuarters = 4;
constexpr size_t kQuarter = kBlock / kQuarters;

void AppendNumber(uint64_t value, ByteBuffer* out) {
  char* const start = out->Reserve(10);
  char* to = start;
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
  *to++ = static_cast<char>(value);
  out->Advance(static_cast<size_t>(to - start));
}

/// Pack 32 numbers of `width` bits. in  to: 4 * width writable bytes and 8 more
void PackQuarter(const uint64_t* values, int width, char* to) {
  Bits128 bits = 0;
  int used = 0;
  for (size_t i = 0; i < kQuarter; ++i) {
    bits |= Bits128{values[i]} << used;
    used += width;
    if (used >= 64) {
      StoreLe(to, static_cast<uint64_t>(bits));
      to += 8;
      bits >>= 64;
      used -= 64;
    }
  }
  StoreLe(to, static_cast<uint64_t>(bits));
}

/// The differences of up to 128 numbers to the ones before them, less the smallest difference.
/// Arithmetic wraps at T's width, as readers expect.
template <class T>
T TakeDifferences(const char* values, size_t count, std::array<uint64_t, kBlock>* differences) {
  using Unsigned = std::make_unsigned_t<T>;
  T smallest = std::numeric_limits<T>::max();
  const auto difference = [&](size_t i) {
    const char* const at = values + i * sizeof(T);
    return static_cast<Unsigned>(static_cast<Unsigned>(LoadLe<T>(at)) -
                                 static_cast<Unsigned>(LoadLe<T>(at - sizeof(T))));
  };
  for (size_t i = 0; i < count; ++i) smallest = std::min(smallest, static_cast<T>(difference(i)));
  for (size_t i = 0; i < count; ++i) {
    (*differences)[i] = static_cast<Unsigned>(difference(i) - static_cast<Unsigned>(smallest));
  }
  std::fill(differences->begin() + static_cast<std::ptrdiff_t>(count), differences->end(), 0);
  return smallest;
}

/// in  values: of 1..128 numbers that have one before them
template <class T>
void AppendBlock(const char* values, size_t count, ByteBuffer* out) {
  std::array<uint64_t, kBlock> differences;
  AppendNumber(ZigZag(TakeDifferences<T>(values, count, &differences)), out);
  char widths[kQuarters];
  for (size_t quarter = 0; quarter < kQuarters; ++quarter) {
    uint64_t all = 0;
    for (size_t i = 0; i < kQuarter; ++i) all |= differences[quarter * kQuarter + i];
    widths[quarter] = static_cast<char>(std::bit_width(all));
  }
  out->Append(widths, kQuarters);
  for (size_t quarter = 0; quarter < kQuarters && quarter * kQuarter < count; ++quarter) {
    const int width = static_cast<unsigned char>(widths[quarter]);
    const auto size = static_cast<size_t>(width) * kQuarter / 8;
    PackQuarter(differences.data() + quarter * kQuarter, width, out->Reserve(size + 8));
    out->Advance(size);
  }
}

}  // namespace

template <class T>
void AppendDelta(const char* values, size_t count, ByteBuffer* out) {
  AppendNumber(kBlock, out);
  AppendNumber(kQuarters, out);
  AppendNumber(count, out);
  AppendNumber(ZigZag(count == 0 ? 0 : LoadLe<T>(values)), out);
  for (size_t i = 1; i < count; i += kBlock) {
    AppendBlock<T>(values + i * sizeof(T), std::min(kBlock, count - i), out);
  }
}

template void AppendDelta<int32_t>(const char*, size_t, ByteBuffer*);
template void AppendDelta<int64_t>(const char*, size_t, ByteBuffer*);

}  // namespace tarn::lake
