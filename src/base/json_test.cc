#include "base/json.h"

#include <gtest/gtest.h>

namespace tarn {
namespace {

TEST(Json, RoundTripsADocumentWithItsMemberOrder) {
  const std::string text = R"({"b":1,"a":[true,null,-9223372036854775808,1.5,"x\n\"é"],"c":{}})";
  const auto json = Json::Parse(text);
  ASSERT_TRUE(json.has_value()) << json.error().message();
  EXPECT_EQ(json->Dump(), text);
}

TEST(Json, FindsTheLastOfDuplicateMembers) {
  const auto json = Json::Parse(R"({"a":1,"a":2})");
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->Find("a")->as_int(), 2);
}

TEST(Json, RefusesWhatIsNoDocument) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1} x", "\"\xff\"", "nul", "01", "{\"a\" 1}"}) {
    EXPECT_FALSE(Json::Parse(text).has_value()) << text;
  }
}

TEST(Json, NamesTheMissingMember) {
  const auto json = Json::Parse(R"({"a":1})");
  EXPECT_EQ(json->GetString("b").error().message(), "'b' is missing");
  EXPECT_EQ(json->GetString("a").error().message(), "'a' is not a string");
}

TEST(Json, QuotesBytesThatAreNotUtf8AsReplacement) {
  EXPECT_EQ(QuoteJson("a\xff\x01"), "\"a\xef\xbf\xbd\\u0001\"");
}

}  // namespace
}  // namespace tarn
