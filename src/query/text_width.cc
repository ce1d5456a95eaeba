#include "query/text_width.h"

#include <array>
#include <cstdint>

#include "base/format.h"

namespace tarn::query {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Range {
  char32_t first;
  char32_t last;
};

// source  Unicode 16, EastAsianWidth.txt, wide and full-width blocks, joined where close
constexpr std::array kWide = std::to_array<Range>({{0x1100, 0x115F},
                                                   {0x2E80, 0xA4CF},
                                                   {0xAC00, 0xD7A3},
                                                   {0xF900, 0xFAFF},
                                                   {0xFE30, 0xFE6F},
                                                   {0xFF00, 0xFF60},
                                                   {0xFFE0, 0xFFE6},
                                                   {0x1F300, 0x1F64F},
                                                   {0x1F680, 0x1F6FF},
                                                   {0x1F900, 0x1F9FF},
                                                   {0x20000, 0x3FFFD}});

constexpr std::array kCombining = std::to_array<Range>(
    {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}});

template <size_t kCount>
bool IsIn(const std::array<Range, kCount>& ranges, char32_t character) {
  for (const Range& range : ranges) {
    if (character >= range.first && character <= range.last) return true;
  }
  return false;
}

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Take one character off the front. in  text: not empty. returns  U+FFFD for bytes that are none
char32_t TakeCharacter(std::string_view* text) {
  const auto lead = static_cast<unsigned char>(text->front());
  text->remove_prefix(1);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 && lead < 0xF5 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC2 ? 1 : 0;
  if (more == 0 || lead >= 0xF5) return kReplacement;
  char32_t character = lead & (0x3F >> more);
  for (int i = 0; i < more; ++i) {
    if (text->empty() || !IsContinuation(text->front())) return kReplacement;
    character = character << 6 | (static_cast<unsigned char>(text->front()) & 0x3F);
    text->remove_prefix(1);
  }
  return character;
}

size_t CharacterWidth(char32_t character) {
  if (character < 0x300) return 1;
  if (IsIn(kCombining, character)) return 0;
  return IsIn(kWide, character) ? 2 : 1;
}

void AppendShown(char32_t character, std::string_view bytes, std::string* out) {
  if (character == '\n') {
    *out += "\\n";
  } else if (character == '\t') {
    *out += "\\t";
  } else if (character == '\r') {
    *out += "\\r";
  } else if (character < 0x20 || (character >= 0x7F && character < 0xA0)) {
    *out += Format("\\x{:02x}", static_cast<uint32_t>(character));
  } else if (character == kReplacement) {
    *out += "\uFFFD";
  } else {
    *out += bytes;
  }
}

}  // namespace

size_t TextWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) width += CharacterWidth(TakeCharacter(&text));
  return width;
}

std::string ShownText(std::string_view text, size_t characters_max) {
  std::string shown;
  size_t end_of_kept = 0;  // where the text ends if one character more would be too many
  for (size_t characters = 0; !text.empty(); ++characters) {
    if (characters + 1 == characters_max) end_of_kept = shown.size();
    if (characters == characters_max) {
      shown.resize(end_of_kept);
      return shown + "…";
    }
    const std::string_view before = text;
    const char32_t character = TakeCharacter(&text);
    AppendShown(character, before.substr(0, before.size() - text.size()), &shown);
  }
  return shown;
}

std::string CutToWidth(std::string_view text, size_t width_max) {
  if (TextWidth(text) <= width_max) return std::string(text);
  std::string_view left = text;
  size_t kept_bytes = 0;
  for (size_t width = 0;;) {
    width += CharacterWidth(TakeCharacter(&left));
    if (width + 1 > width_max) break;
    kept_bytes = text.size() - left.size();
  }
  return std::string(text.substr(0, kept_bytes)) + "…";
}

}  // namespace tarn::query
