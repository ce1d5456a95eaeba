#include "decode/heka_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "decode/heka_testing.h"

namespace tarn::decode {
namespace {

std::string ToJson(const HekaDraft& draft) {
  std::string body;
  AppendHekaBody(draft, {}, &body);
  HekaMessage message;
  std::string json;
  const char* const damage = message.Read(body);
  if (damage != nullptr) return damage;
  AppendHekaJson(message, &json);
  return json;
}

TEST(HekaJson, WhatIsNoMessageIsRefusedWithItsPlace) {
  const struct {
    const char* json;
    const char* error;
  } cases[] = {
      {"[]", "a message is an object"},
      {R"({"type":"x"})", "type: not one of Uuid, Timestamp, Type, Logger, Severity, Payload,"},
      {R"({"Type":1})", "Type: neither a string nor {\"base64\": …}"},
      {R"({"Type":{"base64":"!"}})", "Type: base64 of 1 characters"},
      {R"({"Uuid":"abc"})", "Uuid: not hexadecimal"},
      {R"({"Uuid":"zz"})", "Uuid: not hexadecimal"},
      {R"({"Uuid":{"base64":"YWI="}})", "Uuid: not hexadecimal"},
      {R"({"Uuid":7})", "Uuid: not hexadecimal"},
      {R"({"Timestamp":1.5})", "Timestamp: not an integer of 64 bits"},
      {R"({"Severity":2147483648})", "Severity: not an integer of 32 bits"},
      {R"({"Fields":1})", "Fields: neither an array nor an object"},
      {R"({"Fields":[1]})", "Fields: Field 1: not an object"},
      {R"({"Fields":[{"values":[]}]})", "Fields: Field 1: it has no name"},
      {R"({"Fields":[{"name":"a","value":[]}]})",
       "Fields: Field 1: value: a Field has name, value_type, representation, values"},
      {R"({"Fields":[{"name":"a","values":1}]})", "Fields: Field 1: values: not an array"},
      {R"({"Fields":[{"name":"a","value_type":"INT"}]})",
       "Fields: Field 1: value_type: not one of STRING,"},
      {R"({"Fields":[{"name":"a","value_type":"BOOL","values":[1]}]})",
       "Fields: Field 1: a value of BOOL: neither true nor false"},
      {R"({"Fields":{"a":[1,"b"]}})", "Fields: Field 'a': a value of INTEGER: not an integer"},
      {R"({"Fields":{"a":null}})", "Fields: Field 'a': a value of STRING: neither a string"},
  };
  for (const auto& c : cases) {
    const auto read = ParseHekaJson(c.json);
    ASSERT_FALSE(read) << c.json;
    EXPECT_EQ(read.error().kind(), ErrorKind::kInvalid);
    EXPECT_TRUE(read.error().message().starts_with(c.error)) << read.error().message();
  }
}

TEST(HekaJson, AMessageHasItsMembersInOrder) {
  EXPECT_EQ(ToJson(MakeHekaDraft(0)),
            R"({"Uuid":"61616161-6161-6161-6161-616161616161","Timestamp":1446000000000000000,)"
            R"("Type":"telemetry","Logger":"","Severity":-1,"Payload":"{\"seq\":0}","Pid":4711,)"
            R"("Hostname":"ip-172-31-20-7","Fields":[)"
            R"({"name":"docType","value_type":"STRING","values":["main"]},)"
            R"({"name":"n","value_type":"INTEGER","representation":"count","values":[0,-1]},)"
            R"({"name":"Size","value_type":"DOUBLE","representation":"","values":[2.5]},)"
            R"({"name":"flags","value_type":"BOOL","values":[true,false]},)"
            R"({"name":"submission","value_type":"BYTES","values":[{"base64":"/x4f"}]},)"
            R"({"name":"none","value_type":"INTEGER","values":[]}]})");
}

TEST(HekaJson, TextsAndNumbersOfAnyKindSurviveBothWays) {
  HekaDraft draft{.uuid = "0123456789-as-36-bytes-of-text-01234"};
  std::string all_bytes;
  for (int i = 0; i < 128; ++i) all_bytes.push_back(static_cast<char>(i));
  draft.type = "not \xff UTF-8";
  draft.payload = all_bytes + "\u00e9\u20ac\U0001F600";
  draft.env_version = "";
  constexpr double kNever = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  draft.fields = {{"\xfe name", HekaValueType::kString, "\xfd", {"\xc3", ""}},
                  {"", HekaValueType::kBytes, std::nullopt, {"text", "\x80"}},
                  {"d",
                   HekaValueType::kDouble,
                   std::nullopt,
                   {kNever, kInfinity, -kInfinity, -0.0, 1.0, 1e16, 5e-324, 0.1, 123456789.0}},
                  {"i", HekaValueType::kInteger, std::nullopt, {INT64_MIN, INT64_MAX}}};
  const std::string json = ToJson(draft);
  EXPECT_NE(json.find(R"("values":["NaN","Infinity","-Infinity",-0.0,1.0,1e+16,5e-324,0.1,)"),
            std::string::npos)
      << json;
  const auto read = ParseHekaJson(json);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->uuid, draft.uuid);
  EXPECT_EQ(read->type, draft.type);
  EXPECT_EQ(read->payload, draft.payload);
  EXPECT_EQ(read->env_version, "");
  EXPECT_EQ(read->logger, std::nullopt);
  EXPECT_EQ(read->fields[0].name, draft.fields[0].name);
  EXPECT_EQ(read->fields[0].representation, draft.fields[0].representation);
  EXPECT_EQ(read->fields[1].values, draft.fields[1].values);
  EXPECT_EQ(std::bit_cast<uint64_t>(std::get<double>(read->fields[2].values[3])),
            uint64_t{1} << 63);
  EXPECT_EQ(ToJson(*read), json);
}

TEST(HekaJson, FieldsWrittenByHandGetTheirTypesFromTheirValues) {
  const auto read = ParseHekaJson(
      R"({"Uuid":"00-FF","Fields":{"s":"x","i":[1,2],"d":[1,2.5],"b":true,"y":{"base64":"/w=="},"e":[]}})",
      [] { return HekaDraft{.timestamp_ns = 5, .type = "absent"}; });
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->uuid, std::string("\0\xff", 2));
  EXPECT_EQ(read->timestamp_ns, 5);
  EXPECT_EQ(read->type, "absent");
  std::string types;
  for (const HekaDraftField& field : read->fields) {
    types +=
        Format("{}:{}:{} ", field.name, HekaValueTypeName(field.value_type), field.values.size());
  }
  EXPECT_EQ(types, "s:STRING:1 i:INTEGER:2 d:DOUBLE:2 b:BOOL:1 y:BYTES:1 e:STRING:0 ");
}

TEST(HekaJson, WhatIsAbsentIsAskedForOnlyWhereARequiredMemberIsMissing) {
  int asked = 0;
  const auto absent = [&] {
    ++asked;
    return HekaDraft{.uuid = "made", .timestamp_ns = 5};
  };
  const std::string uuid = "00112233-4455-6677-8899-aabbccddeeff";
  const auto whole = ParseHekaJson(Format(R"({{"Uuid":"{}","Timestamp":7}})", uuid), absent);
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_EQ(whole->timestamp_ns, 7);
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(ParseHekaJson(Format(R"({{"Uuid":"{}"}})", uuid), absent)->timestamp_ns, 5);
  EXPECT_EQ(ParseHekaJson(R"({"Timestamp":7})", absent)->uuid, "made");
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace tarn::decode
