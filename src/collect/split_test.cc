#include "collect/split.h"

#include <gtest/gtest.h>

namespace tarn::collect {
namespace {

using Records = std::vector<std::string>;

Records RecordsOf(const Result<std::shared_ptr<const schema::RecordBlock>>& block) {
  if (!block) return {"error: " + block.error().message()};
  Records records;
  for (size_t i = 0; i < (*block)->records.size(); ++i) records.emplace_back((*block)->record(i));
  return records;
}

TEST(Split, FindsTheRecordsOfABody) {
  struct Case {
    std::string body;
    Records records;
    std::string content_type = "application/json";
  };
  const std::vector<Case> cases = {
      // One value.
      {R"({"a":1})", {R"({"a":1})"}},
      {" {\"a\":1}\r\n", {R"({"a":1})"}},
      {"{\n  \"a\": 1,\n  \"b\": \"}\"\n}\n", {"{\n  \"a\": 1,\n  \"b\": \"}\"\n}"}},
      {"\"two\\\" words\"", {"\"two\\\" words\""}},
      {"17", {"17"}},
      // A value a line.
      {"{\"a\":1}\n{\"a\":2}\n", {R"({"a":1})", R"({"a":2})"}},
      {"{\"a\":1}\r\n\r\n   \n{\"a\":2}", {R"({"a":1})", R"({"a":2})"}},
      {"{\"a\":1}\nnot json\n{\"a\":2", {R"({"a":1})", "not json", R"({"a":2)"}},
      {"{\"a\":\n{\"b\":2}\n", {"{\"a\":", R"({"b":2})"}},
      {"[1]\n[2]", {"[1]", "[2]"}},
      {"{\n\"a\": 1\n}", {"{", "\"a\": 1", "}"}, "application/x-ndjson; charset=utf-8"},
      {"[1,2]", {"[1,2]"}, "Application/NDJSON"},
      // An array.
      {"[]{}", {"[]{}"}},
      {R"([{"a":1},{"a":2}])", {R"({"a":1})", R"({"a":2})"}},
      {"\n[ {\"a\": [1, {\"b\":2}]} ,\n 3, \"x,]\" , null ]\n",
       {R"({"a": [1, {"b":2}]})", "3", "\"x,]\"", "null"}},
      {R"([{"a":tru},{"a":2}])", {R"({"a":tru})", R"({"a":2})"}},
      {"[{\"a\":\"\xff\"},{\"a\":2}]", {"{\"a\":\"\xff\"}", R"({"a":2})"}},
      // What is no array after all is lines.
      {"[1,2", {"[1,2"}},
      {"[1,,2]", {"[1,,2]"}},
      {"[1,]", {"[1,]"}},
      {"[1 2]", {"[1 2]"}},
      {"[1] 2", {"[1] 2"}},
      {"[\"open]\n{\"a\":1}", {"[\"open]", R"({"a":1})"}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(RecordsOf(SplitBody(c.body, c.content_type)), c.records) << c.body;
  }
}

TEST(Split, RefusesABodyWithoutRecords) {
  for (const char* body : {"", " \r\n\t\n", "[]", " [ ] "}) {
    const auto block = SplitBody(body, "");
    ASSERT_FALSE(block) << body;
    EXPECT_EQ(block.error().kind(), ErrorKind::kInvalid);
    EXPECT_EQ(block.error().message(),
              "the body holds no record: send a JSON object, a line for each, or an array");
  }
}

TEST(Split, NamesTheLimitThatWasPassed) {
  const SplitLimits limits{.records_max = 2, .record_bytes_max = 4};
  const auto many = SplitBody("1\n2\n3", "", limits);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().kind(), ErrorKind::kTooLarge);
  EXPECT_EQ(many.error().message(), "the body has over 2 records");
  const auto large = SplitBody("1\n12345", "", limits);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kind(), ErrorKind::kTooLarge);
  EXPECT_EQ(large.error().message(), "record 2 has 5 bytes; at most 4 are taken");
}

TEST(Split, EveryTruncationSplitsWithoutLoss) {
  const std::string whole = "[{\"a\":\"\\\"}\"},[1,{\"b\":[]}],\"x\"]\n{\"c\":2}";
  for (size_t length = 1; length <= whole.size(); ++length) {
    const auto block = SplitBody(whole.substr(0, length), "");
    ASSERT_TRUE(block) << length;
    for (size_t i = 0; i < (*block)->records.size(); ++i) EXPECT_FALSE((*block)->record(i).empty());
  }
}

TEST(Split, DeepNestingNeedsNoStack) {
  const std::string deep(1'000'000, '[');
  EXPECT_EQ(RecordsOf(SplitBody(deep, "")), Records{deep});
}

}  // namespace
}  // namespace tarn::collect
