#include "decode/heka_message.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>

#include "decode/heka_draft.h"
#include "decode/heka_testing.h"
#include "decode/protobuf_internal.h"

namespace tarn::decode {
namespace {

using std::literals::string_view_literals::operator""sv;

/// A message of the two members that it must have, and a Field of these bytes.
std::string BodyWithField(std::string_view field) {
  std::string body;
  AppendWireBytes(1, "u", &body);
  AppendWireNumber(2, 1, &body);
  AppendWireBytes(10, field, &body);
  return body;
}

std::string Field(std::string_view rest, std::string_view name = "f") {
  std::string field;
  AppendWireBytes(1, name, &field);
  return field + std::string(rest);
}

std::vector<HekaValue> ValuesOf(const HekaField& field) {
  std::vector<HekaValue> all;
  HekaValue value;
  for (HekaValues values(field); values.Next(&value);) all.push_back(value);
  EXPECT_EQ(all.size(), field.value_count);
  return all;
}

TEST(HekaMessage, WhatIsDamageIsToldApart) {
  const std::string good = BodyWithField(Field(""));
  const struct {
    const char* what;
    std::string body;
  } cases[] = {
      {"a message without uuid", good.substr(3)},
      {"a message without timestamp", good.substr(0, 3) + good.substr(5)},
      {"a known field of another wire type", good + "\x1d\x01\x01\x01\x01"},  // type
      {"a known field of another wire type", good + std::string("\x10\x00\x28\x00\x2a\x00", 6)},
      {"a known field of another wire type", good + std::string("\x50\x00", 2)},  // fields
      {"a field of number 0", good + std::string("\x00\x00", 2)},
      {"a group, or an unknown wire type", good + "\x0b"},
      {"a group, or an unknown wire type", good + "\x7e"},
      {"a length beyond the end", good + "\x1a\x02x"},
      {"a length that is cut short or over ten bytes", good + "\x1a"},
      {"a varint that is cut short or over ten bytes", good + "\x28"},
      {"a varint that is cut short or over ten bytes",
       good + "\x28" + std::string(10, '\x80') + "\x01"},
      {"a fixed-size value that is cut short", good + "\x79"
                                                      "1234567"},
      {"a fixed-size value that is cut short", good + "\x7d"
                                                      "123"},
      {"a Field without a name", BodyWithField("\x22\x01v")},
      {"an unknown value_type", BodyWithField(Field("\x10\x05"))},
      {"an unknown value_type",
       BodyWithField(Field("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))},
      {"a known field of another wire type", BodyWithField(Field("\x20\x01"))},  // value_string
      {"a known field of another wire type",
       BodyWithField(Field(std::string("\x31\0\0\0\0\0\0\0\0", 9)))},
      {"a known field of another wire type", BodyWithField(Field("\x38\x01"))},  // value_double
      {"packed numbers that are cut short", BodyWithField(Field("\x32\x02\x01\x80"))},
      {"packed doubles that are cut short", BodyWithField(Field("\x3a\x07"
                                                                "1234567"))},
  };
  HekaMessage message;
  ASSERT_EQ(message.Read(good), nullptr);
  for (const auto& c : cases) {
    const char* const damage = message.Read(c.body);
    EXPECT_STREQ(damage != nullptr ? damage : "none", c.what);
  }
}

TEST(HekaMessage, AllMembersAreRead) {
  std::string body;
  AppendHekaBody(MakeHekaDraft(3), {}, &body);
  HekaMessage message;
  ASSERT_EQ(message.Read(body), nullptr);
  EXPECT_EQ(message.uuid, std::string(16, 'd'));
  EXPECT_EQ(message.timestamp_ns, 1'446'000'000'000'000'003);
  EXPECT_EQ(message.type, "telemetry");
  EXPECT_EQ(message.logger, "");
  EXPECT_EQ(message.severity, -1);
  EXPECT_EQ(message.payload, R"({"seq":3})");
  EXPECT_EQ(message.env_version, std::nullopt);
  EXPECT_EQ(message.pid, 4711);
  EXPECT_EQ(message.hostname, "ip-172-31-20-7");
  ASSERT_EQ(message.fields.size(), 6u);
  EXPECT_EQ(message.FindFirst("docType")->Text(), "main");
  EXPECT_EQ(message.FindFirst("docType")->representation, std::nullopt);
  EXPECT_EQ(message.FindFirst("Size")->Double(), 2.5);
  EXPECT_EQ(message.FindFirst("Size")->representation, "");
  EXPECT_EQ(message.FindFirst("flags")->Bool(), true);
  EXPECT_EQ(message.FindFirst("n")->Integer(), 3);
  EXPECT_EQ(message.FindFirst("n")->Double(), std::nullopt);
  EXPECT_EQ(message.FindFirst("submission")->Text(), "\xff\x1e\x1f");
  EXPECT_EQ(message.FindFirst("none")->First(), std::nullopt);
  EXPECT_EQ(message.FindFirst("nope"), nullptr);
  EXPECT_GE(message.uuid.data(), body.data()) << "views lie in the body";
}

TEST(HekaMessage, WhatIsAbsentHasItsDefaultAlsoInMemoryThatWasUsedBefore) {
  std::string body;
  AppendHekaBody(MakeHekaDraft(3), {}, &body);
  HekaMessage message;
  ASSERT_EQ(message.Read(body), nullptr);
  ASSERT_EQ(message.Read("\x0a\x01u\x10\x05"), nullptr);
  EXPECT_EQ(message.severity, 7);
  EXPECT_EQ(message.type, std::nullopt);
  EXPECT_EQ(message.pid, std::nullopt);
  EXPECT_TRUE(message.fields.empty());
}

TEST(HekaMessage, UnknownMembersOfEveryWireTypeAreSkipped) {
  std::string body = BodyWithField(Field("\x48\x01\x52\x01x"));
  body += std::string(
      "\x58\x01\x61"
      "12345678"
      "\x6a\x02xy\x75"
      "1234",
      20);
  HekaMessage message;
  ASSERT_EQ(message.Read(body), nullptr);
  EXPECT_EQ(message.fields.size(), 1u);
}

TEST(HekaMessage, WhatOccursTwiceCountsAsItStandsLast) {
  HekaMessage message;
  // value_type after the values, and twice; the name twice.
  const std::string field = Field("\x30\x05\x22\x01s\x10\x00\x10\x02\x0a\x01g\x30\x06"sv);
  const std::string body = BodyWithField(field) + "\x0a\x01w\x10\x09";
  ASSERT_EQ(message.Read(body), nullptr);
  EXPECT_EQ(message.uuid, "w");
  EXPECT_EQ(message.timestamp_ns, 9);
  EXPECT_EQ(message.fields[0].name, "g");
  EXPECT_EQ(ValuesOf(message.fields[0]), (std::vector<HekaValue>{int64_t{5}, int64_t{6}}));
}

TEST(HekaMessage, FieldsOfOneNameAreAllThere) {
  HekaMessage message;
  std::string body =
      BodyWithField(Field("\x22\x01"
                          "1"));
  AppendWireBytes(10,
                  Field("\x22\x01"
                        "2"),
                  &body);
  ASSERT_EQ(message.Read(body), nullptr);
  EXPECT_EQ(message.FindFirst("f")->Text(), "1");
  ASSERT_EQ(message.fields.size(), 2U);
  EXPECT_EQ(message.fields[1].Text(), "2");
  EXPECT_EQ(message.FindFirst("g"), nullptr);
}

TEST(HekaMessage, NumbersAreTheSameInEveryVariantOfTheFormat) {
  HekaDraft draft{.uuid = "u"};
  const int64_t beyond_doubles = (int64_t{1} << 53) + 1;
  draft.fields = {
      {"many", HekaValueType::kInteger, std::nullopt, {int64_t{-1}, beyond_doubles, INT64_MIN}},
      {"one", HekaValueType::kInteger, std::nullopt, {int64_t{0}}},
      {"none", HekaValueType::kDouble, std::nullopt, {}},
      {"doubles", HekaValueType::kDouble, std::nullopt, {-0.0, 1e300}},
      {"flags", HekaValueType::kBool, std::nullopt, {true, false, true}},
      {"text", HekaValueType::kString, std::nullopt, {"", "x"}}};
  std::vector<std::string> bodies;
  for (const HekaNumbers numbers :
       {HekaNumbers::kPacked, HekaNumbers::kUnpacked, HekaNumbers::kLua}) {
    std::string& body = bodies.emplace_back();
    AppendHekaBody(draft, {.numbers = numbers, .omit_string_type = numbers == HekaNumbers::kLua},
                   &body);
    HekaMessage message;
    ASSERT_EQ(message.Read(body), nullptr);
    EXPECT_EQ(ValuesOf(message.fields[0]),
              (std::vector<HekaValue>{int64_t{-1}, beyond_doubles, INT64_MIN}));
    EXPECT_EQ(ValuesOf(message.fields[1]), std::vector<HekaValue>{int64_t{0}});
    EXPECT_EQ(ValuesOf(message.fields[2]), std::vector<HekaValue>{});
    EXPECT_EQ(std::bit_cast<uint64_t>(*message.fields[3].Double()), uint64_t{1} << 63);
    EXPECT_EQ(ValuesOf(message.fields[4]), (std::vector<HekaValue>{true, false, true}));
    EXPECT_EQ(ValuesOf(message.fields[5]),
              (std::vector<HekaValue>{std::string_view(""), std::string_view("x")}));
  }
  EXPECT_NE(bodies[0], bodies[1]);
  EXPECT_LT(bodies[2].size(), bodies[1].size());
}

TEST(HekaMessage, PackedAndUnpackedNumbersMayBeMixedInOneField) {
  HekaMessage message;
  const std::string field =
      Field(std::string("\x10\x02\x30\x01\x32\x02\x02\x03\x32\x00\x30\x04", 12));
  const std::string body = BodyWithField(field);
  ASSERT_EQ(message.Read(body), nullptr);
  EXPECT_EQ(ValuesOf(message.fields[0]),
            (std::vector<HekaValue>{int64_t{1}, int64_t{2}, int64_t{3}, int64_t{4}}));
}

TEST(HekaMessage, MoreFieldsThanTheLimitAreDamage) {
  std::string body = BodyWithField(Field("", ""));
  const std::string field = body.substr(5);
  for (size_t i = 1; i < kHekaFieldsMax; ++i) body += field;
  HekaMessage message;
  ASSERT_EQ(message.Read(body), nullptr);
  EXPECT_EQ(message.fields.size(), kHekaFieldsMax);
  EXPECT_STREQ(message.Read(body + field), "more Fields than are read");
}

}  // namespace
}  // namespace tarn::decode
