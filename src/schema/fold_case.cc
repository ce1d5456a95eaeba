#include <algorithm>
#include <iterator>

#include "schema/code_points_internal.h"
#include "schema/type.h"

namespace tarn::schema {
namespace {

/// Capitals `first`, `first + step`, … `last`, whose small letters stand `distance` further on.
struct Capitals {
  char32_t first;
  char32_t last;
  char32_t step;
  int distance;
};

// What FoldCase covers, in order of `first`. Left out on purpose: U+0130 (its small letter is the
// ASCII i, which I also has), and every script that is not named here.
// source  UnicodeData.txt 16, "Simple_Lowercase_Mapping"
constexpr Capitals kCapitals[] = {
    {0x0041, 0x005A, 1, 32},                           // ASCII
    {0x00C0, 0x00D6, 1, 32}, {0x00D8, 0x00DE, 1, 32},  // Latin-1
    {0x0100, 0x012E, 2, 1},  {0x0132, 0x0136, 2, 1},
    {0x0139, 0x0147, 2, 1},  // Latin Ext.-A
    {0x014A, 0x0176, 2, 1},  {0x0178, 0x0178, 1, -121},
    {0x0179, 0x017D, 2, 1},  {0x0386, 0x0386, 1, 38},
    {0x0388, 0x038A, 1, 37}, {0x038C, 0x038C, 1, 64},  // Greek
    {0x038E, 0x038F, 1, 63}, {0x0391, 0x03A1, 1, 32},
    {0x03A3, 0x03AB, 1, 32}, {0x0400, 0x040F, 1, 80},
    {0x0410, 0x042F, 1, 32}, {0x0460, 0x0480, 2, 1},  // Cyrillic
    {0x048A, 0x04BE, 2, 1},  {0x04C0, 0x04C0, 1, 15},
    {0x04C1, 0x04CD, 2, 1},  {0x04D0, 0x04FE, 2, 1},
    {0x1E00, 0x1E94, 2, 1},  {0x1EA0, 0x1EFE, 2, 1},  // Latin Extended Additional (Vietnamese)
};

char32_t SmallLetter(char32_t letter) {
  const auto after = std::upper_bound(
      std::begin(kCapitals), std::end(kCapitals), letter,
      [](char32_t value, const Capitals& capitals) { return value < capitals.first; });
  if (after == std::begin(kCapitals)) return letter;
  const Capitals& capitals = *std::prev(after);
  if (letter > capitals.last || (letter - capitals.first) % capitals.step != 0) return letter;
  return static_cast<char32_t>(static_cast<int>(letter) + capitals.distance);
}

}  // namespace

std::string FoldCase(std::string_view name) {
  std::string folded;
  folded.reserve(name.size());
  for (size_t at = 0; at < name.size();) {
    const internal::CodePoint letter = internal::CodePointAt(name, at);
    if (letter.value == internal::kNoCodePoint) {
      folded.push_back(name[at]);
    } else {
      internal::AppendCodePoint(&folded, SmallLetter(letter.value));
    }
    at += letter.bytes;
  }
  return folded;
}

}  // namespace tarn::schema
