// As block_plain_internal.h, with vectors of 32 bytes. Only for code that is compiled for AVX2.
#pragma once

#include <immintrin.h>

#include <bit>
#include <cstdint>
#include <cstring>

#include "shape/fast_plan.h"

namespace tarn::shape {

/// As BlockPlain.
struct BlockAvx2 {
  static constexpr size_t kBlock = 32;

  static __m256i Load(const char* at) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  }

  using Marks = uint64_t;  // a bit for each byte; wide enough to be shifted by a block and one
  static size_t Before(Marks marks) { return static_cast<size_t>(std::countr_zero(marks)); }
  static Marks Drop(Marks marks, size_t bytes) { return marks >> bytes; }

  static Marks MarkSpecial(__m256i bytes) {
    const __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
    const __m256i backslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
    const __m256i control =
        _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
    const __m256i found = _mm256_or_si256(_mm256_or_si256(quote, backslash), control);
    return static_cast<uint32_t>(_mm256_movemask_epi8(found));
  }

  static const char* FindSpecial(const char* at) {
    for (;; at += kBlock) {
      const Marks marks = MarkSpecial(Load(at));
      if (marks != 0) return at + Before(marks);
    }
  }

  static Marks Copy(const char* from, char* to) {
    const __m256i bytes = Load(from);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes);
    return MarkSpecial(bytes);
  }

  static bool StartsWith(const char* at, const FastNode& node) {
    const char* const literal = node.literal.data();
    const auto same =
        static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(Load(at), Load(literal))));
    const auto wanted = static_cast<uint32_t>(node.literal_mask);
    if ((~same & wanted) != 0 || node.literal_size == 0) return false;
    if (node.literal_size <= kBlock) [[likely]]
      return true;
    return std::memcmp(at + kBlock, literal + kBlock, node.literal_size - kBlock) == 0;
  }

  static bool CopyIsAscii(const char* from, size_t size, char* to) {
    __m256i all = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + kBlock <= size; i += kBlock) {
      const __m256i bytes = Load(from + i);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i), bytes);
      all = _mm256_or_si256(all, bytes);
    }
    if (size >= kBlock) {  // the last block once more, as far as it reaches
      const __m256i bytes = Load(from + size - kBlock);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + size - kBlock), bytes);
      all = _mm256_or_si256(all, bytes);
      return _mm256_movemask_epi8(all) == 0;
    }
    char last = 0;
    for (; i < size; ++i) {
      to[i] = from[i];
      last = static_cast<char>(last | from[i]);
    }
    return last >= 0;
  }
};

}  // namespace tarn::shape
