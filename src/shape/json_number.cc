#include "shape/json_number.h"

#include <algorithm>

namespace tarn::shape {

namespace {

bool IsDigit(char byte) { return byte >= '0' && byte <= '9'; }

size_t DigitsFrom(std::string_view text, size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

/// Beyond any number of digits that a record can have, and far from where sums overflow.
constexpr int64_t kExponentMax = int64_t{1} << 40;

/// in  text: `+17`, `-3`, `5`; in [-kExponentMax, kExponentMax], larger ones are held there
int64_t ReadExponent(std::string_view text) {
  const bool negative = text.front() == '-';
  if (!IsDigit(text.front())) text.remove_prefix(1);
  int64_t exponent = 0;
  for (const char digit : text) {
    exponent = std::min(exponent * 10 + (digit - '0'), kExponentMax);
  }
  return negative ? -exponent : exponent;
}

}  // namespace

NumberForm FormOfNumber(std::string_view text) {
  size_t at = !text.empty() && text.front() == '-' ? 1 : 0;
  const size_t whole = at;
  at = DigitsFrom(text, at);
  if (at == whole || (text[whole] == '0' && at > whole + 1)) return NumberForm::kNone;
  if (at == text.size()) return NumberForm::kInteger;
  if (text[at] == '.') {
    const size_t fraction = ++at;
    at = DigitsFrom(text, at);
    if (at == fraction) return NumberForm::kNone;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const size_t exponent = at;
    at = DigitsFrom(text, at);
    if (at == exponent) return NumberForm::kNone;
  }
  return at == text.size() ? NumberForm::kOther : NumberForm::kNone;
}

ExactNumber ReadExact(std::string_view text) {
  ExactNumber number;
  number.negative = text.front() == '-';
  if (number.negative) text.remove_prefix(1);
  int64_t exponent = 0;
  if (const size_t mark = text.find_first_of("eE"); mark != text.npos) {
    exponent = ReadExponent(text.substr(mark + 1));
    text = text.substr(0, mark);
  }
  const size_t dot = std::min(text.find('.'), text.size());
  const size_t first = text.find_first_of("123456789");
  if (first == text.npos) return number;
  const size_t last = text.find_last_of("123456789");
  number.digits = text.substr(first, last - first + 1);
  const bool has_dot = first < dot && dot < last;
  number.digit_count = static_cast<int64_t>(number.digits.size()) - (has_dot ? 1 : 0);
  // Digits between the first one that counts and the decimal point; negative: zeros behind it.
  const auto before_dot =
      first < dot ? static_cast<int64_t>(dot - first) : -static_cast<int64_t>(first - dot - 1);
  number.point = before_dot + exponent;
  return number;
}

}  // namespace tarn::shape
