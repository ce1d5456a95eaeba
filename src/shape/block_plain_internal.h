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

  /// Marks bytes of a block: a byte's highest bit.
  using Marks = uint64_t;
  /// How many bytes stand before the first mark.
  static size_t Before(Marks marks) { return static_cast<size_t>(std::countr_zero(marks)) / 8; }
  /// The marks as seen from so many bytes on, up to one behind the block.
  static Marks Drop(Marks marks, size_t bytes) { return bytes < kBlock ? marks >> (8 * bytes) : 0; }

  /// Mark the bytes that end a run of plain text: quotes, backslashes, control characters.
  /// source  Bit Twiddling Hacks, "Determine if a word has a zero byte", the exact form
  static Marks MarkSpecial(uint64_t word) {
    constexpr uint64_t kOnes = 0x0101'0101'0101'0101;
    constexpr uint64_t kLow = kOnes * 0x7f;
    const uint64_t quote = word ^ (kOnes * '"');
    const uint64_t backslash = word ^ (kOnes * '\\');
    const uint64_t no_quote = ((quote & kLow) + kLow) | quote;
    const uint64_t no_backslash = ((backslash & kLow) + kLow) | backslash;
    const uint64_t no_control = ((word & kLow) + kOnes * 0x60) | word;
    return ~(no_quote & no_backslash & no_control) & (kOnes * 0x80);
  }

  /// returns  the first quote, backslash or control character from here on; there must be one
  static const char* FindSpecial(const char* at) {
    for (;; at += kBlock) {
      const Marks marks = MarkSpecial(Load(at));
      if (marks != 0) return at + Before(marks);
    }
  }

  /// Copy a block. returns  what FindSpecial looks for, in it
  static Marks Copy(const char* from, char* to) {
    const uint64_t word = Load(from);
    std::memcpy(to, &word, sizeof word);
    return MarkSpecial(word);
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
