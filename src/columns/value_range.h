// The smallest and largest value of a leaf, kept while values are appended: what statistics of
// row groups and bounds of data files are made of.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace tarn::columns {

/// The range of byte strings, compared as unsigned bytes. Only the first kKept bytes of each end
/// are kept; `…_exact` says whether that is the whole value.
class BytesRange {
 public:
  static constexpr size_t kKept = 64;

  void Add(const char* bytes, uint32_t size) {
    const uint64_t word = FirstWord(bytes, size);
    if (word > min_word_ && word < max_word_) return;  // false while there is none
    AddSlowly({bytes, size}, word);
  }
  void Merge(const BytesRange& other);

  bool any() const { return any_; }
  std::string_view min() const { return {min_.data(), min_size_}; }
  std::string_view max() const { return {max_.data(), max_size_}; }
  bool min_exact() const { return min_exact_; }
  bool max_exact() const { return max_exact_; }

 private:
  /// The first eight bytes as a number that orders as they do, zeros after the end.
  static uint64_t FirstWord(const char* bytes, uint32_t size);
  void AddSlowly(std::string_view value, uint64_t word);
  void AddMin(std::string_view kept, bool exact, uint64_t word);
  void AddMax(std::string_view kept, bool exact, uint64_t word);

  uint64_t min_word_ = std::numeric_limits<uint64_t>::max();
  uint64_t max_word_ = 0;
  bool any_ = false;
  bool min_exact_ = false;
  bool max_exact_ = false;
  uint8_t min_size_ = 0;
  uint8_t max_size_ = 0;
  std::array<char, kKept> min_;
  std::array<char, kKept> max_;
};

/// The range of a leaf. Which member counts follows from the leaf's physical type: `integer` for
/// booleans and integers, `real` for float and double (NaN left out), `bytes` for the rest
/// (decimals with their sign bit flipped, so that they order as bytes).
struct ValueRange {
  template <class Number>
  struct Numbers {
    Number min = std::numeric_limits<Number>::has_infinity ? std::numeric_limits<Number>::infinity()
                                                           : std::numeric_limits<Number>::max();
    Number max = std::numeric_limits<Number>::has_infinity
                     ? -std::numeric_limits<Number>::infinity()
                     : std::numeric_limits<Number>::lowest();
    bool any() const { return min <= max; }
    void Add(Number value) {  // a NaN compares false both times
      min = value < min ? value : min;
      max = value > max ? value : max;
    }
    void Merge(const Numbers& other) {
      min = other.min < min ? other.min : min;
      max = other.max > max ? other.max : max;
    }
  };

  Numbers<int64_t> integer;
  Numbers<double> real;
  BytesRange bytes;
  int64_t nan_count = 0;

  void Merge(const ValueRange& other);
};

inline uint64_t BytesRange::FirstWord(const char* bytes, uint32_t size) {
  uint64_t word = 0;
  if (size >= 8) [[likely]] {
    __builtin_memcpy(&word, bytes, 8);
    return __builtin_bswap64(word);
  }
  for (uint32_t i = 0; i < size; ++i) {
    word |= uint64_t{static_cast<unsigned char>(bytes[i])} << (56 - 8 * i);
  }
  return word;
}

}  // namespace tarn::columns
