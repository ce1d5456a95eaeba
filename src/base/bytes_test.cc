#include "base/bytes.h"

#include <gtest/gtest.h>

namespace tarn {
namespace {

TEST(HexDigit, IsOneOfTwentyTwoLetters) {
  std::string digits;
  for (int letter = 0; letter < 256; ++letter) {
    if (HexDigit(static_cast<char>(letter)) >= 0) digits.push_back(static_cast<char>(letter));
  }
  EXPECT_EQ(digits, "0123456789ABCDEFabcdef");
  EXPECT_EQ(HexDigit('7'), 7);
  EXPECT_EQ(HexDigit('B'), 11);
  EXPECT_EQ(HexDigit('f'), 15);
}

TEST(FromHex, ReadsWhatToHexWritesAndUpperCaseToo) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  EXPECT_EQ(FromHex(ToHex(bytes)), bytes);
  EXPECT_EQ(FromHex("aAfF"), "\xaa\xff");
  EXPECT_EQ(FromHex(""), "");
}

TEST(FromHex, RefusesOtherTexts) {
  for (const char* text : {"a", "abc", "0g", "g0", "0G", " 0", "0x", "a-", "@0", "`0", "/0", ":0"})
    EXPECT_EQ(FromHex(text), std::nullopt) << text;
}

}  // namespace
}  // namespace tarn
