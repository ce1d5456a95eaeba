#include "shape/convert_bytes.h"

#include "base/bytes.h"
#include "codec/text.h"

namespace tarn::shape {

namespace {

constexpr size_t kUuidTextBytes = 36;

}  // namespace

Fit ToUuid(std::string_view text, std::string* bytes) {
  bytes->clear();
  if (text.size() != kUuidTextBytes) return Fit::kWrongType;
  for (size_t at = 0; at < text.size();) {
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (text[at] != '-') return Fit::kWrongType;
      ++at;
      continue;
    }
    const int high = HexDigit(text[at]);
    const int low = HexDigit(text[at + 1]);
    if (high < 0 || low < 0) return Fit::kWrongType;
    bytes->push_back(static_cast<char>(high * 16 + low));
    at += 2;
  }
  return Fit::kFits;
}

Fit ToBinary(std::string_view text, std::string* bytes) {
  bytes->clear();
  return codec::AppendDecodedBase64(text, bytes) ? Fit::kFits : Fit::kWrongType;
}

void ToBigEndian(schema::Int128 value, int length, std::string* bytes) {
  bytes->resize(static_cast<size_t>(length));
  for (auto byte = bytes->rbegin(); byte != bytes->rend(); ++byte) {
    *byte = static_cast<char>(value & 0xff);
    value >>= 8;
  }
}

}  // namespace tarn::shape
