#include "shape/fast_escape.h"

namespace tarn::shape {

namespace {

constexpr uint32_t kNoUnit = ~uint32_t{0};

/// The UTF-16 unit of `\uXXXX`; kNoUnit where it is none.
uint32_t ReadUnit(const char* at) {
  if (at[0] != '\\' || at[1] != 'u') return kNoUnit;
  uint32_t unit = 0;
  for (int i = 2; i < 6; ++i) {
    const char byte = at[i];
    const bool is_digit = byte >= '0' && byte <= '9';
    const char letter = static_cast<char>(byte | 0x20);
    if (!is_digit && (letter < 'a' || letter > 'f')) return kNoUnit;
    unit = unit * 16 + static_cast<uint32_t>(is_digit ? byte - '0' : letter - 'a' + 10);
  }
  return unit;
}

}  // namespace

const char* ReadUnicodeEscape(const char* at, uint32_t* code_point) {
  const uint32_t unit = ReadUnit(at);
  if (unit == kNoUnit || (unit >= 0xDC00 && unit <= 0xDFFF)) return nullptr;
  at += 6;
  *code_point = unit;
  if (unit < 0xD800 || unit > 0xDFFF) return at;
  const uint32_t low = ReadUnit(at);
  if (low < 0xDC00 || low > 0xDFFF) return nullptr;
  *code_point = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  return at + 6;
}

char* WriteUtf8(uint32_t code_point, char* to) {
  const auto put = [&to](uint32_t byte) { *to++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
  return to;
}

}  // namespace tarn::shape
