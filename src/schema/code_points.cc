#include "schema/code_points_internal.h"

namespace tarn::schema::internal {
namespace {

/// How many bytes a sequence that begins with this byte has; 0 where none does.
size_t SequenceBytes(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

/// The smallest code point that a sequence of so many bytes may hold (else it is overlong).
constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
constexpr unsigned char kLeadMask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};

}  // namespace

CodePoint CodePointAt(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t bytes = SequenceBytes(lead);
  if (bytes == 0 || bytes > text.size() - at) return {};
  char32_t value = lead & kLeadMask[bytes];
  for (size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0) != 0x80) return {};
    value = (value << 6) | (next & 0x3F);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[bytes] || value > 0x10FFFF || surrogate) return {};
  return {value, bytes};
}

void AppendCodePoint(std::string* out, char32_t value) {
  const auto push = [out](char32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (value < 0x80) {
    push(value);
  } else if (value < 0x800) {
    push(0xC0 | (value >> 6));
    push(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    push(0xE0 | (value >> 12));
    push(0x80 | ((value >> 6) & 0x3F));
    push(0x80 | (value & 0x3F));
  } else {
    push(0xF0 | (value >> 18));
    push(0x80 | ((value >> 12) & 0x3F));
    push(0x80 | ((value >> 6) & 0x3F));
    push(0x80 | (value & 0x3F));
  }
}

size_t BytesOfCodePoints(std::string_view text, size_t count) {
  size_t at = 0;
  for (size_t i = 0; i < count && at < text.size(); ++i) at += CodePointAt(text, at).bytes;
  return at;
}

}  // namespace tarn::schema::internal
