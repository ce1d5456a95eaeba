// JSON's white space. source  RFC 8259, section 2
#pragma once

namespace tarn::shape {

inline bool IsJsonSpace(char byte) {
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/// in       at: a text that ends before a byte that is no white space
/// returns  the first byte that is none
inline const char* SkipSpace(const char* at) {
  if (static_cast<unsigned char>(*at) > ' ') [[likely]]
    return at;
  while (IsJsonSpace(*at)) ++at;
  return at;
}

}  // namespace tarn::shape
