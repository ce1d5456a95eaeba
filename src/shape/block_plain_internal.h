// How the fast parser looks at several bytes at once, in plain C++: eight at a time, on any CPU.
// BlockAvx2 is the same with vectors; fast_parser_internal.h takes either.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "shape/fast_plan.h"

namespace tarn::shape {

/// All functions may read kBlock bytes from any byte that they look at.
struct BlockPlain {
  static constexpr size_t kBlock = 8;
  static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

  static uint64_t Load(const char* at) {
    uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
  }

  /// The highest bit of each byte that ends a run of plain text: a quote, a backslash, a control
  /// character. Bits above the lowest one mean nothing.
  /// source  Bit Twiddling Hacks, "Determine if a word has a byte less than n"
  static uint64_t SpecialBits(uint64_t word) {
    constexpr uint64_t kOnes = 0x0101'0101'0101'0101;
    const uint64_t quote = word ^ (kOnes * '"');
    const uint64_t backslash = word ^ (kOnes * '\\');
    const uint64_t found = ((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash) |
                           ((word - kOnes * 0x20) & ~word);
    return found & (kOnes * 0x80);
  }

  /// returns  the first quote, backslash or control character from here on; there must be one
  static const char* FindSpecial(const char* at) {
    for (;; at += kBlock) {
      const uint64_t bits = SpecialBits(Load(at));
      if (bits != 0) return at + std::countr_zero(bits) / 8;
    }
  }

  /// Copy up to the first quote, backslash or control character; bytes behind it may come along.
  ///
  /// returns  how many bytes stand before it
  static size_t CopyToSpecial(const char* from, char* to) {
    for (size_t size = 0;; size += kBlock) {
      const uint64_t word = Load(from + size);
      std::memcpy(to + size, &word, sizeof word);
      const uint64_t bits = SpecialBits(word);
      if (bits != 0) return size + static_cast<size_t>(std::countr_zero(bits)) / 8;
    }
  }

  /// True where the node has a literal, and the text begins with it.
  static bool StartsWith(const char* at, const FastNode& node) {
    const char* const literal = node.literal.data();
    const size_t size = node.literal_size;
    if (size < sizeof(uint64_t)) {
      const uint64_t mask = (uint64_t{1} << (8 * size)) - 1;
      return size != 0 && ((Load(at) ^ Load(literal)) & mask) == 0;
    }
    for (size_t i = 0; i + kBlock < size; i += kBlock) {
      if (Load(at + i) != Load(literal + i)) return false;
    }
    return Load(at + size - kBlock) == Load(literal + size - kBlock);
  }

  /// Copy, without looking behind `size`.
  ///
  /// returns  true where all bytes are ASCII
  static bool CopyIsAscii(const char* from, size_t size, char* to) {
    std::memcpy(to, from, size);
    uint64_t all = 0;
    size_t i = 0;
    for (; i + kBlock <= size; i += kBlock) all |= Load(from + i);
    for (; i < size; ++i) all |= static_cast<unsigned char>(from[i]);
    return (all & 0x8080'8080'8080'8080) == 0;
  }
};

}  // namespace tarn::shape
