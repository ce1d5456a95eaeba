// Walking UTF-8 text by code points. Bytes that are no UTF-8 are passed one by one, as they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tarn::schema::internal {

inline constexpr char32_t kNoCodePoint = 0xFFFFFFFF;

struct CodePoint {
  char32_t value = kNoCodePoint;  ///< kNoCodePoint: a byte that begins no well-formed sequence
  size_t bytes = 1;               ///< that it takes in the text
};

/// in  at: below text.size()
CodePoint CodePointAt(std::string_view text, size_t at);

/// in  value: a code point, no surrogate
void AppendCodePoint(std::string* out, char32_t value);

/// returns  the bytes of the first `count` code points; the text's size where it has fewer
size_t BytesOfCodePoints(std::string_view text, size_t count);

}  // namespace tarn::schema::internal
