#include "codec/text.h"

#include <gtest/gtest.h>

namespace tarn::codec {
namespace {

TEST(Text, Base64MatchesRfc4648) {
  const std::pair<std::string, std::string> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(EncodeBase64(bytes), text);
    EXPECT_EQ(*DecodeBase64(text), bytes);
  }
}

TEST(Text, Base64RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(*DecodeBase64(EncodeBase64(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 101));
  }
}

TEST(Text, Base64RefusesWhatIsNotStrict) {
  for (const char* text :
       {"Z",    "Zg",      "Zg=",  "Zm9v Zm9v", "Zm9v\n", "Zm9vZm9\n", "    ",     "Zm9vYm \n",
        "Zm9 ", "Zh==",    "Zm9=", "====",      "=",      "Z===",      "Zg==Zg==", "Zm9-",
        "Zm9_", "Zm\x80v", "Zg =", "Zg\n=",     " Zg=",   "    Zg==",  "Zg==    "}) {
    const auto decoded = DecodeBase64(text);
    ASSERT_FALSE(decoded.has_value()) << "'" << text << "' became '" << *decoded << "'";
    EXPECT_EQ(decoded.error().kind(), ErrorKind::kInvalid);
  }
}

TEST(Text, Base64AppendLeavesItsTargetOnError) {
  std::string out = "before ";
  EXPECT_EQ(*AppendDecodedBase64("Zm9v", &out), 3u);
  EXPECT_FALSE(AppendDecodedBase64("Zm9vZ*9v", &out).has_value());
  EXPECT_FALSE(AppendDecodedBase64("Zm9v Zm9 Zm9", &out).has_value());
  EXPECT_EQ(out, "before foo");
}

TEST(Text, PercentRoundTripsEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  EXPECT_EQ(*DecodePercent(EncodePercent(bytes)), bytes);
}

TEST(Text, PercentEncodesAllButTheUnreserved) {
  EXPECT_EQ(EncodePercent("az-_.~AZ09"), "az-_.~AZ09");
  EXPECT_EQ(EncodePercent("a b/é+:="), "a%20b%2F%C3%A9%2B%3A%3D");
  EXPECT_EQ(EncodePercentPath("//a b/é/"), "//a%20b/%C3%A9/");
  EXPECT_EQ(*DecodePercent("a%20b%2f+"), "a b/+");
}

TEST(Text, PercentRefusesBrokenEscapes) {
  for (const char* text : {"%", "%2", "a%", "%g0", "%0g", "%%20", "% 20"}) {
    EXPECT_FALSE(DecodePercent(text).has_value()) << text;
  }
}

TEST(Text, KnowsUtf8) {
  for (const char* text : {"", "plain", "é", "\xf0\x9f\x8c\x8a"}) EXPECT_TRUE(IsUtf8(text));
  for (const char* text : {"\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

}  // namespace
}  // namespace tarn::codec
