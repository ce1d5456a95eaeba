#include "base/bytes.h"

#include <gtest/gtest.h>

namespace tarn {
namespace {

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
