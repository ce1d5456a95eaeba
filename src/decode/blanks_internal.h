// What may stand before and between records, and is none of them.
#pragma once

#include <string_view>

namespace tarn::decode {

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

inline bool IsBlank(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

}  // namespace tarn::decode
