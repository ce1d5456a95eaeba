#include "shape/convert_number.h"

#include <charconv>
#include <limits>

#include "shape/json_number.h"

namespace tarn::shape {

namespace {

using schema::Int128;

constexpr size_t kPlainDigitsMax = 18;  ///< any such number fits 64 bits

/// A number that is written as up to 18 digits and nothing else, the common case.
bool ReadPlain(std::string_view text, int64_t* value) {
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.size() > kPlainDigitsMax) return false;
  int64_t number = 0;
  for (const char byte : text) {
    const auto digit = static_cast<unsigned char>(byte - '0');
    if (digit > 9) return false;
    number = number * 10 + digit;
  }
  *value = negative ? -number : number;
  return true;
}

/// The digits of a number followed by so many zeros.
///
/// in  zeros: not negative; the number has at most 38 digits with them
Int128 Unscaled(const ExactNumber& number, int64_t zeros) {
  Int128 value = 0;
  for (const char byte : number.digits) {
    if (byte != '.') value = value * 10 + (byte - '0');
  }
  for (; zeros > 0; --zeros) value *= 10;
  return number.negative ? -value : value;
}

/// in  Number: float or double
template <class Number>
Fit ToFloating(std::string_view text, double* value) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {
    // Too large, or closer to zero than any number but zero.
    const ExactNumber exact = ReadExact(text);
    if (exact.point > 0) return Fit::kOutOfRange;
    number = exact.negative ? -Number{0} : Number{0};
  }
  *value = static_cast<double>(number);
  return Fit::kFits;
}

}  // namespace

Fit ToInt64(std::string_view text, int64_t* value) {
  if (ReadPlain(text, value)) return Fit::kFits;
  const ExactNumber number = ReadExact(text);
  if (!number.is_whole()) return Fit::kWrongType;
  if (number.is_zero()) {
    *value = 0;
    return Fit::kFits;
  }
  if (number.point > std::numeric_limits<int64_t>::digits10 + 1) return Fit::kOutOfRange;
  const Int128 whole = Unscaled(number, number.point - number.digit_count);
  if (whole < std::numeric_limits<int64_t>::min() || whole > std::numeric_limits<int64_t>::max()) {
    return Fit::kOutOfRange;
  }
  *value = static_cast<int64_t>(whole);
  return Fit::kFits;
}

Fit ToInt32(std::string_view text, int64_t* value) {
  int64_t number = 0;
  if (const Fit fit = ToInt64(text, &number); fit != Fit::kFits) return fit;
  if (number < std::numeric_limits<int32_t>::min() ||
      number > std::numeric_limits<int32_t>::max()) {
    return Fit::kOutOfRange;
  }
  *value = number;
  return Fit::kFits;
}

Fit ToDouble(std::string_view text, double* value) { return ToFloating<double>(text, value); }
Fit ToFloat(std::string_view text, double* value) { return ToFloating<float>(text, value); }

Fit ToDecimal(std::string_view text, int precision, int scale, Int128* value) {
  if (FormOfNumber(text) == NumberForm::kNone) return Fit::kWrongType;
  const ExactNumber number = ReadExact(text);
  if (number.is_zero()) {
    *value = 0;
    return Fit::kFits;
  }
  const bool too_fine = number.digit_count - number.point > scale;
  const bool too_large = number.point > precision - scale;
  if (too_fine || too_large) return Fit::kOutOfRange;
  *value = Unscaled(number, number.point + scale - number.digit_count);
  return Fit::kFits;
}

}  // namespace tarn::shape
