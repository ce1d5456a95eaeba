#include "derive/sdk_records.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/format.h"
#include "base/json.h"
#include "decode/heka_draft.h"
#include "decode/heka_message.h"

namespace tarn::derive {
namespace {

using Kind = JsonValue::Kind;

TEST(JsonTree, RefusesWhatIsNotOneValue) {
  JsonTree tree;
  for (const char* text : {"", " ", "{", "{}}", "1 2", "1}", "1},{", R"(1,"x":2)", R"(1},{"":2)",
                           "nul", "01", "\"\xff\"", "{\"a\":\"\xff\"}", "[1,]"}) {
    EXPECT_EQ(tree.Read(text), nullptr) << text;
  }
  EXPECT_NE(tree.Read(std::string(100, '[') + std::string(100, ']')), nullptr);
  EXPECT_EQ(tree.Read(std::string(101, '[') + std::string(101, ']')), nullptr);
}

TEST(JsonTree, GivesTheMemoryOfALargeDocumentBack) {
  std::string large = "[0";
  for (int i = 0; i < 100'000; ++i) large += ",0";
  large += "]";
  JsonTree tree;
  ASSERT_EQ(tree.Read(large)->size(), 100'001u);
  EXPECT_GT(tree.nodes_kept(), 100'000u);
  EXPECT_EQ(tree.Read("[1,2]")->at(1)->integer(), 2);
  EXPECT_LT(tree.nodes_kept(), 1'000u);
}

TEST(JsonTree, ShowsEachKind) {
  JsonTree tree;
  const std::string text =
      R"( {"n":null,"t":true,"f":false,"i":-7,"w":1e3,"d":1.5,"h":1e400,"b":9223372036854775808,)"
      R"("s":"a\u00e9\n","a":[1,[2],{"x":3}],"o":{},"i":8} )";
  const JsonValue* const json = tree.Read(text);
  ASSERT_NE(json, nullptr);
  EXPECT_EQ(json->kind(), Kind::kObject);
  EXPECT_EQ(json->size(), 12u);
  EXPECT_EQ(json->find("n")->kind(), Kind::kNull);
  EXPECT_EQ(json->find("t")->boolean(), true);
  EXPECT_EQ(json->find("f")->boolean(), false);
  EXPECT_EQ(json->find("i")->integer(), 8) << "the last of a name";
  EXPECT_EQ(json->at(3)->integer(), -7);
  EXPECT_EQ(json->find("w")->integer(), 1000);
  EXPECT_EQ(json->find("d")->integer(), std::nullopt);
  EXPECT_EQ(json->find("d")->number(), 1.5);
  EXPECT_EQ(json->find("i")->number(), 8.0);
  EXPECT_EQ(json->find("h")->number(), std::nullopt);
  EXPECT_EQ(json->find("b")->integer(), std::nullopt);
  EXPECT_EQ(json->find("b")->number(), 9223372036854775808.0);
  EXPECT_EQ(json->find("s")->text(), "aé\n");
  EXPECT_EQ(json->find("s")->dump(), R"("a\u00e9\n")");
  EXPECT_EQ(json->find("s")->number(), std::nullopt);
  EXPECT_EQ(json->find("s")->size(), 0u);
  EXPECT_EQ(json->find("s")->at(0), nullptr);
  EXPECT_EQ(json->find("a")->dump(), R"([1,[2],{"x":3}])");
  EXPECT_EQ(json->find("a")->at(1)->at(0)->integer(), 2);
  EXPECT_EQ(json->find("a")->at(2)->find("x")->integer(), 3);
  EXPECT_EQ(json->find("a")->at(3), nullptr);
  EXPECT_EQ(json->find("a")->find("x"), nullptr);
  EXPECT_EQ(json->find("o")->size(), 0u);
  EXPECT_EQ(json->find("none"), nullptr);
  EXPECT_EQ(json->name(11), "i");
  EXPECT_EQ(json->name(12), "");
}

TEST(JsonTree, GivesElementsInAnyOrder) {
  JsonTree tree;
  std::string text = "[";
  for (int i = 0; i < 1000; ++i) text += Format("{}{{\"k{}\":[{}]}}", i == 0 ? "" : ",", i, i);
  text += "]";
  const JsonValue* const json = tree.Read(text);
  ASSERT_NE(json, nullptr);
  ASSERT_EQ(json->size(), 1000u);
  for (const size_t i : {0u, 5u, 999u, 3u, 3u, 4u, 0u, 998u}) {
    EXPECT_EQ(json->at(i)->name(0), Format("k{}", i));
    EXPECT_EQ(json->at(i)->at(0)->at(0)->integer(), static_cast<int64_t>(i));
  }
}

TEST(JsonTree, KnowsNothingOfTheDocumentBefore) {
  JsonTree tree;
  const JsonValue* json = tree.Read("[[1,2,3],2,3,4]");
  EXPECT_EQ(json->size(), 4u);
  EXPECT_EQ(json->at(3)->integer(), 4);
  json = tree.Read("[5,{\"a\":6}]");
  EXPECT_EQ(json->size(), 2u);
  EXPECT_EQ(json->at(1)->at(0)->integer(), 6);
  EXPECT_EQ(json->at(3), nullptr);
}

// Random documents: the same as base's Json, which reads them another way.

using Random = std::mt19937_64;

Json RandomJson(Random& random, int depth) {
  switch (random() % (depth > 0 ? 8 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<int64_t>(random() >> random() % 64);
    case 3:
      return static_cast<double>(random() % 1000) / 8;
    case 4:
      return std::string(random() % 20, static_cast<char>(random() % 2 == 0 ? 'x' : '\n'));
    case 5: {
      Json array = Json::MakeArray();
      for (uint64_t i = random() % 5; i > 0; --i) array.Push(RandomJson(random, depth - 1));
      return array;
    }
    default: {
      Json::Object members;  // names repeat
      for (uint64_t i = random() % 5; i > 0; --i) {
        members.emplace_back(Format("k{}", random() % 4), RandomJson(random, depth - 1));
      }
      return members;
    }
  }
}

void ExpectSame(const JsonValue& value, const Json& json) {
  ASSERT_EQ(value.dump(), json.Dump());
  EXPECT_EQ(value.boolean(), json.is_bool() ? std::optional(json.as_bool()) : std::nullopt);
  EXPECT_EQ(value.number(), json.is_number() ? std::optional(json.as_double()) : std::nullopt);
  EXPECT_EQ(value.text(),
            json.is_string() ? std::optional<std::string_view>(json.as_string()) : std::nullopt);
  if (json.is_int()) {
    EXPECT_EQ(value.integer(), json.as_int());
  }
  if (json.is_array()) {
    ASSERT_EQ(value.size(), json.as_array().size());
    for (size_t i = value.size(); i > 0; --i) ExpectSame(*value.at(i - 1), json.as_array()[i - 1]);
  }
  if (!json.is_object()) return;
  ASSERT_EQ(value.size(), json.as_object().size());
  for (size_t i = 0; i < value.size(); ++i) {
    const auto& [name, member] = json.as_object()[i];
    EXPECT_EQ(value.name(i), name);
    ExpectSame(*value.at(i), member);
    ASSERT_NE(value.find(name), nullptr);
    EXPECT_EQ(value.find(name)->dump(), json.Find(name)->Dump());
  }
}

TEST(JsonTree, ShowsRandomDocumentsAsTheyAre) {
  const uint64_t seed = std::random_device()();
  Random random(seed);
  JsonTree tree;
  for (int i = 0; i < 500; ++i) {
    const std::string text = RandomJson(random, 5).Dump();
    const JsonValue* const value = tree.Read(text);
    ASSERT_NE(value, nullptr) << text << ", seed " << seed;
    ExpectSame(*value, *Json::Parse(text));
    if (HasFailure()) FAIL() << text << ", seed " << seed;
  }
}

TEST(JsonParser, GivesValuesThatLiveAsLongAsTheirOwner) {
  std::unique_ptr<const JsonValue> kept;
  {
    const JsonParser parser;
    EXPECT_EQ(parser.Parse("{"), nullptr);
    kept = parser.Parse(R"({"a":[1,2]})");
    const auto other = parser.Parse(R"(["x"])");
    EXPECT_EQ(other->at(0)->text(), "x");
    for (int i = 0; i < 100; ++i) EXPECT_EQ(parser.Parse(Format("{}", i))->integer(), i);
  }
  EXPECT_EQ(kept->find("a")->at(1)->integer(), 2);
  EXPECT_EQ(kept->name(0), "a");
  EXPECT_EQ(kept->dump(), R"({"a":[1,2]})");
}

/// A message out of its own bytes.
struct ReadDraft {
  std::string body;
  decode::HekaMessage message;
  SdkHekaMessage sdk;

  explicit ReadDraft(const decode::HekaDraft& draft) {
    decode::AppendHekaBody(draft, {}, &body);
    const char* const damage = message.Read(body);
    EXPECT_EQ(damage, nullptr) << damage;
    sdk.Set(message, body);
  }
};

TEST(SdkHekaMessage, HasDefaultsForAbsentParts) {
  const ReadDraft read({.uuid = std::string(16, 'u'), .timestamp_ns = -5});
  EXPECT_EQ(read.sdk.uuid(), std::string(16, 'u'));
  EXPECT_EQ(read.sdk.timestamp(), -5);
  EXPECT_EQ(read.sdk.type(), "");
  EXPECT_EQ(read.sdk.logger(), "");
  EXPECT_EQ(read.sdk.severity(), 7);
  EXPECT_EQ(read.sdk.payload(), "");
  EXPECT_EQ(read.sdk.env_version(), "");
  EXPECT_EQ(read.sdk.pid(), 0);
  EXPECT_EQ(read.sdk.hostname(), "");
  EXPECT_EQ(read.sdk.bytes(), read.body);
}

TEST(SdkHekaMessage, GivesTheFirstValueOfTheLastFieldOfAName) {
  using decode::HekaValueType;
  decode::HekaDraft draft{.uuid = std::string(16, 'u'),
                          .type = "t",
                          .logger = "l",
                          .severity = 3,
                          .payload = "p",
                          .env_version = "1",
                          .pid = 9,
                          .hostname = "h"};
  draft.fields = {{"a", HekaValueType::kString, {}, {"first"}},
                  {"a", HekaValueType::kInteger, {}, {int64_t{1}, int64_t{2}}},
                  {"b", HekaValueType::kBytes, {}, {"\xff"}},
                  {"d", HekaValueType::kDouble, {}, {2.5}},
                  {"f", HekaValueType::kBool, {}, {true}},
                  {"none", HekaValueType::kString, {}, {}}};
  const ReadDraft read(draft);
  const SdkHekaMessage& sdk = read.sdk;
  EXPECT_EQ(sdk.integer("a"), 1);
  EXPECT_EQ(sdk.text("a"), std::nullopt);
  EXPECT_EQ(sdk.number("a"), std::nullopt) << "an integer is no double";
  EXPECT_EQ(sdk.text("b"), "\xff");
  EXPECT_EQ(sdk.number("d"), 2.5);
  EXPECT_EQ(sdk.boolean("f"), true);
  EXPECT_EQ(sdk.field("none"), tarn::HekaMessage::Value());
  EXPECT_EQ(sdk.field("absent"), tarn::HekaMessage::Value());
  const std::vector<tarn::HekaMessage::Value> all = {"first", int64_t{1}, int64_t{2}};
  EXPECT_EQ(sdk.fields("a"), all);
  EXPECT_EQ(sdk.type(), "t");
  EXPECT_EQ(sdk.logger(), "l");
  EXPECT_EQ(sdk.severity(), 3);
  EXPECT_EQ(sdk.payload(), "p");
  EXPECT_EQ(sdk.env_version(), "1");
  EXPECT_EQ(sdk.pid(), 9);
  EXPECT_EQ(sdk.hostname(), "h");
  EXPECT_EQ(sdk.parse("[7]")->at(0)->integer(), 7);
}

TEST(SdkJsonRecord, SaysWhyARecordIsNone) {
  SdkJsonRecord record;
  const auto reason = [&](std::string_view bytes) {
    const auto reject = record.Read(bytes);
    return reject ? std::string(schema::ReasonName(reject->reason)) + ": " + reject->message
                  : std::string("a record");
  };
  EXPECT_EQ(reason(R"({"a":1})"), "a record");
  EXPECT_EQ(record.json().find("a")->integer(), 1);
  EXPECT_EQ(record.bytes(), R"({"a":1})");
  EXPECT_TRUE(reason("").starts_with("not_json: ")) << reason("");
  EXPECT_TRUE(reason("{\"a\":").starts_with("not_json: "));
  EXPECT_TRUE(reason("[1]").starts_with("not_one_object: "));
  EXPECT_TRUE(reason("7").starts_with("not_one_object: "));
  EXPECT_TRUE(reason("{} {}").starts_with("not_one_object: "));
  EXPECT_TRUE(reason("{\"a\":\"\xff\"}").starts_with("not_utf8: "));
  EXPECT_EQ(reason(R"({"b":2})"), "a record");
  EXPECT_EQ(record.json().find("a"), nullptr);
}

}  // namespace
}  // namespace tarn::derive
