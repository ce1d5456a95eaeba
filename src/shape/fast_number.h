// JSON's numbers, read as they are usually written; what is unusual goes by the conversions of the
// reference path (convert_number.h). Texts end before a byte that can be in no number.
#pragma once

#include <cstdint>
#include <cstring>

namespace tarn::shape {

inline unsigned DigitOf(char byte) { return static_cast<unsigned char>(byte - '0'); }

/// The value of eight digits; false where there are not eight.
/// source  D. Lemire, "Quickly parsing eight digits"
inline bool ReadEightDigits(const char* at, uint64_t* value) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  if (((word & (word + 0x0606'0606'0606'0606)) & 0xF0F0'F0F0'F0F0'F0F0) != 0x3030'3030'3030'3030) {
    return false;
  }
  word = (word & 0x0F0F'0F0F'0F0F'0F0F) * 2561 >> 8;
  word = (word & 0x00FF'00FF'00FF'00FF) * 6553601 >> 16;
  *value = (word & 0x0000'FFFF'0000'FFFF) * 42949672960001 >> 32;
  return true;
}

/// Read digits onto `value`, which overflows beyond 19 of them.
///
/// returns  the byte behind them
inline const char* ReadDigits(const char* at, uint64_t* value) {
  uint64_t number = *value;
  for (uint64_t eight = 0; ReadEightDigits(at, &eight); at += 8) {
    number = number * 100'000'000 + eight;
  }
  for (unsigned digit = DigitOf(*at); digit <= 9; digit = DigitOf(*++at)) {
    number = number * 10 + digit;
  }
  *value = number;
  return at;
}

/// returns  the byte behind the number that begins here; null where none does
inline const char* SkipNumber(const char* at) {
  if (*at == '-') ++at;
  if (DigitOf(*at) > 9) return nullptr;
  if (*at == '0') {
    if (DigitOf(*++at) <= 9) return nullptr;
  } else {
    while (DigitOf(*at) <= 9) ++at;
  }
  if (*at == '.') {
    if (DigitOf(*++at) > 9) return nullptr;
    while (DigitOf(*at) <= 9) ++at;
  }
  if (*at == 'e' || *at == 'E') {
    ++at;
    if (*at == '+' || *at == '-') ++at;
    if (DigitOf(*at) > 9) return nullptr;
    while (DigitOf(*at) <= 9) ++at;
  }
  return at;
}

/// An integer of at most 18 digits and nothing else.
///
/// returns  the byte behind it; null where there is another thing, or no number
inline const char* ReadPlainInteger(const char* at, int64_t* value) {
  const bool negative = *at == '-';
  if (negative) ++at;
  const char* const first = at;
  uint64_t number = 0;
  at = ReadDigits(at, &number);
  const auto digits = at - first;
  if (digits == 0 || digits > 18 || (*first == '0' && digits > 1)) return nullptr;
  if (*at == '.' || *at == 'e' || *at == 'E') return nullptr;
  *value = negative ? -static_cast<int64_t>(number) : static_cast<int64_t>(number);
  return at;
}

/// A number without exponent whose digits are exact in a double, so that one division gives the
/// nearest.
/// source  W. Clinger, "How to Read Floating Point Numbers Accurately"
///
/// returns  as ReadPlainInteger
inline const char* ReadPlainDouble(const char* at, double* value) {
  static constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                       1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  constexpr uint64_t kExactMax = uint64_t{1} << 53;
  const bool negative = *at == '-';
  if (negative) ++at;
  const char* const first = at;
  uint64_t number = 0;
  at = ReadDigits(at, &number);
  auto digits = at - first;
  if (digits == 0 || (*first == '0' && digits > 1)) return nullptr;
  std::ptrdiff_t decimals = 0;
  if (*at == '.') {
    const char* const point = at;
    at = ReadDigits(at + 1, &number);
    decimals = at - point - 1;
    if (decimals == 0) return nullptr;
    digits += decimals;
  }
  if (digits > 18 || number > kExactMax || *at == 'e' || *at == 'E') return nullptr;
  const double read = static_cast<double>(number) / kPowers[decimals];
  *value = negative ? -read : read;
  return at;
}

}  // namespace tarn::shape
