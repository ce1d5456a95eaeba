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
  EXPECT_EQ(QuoteJson("\xc3\xa9\xe2\x82"), "\"\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(QuoteJson("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(Json, QuotesWhatIsNotPlainWhereverItStands) {
  EXPECT_EQ(QuoteJson(""), R"("")");
  EXPECT_EQ(QuoteJson("plain text, é€"), R"("plain text, é€")");
  EXPECT_EQ(QuoteJson("\n\r\t\"\\"), R"("\n\r\t\"\\")");
  EXPECT_EQ(QuoteJson(std::string("a\0b\x1f\x7f"
                                  "c",
                                  6)),
            R"("a\u0000b\u001f\u007fc")");
  std::string text = "before:";
  AppendQuotedJson("x\ny", &text);
  EXPECT_EQ(text, R"(before:"x\ny")");
}

}  // namespace
}  // namespace tarn
