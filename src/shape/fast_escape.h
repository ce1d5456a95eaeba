// JSON's escapes, one at a time. Texts end before a byte that can be in no escape.
// source  RFC 8259, section 7
#pragma once

#include <array>
#include <cstdint>

namespace tarn::shape {

namespace internal {
inline constexpr std::array<char, 256> kPlainEscapes = [] {
  std::array<char, 256> table{};
  table['"'] = '"';
  table['\\'] = '\\';
  table['/'] = '/';
  table['n'] = '\n';
  table['t'] = '\t';
  table['r'] = '\r';
  table['b'] = '\b';
  table['f'] = '\f';
  return table;
}();
}  // namespace internal

/// What a backslash and this byte stand for; 0: more follows (`u`), or it is no escape.
inline char PlainEscape(char byte) {
  return internal::kPlainEscapes[static_cast<unsigned char>(byte)];
}

/// The code point of `\uXXXX`, or of a pair of them.
///
/// in       at: at the backslash
/// returns  the byte behind it; null where it is no escape, or half a surrogate pair
const char* ReadUnicodeEscape(const char* at, uint32_t* code_point);

/// returns  the byte behind the character's UTF-8, at most 4 bytes
char* WriteUtf8(uint32_t code_point, char* to);

}  // namespace tarn::shape
