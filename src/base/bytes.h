// Numbers in and out of byte strings, little endian unless the name says otherwise, base-128
// varints, and hexadecimal.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace tarn {

static_assert(std::endian::native == std::endian::little,
              "Tarn's formats are written by copying; big-endian hosts need swaps");

template <class T>
  requires std::is_trivially_copyable_v<T>
void AppendLe(std::string* out, T value) {
  out->append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// in  at: sizeof(T) readable bytes
template <class T>
  requires std::is_trivially_copyable_v<T>
T LoadLe(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
  requires std::is_trivially_copyable_v<T>
void StoreLe(char* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

/// Unsigned base-128, low group first (protobuf, Thrift, Avro, Parquet).
inline void AppendVarint(std::string* out, uint64_t value) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

constexpr uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
constexpr int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

inline void AppendZigZag(std::string* out, int64_t value) { AppendVarint(out, ZigZag(value)); }

/// Read a varint and move past it. returns  false where the bytes end inside it or it is over ten
/// bytes; `in` is then unchanged
inline bool ReadVarint(std::string_view* in, uint64_t* value) {
  uint64_t result = 0;
  for (size_t i = 0; i < in->size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>((*in)[i]);
    result |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      *value = result;
      in->remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

/// in  letter: of either case. returns  0..15; -1 for one that is no digit
int HexDigit(char letter);
std::string ToHex(std::string_view bytes);
/// Digits of either case. returns  none where they are no hexadecimal, or one has no second
std::optional<std::string> FromHex(std::string_view digits);

}  // namespace tarn
