#include "codec/text.h"

#include <simdutf.h>

#include "base/bytes.h"

namespace tarn::codec {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool IsUnreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

}  // namespace

Result<size_t> AppendDecodedBase64(std::string_view text, std::string* out) {
  if (text.size() % 4 != 0) {
    return Fail(ErrorKind::kInvalid, "base64 of {} characters: they come in fours, with padding",
                text.size());
  }
  if (text.empty()) return 0;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const size_t size = text.size() / 4 * 3 - padding;
  const size_t before = out->size();
  simdutf::result decoded{};
  out->resize_and_overwrite(before + size + padding, [&](char* buffer, size_t) {
    decoded = simdutf::base64_to_binary(text.data(), text.size(), buffer + before,
                                        simdutf::base64_default,
                                        simdutf::last_chunk_handling_options::strict);
    return decoded.error == simdutf::error_code::SUCCESS && decoded.count == size ? before + size
                                                                                  : before;
  });
  if (decoded.error != simdutf::error_code::SUCCESS) {
    return Fail(ErrorKind::kInvalid, "not base64 at character {}", decoded.count);
  }
  // simdutf skips white space; what was skipped is missing from the result.
  if (decoded.count != size) return Fail(ErrorKind::kInvalid, "base64 with white space in it");
  return size;
}

Result<std::string> DecodeBase64(std::string_view text) {
  std::string out;
  const Result<size_t> added = AppendDecodedBase64(text, &out);
  if (!added) return std::unexpected(added.error());
  return out;
}

std::string EncodeBase64(std::string_view bytes) {
  std::string out;
  out.resize_and_overwrite(simdutf::base64_length_from_binary(bytes.size()),
                           [&](char* buffer, size_t) {
                             return simdutf::binary_to_base64(bytes.data(), bytes.size(), buffer);
                           });
  return out;
}

Result<std::string> DecodePercent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const auto byte = FromHex(text.substr(i + 1, 2));
    if (!byte || byte->empty()) {
      return Fail(ErrorKind::kInvalid, "'%' at character {} is not followed by two hex digits", i);
    }
    out += *byte;
    i += 2;
  }
  return out;
}

namespace {

/// in  kept: one more byte that stays as it is
std::string EncodePercentBut(char kept, std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c) || c == kept) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kHexDigits[byte >> 4]);
    out.push_back(kHexDigits[byte & 15]);
  }
  return out;
}

}  // namespace

std::string EncodePercent(std::string_view text) { return EncodePercentBut('-', text); }

std::string EncodePercentPath(std::string_view path) { return EncodePercentBut('/', path); }

bool IsUtf8(std::string_view bytes) { return simdutf::validate_utf8(bytes.data(), bytes.size()); }

}  // namespace tarn::codec
