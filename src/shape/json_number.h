// The grammar of JSON's numbers, and their exact value as digits and a power of ten.
// source  RFC 8259, section 6
#pragma once

#include <cstdint>
#include <string_view>

namespace tarn::shape {

enum class NumberForm : uint8_t {
  kNone,     ///< no JSON number
  kInteger,  ///< without fraction and exponent
  kOther
};

NumberForm FormOfNumber(std::string_view text);

/// The exact value of a number: 0.digits × 10^point, so that `point` digits stand before the
/// decimal point where it is positive.
struct ExactNumber {
  bool negative = false;
  /// Digits without zeros at either end, possibly with the point among them; empty: the number is
  /// 0.
  std::string_view digits;
  int64_t digit_count = 0;  ///< the point not counted
  int64_t point = 0;

  bool is_zero() const { return digits.empty(); }
  bool is_whole() const { return digit_count <= point; }
};

/// in  text: a JSON number, as FormOfNumber knows it
ExactNumber ReadExact(std::string_view text);

}  // namespace tarn::shape
