#include <algorithm>

#include "codec/text.h"
#include "schema/code_points_internal.h"
#include "schema/names_internal.h"
#include "schema/type.h"

namespace tarn::schema::internal {
namespace {

bool HasControlCharacter(std::string_view name) {
  for (size_t at = 0; at < name.size();) {
    const CodePoint letter = CodePointAt(name, at);
    if (letter.value < 0x20 || (letter.value >= 0x7F && letter.value <= 0x9F)) return true;
    at += letter.bytes;
  }
  return false;
}

}  // namespace

Status CheckName(std::string_view name, std::string_view whose) {
  if (name.empty()) return Fail(ErrorKind::kInvalid, "{} has an empty name", whose);
  if (name.size() > kColumnNameBytesMax) {
    return Fail(ErrorKind::kInvalid, "{}: the name has {} bytes, {} are allowed", whose,
                name.size(), kColumnNameBytesMax);
  }
  if (!codec::IsUtf8(name)) return Fail(ErrorKind::kInvalid, "{}: the name is not UTF-8", whose);
  if (HasControlCharacter(name)) {
    return Fail(ErrorKind::kInvalid, "{}: the name has a control character", whose);
  }
  return {};
}

bool IsPlainNameByte(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_';
}

std::string QuotedName(std::string_view name, bool dot_is_plain) {
  const bool plain = !name.empty() && std::ranges::all_of(name, [&](char letter) {
    return IsPlainNameByte(letter) || (letter == '.' && dot_is_plain);
  });
  if (plain) return std::string(name);
  std::string quoted = "\"";
  for (const char letter : name) {
    quoted.push_back(letter);
    if (letter == '"') quoted.push_back('"');
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace tarn::schema::internal
