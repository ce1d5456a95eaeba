#include "shape/json_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/units.h"
#include "shape/json_fault.h"

namespace tarn::shape {
namespace {

using schema::RejectReason;

/// What the reader holds of a document, written again without white space.
std::string Rewrite(const JsonDocument& document, uint32_t index) {
  const JsonKind kind = document.kind(index);
  if (kind != JsonKind::kArray && kind != JsonKind::kObject)
    return std::string(document.raw(index));
  std::string inner;
  bool is_name = kind == JsonKind::kObject;
  for (uint32_t at = index + 1; at < document.after(index); at = document.after(at)) {
    if (!inner.empty() && inner.back() != ':') inner += ',';
    inner += Rewrite(document, at);
    if (is_name) inner += ':';
    if (kind == JsonKind::kObject) is_name = !is_name;
  }
  return kind == JsonKind::kArray ? "[" + inner + "]" : "{" + inner + "}";
}

std::string Read(JsonReader* reader, const std::string& record) {
  const JsonDocument* const document = reader->Read(record);
  return document == nullptr ? "refused" : Rewrite(*document, 0);
}

std::string Nested(int levels, std::string_view open, std::string_view close) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += open;
  for (int i = 0; i < levels; ++i) text += close;
  return text;
}

// After JSONTestSuite's y_ files: each as the value of a member, since a record is an object.
const std::vector<std::string> kValid = {
    "[]",
    "[[]   ]",
    "[ 4]",
    "[\"\"]",
    "[\"a\"]",
    "[false]",
    "[null, 1, \"1\", {}]",
    "[null]",
    "[1\n]",
    "[1,null,null,null,2]",
    "[2] ",
    "[123e65]",
    "[0e+1]",
    "[0e1]",
    "[ 4]",
    "[-0]",
    "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]",
    "[20e1]",
    "[-123]",
    "[-1]",
    "[1E22]",
    "[1E-2]",
    "[1E+2]",
    "[123e45]",
    "[123.456e78]",
    "[1e-2]",
    "[1e+2]",
    "[123]",
    "[123.456789]",
    R"({"asd":"sdf", "dfg":"fgh"})",
    R"({"asd":"sdf"})",
    R"({"a":"b","a":"c"})",
    R"({"a":"b","a":"b"})",
    "{}",
    R"({"":0})",
    R"({"foo\u0000bar": 42})",
    R"({ "min": -1.0e+28, "max": 1.0e+28 })",
    R"({"title":"\u041f\u043e\u043b" })",
    "{\n\"a\": \"b\"\n}",
    R"(["\u0060\u012a\u12AB"])",
    R"(["\uD801\udc37"])",
    R"(["\ud83d\ude39\ud83d\udc8d"])",
    R"(["\"\\\/\b\f\n\r\t"])",
    R"(["\\u0000"])",
    R"(["\""])",
    R"(["a/*b*/c/*d//e"])",
    R"(["\\a"])",
    R"(["\\n"])",
    R"(["\u0012"])",
    R"(["\uFFFF"])",
    "[\"\xf4\x8f\xbf\xbf\"]",
    "[\"\xef\xbf\xbf\"]",
    R"(["\u0000"])",
    R"(["\u002c"])",
    "[\"\xcf\x80\"]",
    "[\"\xf0\x9b\xbf\xbf\"]",
    R"("\uDBFF\uDFFF")",
    "[\"\xe2\x80\xa8\"]",
    "[\"\x7f\"]",
    R"("\uA66D")",
    R"("\u200B")",
    "\"\xe2\x82\xac\"",
    "false",
    "42",
    "-0.1",
    "null",
    "\"asd\"",
    "true",
    "\"\"",
    "[\"a\"]\n",
    "[true]",
    " [] ",
    "[18446744073709551616]",
    "[100000000000000000000]",
    "[1.5e+9999]",
    "[123123e100000]",
    "[-1e-9999]",
    "[0.4e00669999999999999999999999999999999999999999999999999999999999999999999969999999006]"};

// After its n_ files: none of them is JSON.
const std::vector<std::string> kInvalid = {"[1 true]",
                                           "[a\xe5]",
                                           "[\"\": 1]",
                                           "[\"\"],",
                                           "[,1]",
                                           "[1,,2]",
                                           "[\"x\",,]",
                                           "[\"x\"]]",
                                           "[\"\",]",
                                           "[\"x\"",
                                           "[x",
                                           "[3[4]]",
                                           "[1:2]",
                                           "[,]",
                                           "[-]",
                                           "[   , \"\"]",
                                           "[\"a\",\n4\n,1,",
                                           "[1,]",
                                           "[\"\va\"\\f]",
                                           "[*]",
                                           "[1,\n1\n,1",
                                           "[{}",
                                           "[fals]",
                                           "[nul]",
                                           "[tru]",
                                           "[++1234]",
                                           "[+1]",
                                           "[+Inf]",
                                           "[-01]",
                                           "[-1.0.]",
                                           "[-2.]",
                                           "[-NaN]",
                                           "[.-1]",
                                           "[.2e-3]",
                                           "[0.1.2]",
                                           "[0.3e+]",
                                           "[0.3e]",
                                           "[0.e1]",
                                           "[0E+]",
                                           "[0E]",
                                           "[0e+]",
                                           "[0e]",
                                           "[1.0e+]",
                                           "[1.0e-]",
                                           "[1.0e]",
                                           "[1 000.0]",
                                           "[1eE2]",
                                           "[2.e+3]",
                                           "[2.e-3]",
                                           "[2.e3]",
                                           "[9.e+]",
                                           "[Inf]",
                                           "[NaN]",
                                           "[\xef\xbc\x91]",
                                           "[1+2]",
                                           "[0x1]",
                                           "[0x42]",
                                           "[Infinity]",
                                           "[0e+-1]",
                                           "[-123.123foo]",
                                           "[-Infinity]",
                                           "[-foo]",
                                           "[- 1]",
                                           "[-012]",
                                           "[-.123]",
                                           "[-1x]",
                                           "[1ea]",
                                           "[1.]",
                                           "[.123]",
                                           "[1.2a-3]",
                                           "[1.8011670033376514H-308]",
                                           "[012]",
                                           R"(["x", truth])",
                                           R"({[: "x"})",
                                           R"({"x", null})",
                                           R"({"x"::"b"})",
                                           R"({"a":"a" 123})",
                                           R"({key: 'value'})",
                                           R"({"a" b})",
                                           R"({:"b"})",
                                           R"({"a" "b"})",
                                           R"({"a":)",
                                           R"({"a")",
                                           "{1:1}",
                                           "{9999E9999:1}",
                                           "{null:null,null:null}",
                                           R"({"id":0,,,,,})",
                                           "{'a':0}",
                                           R"({"id":0,})",
                                           R"({"a":"b"}/**/)",
                                           R"({"a":"b"}//)",
                                           R"({"a":"b",,"c":"d"})",
                                           R"({a: "b"})",
                                           R"({"a":"a)",
                                           R"({ "foo" : "bar", "a" })",
                                           R"({"a":"b"}#)",
                                           " ",
                                           R"(["\uD800\u"])",
                                           R"(["\uD800\u1"])",
                                           R"(["\uD800\u1x"])",
                                           "[\xc3\xa9]",
                                           R"(["\x00"])",
                                           R"(["\\\"])",
                                           R"(["\)"
                                           "\xf0\x9f\x8c\x80\"]",
                                           R"(["\"])",
                                           R"(["\u00A"])",
                                           R"(["\uD834\uDd"])",
                                           R"(["\uD800\uD800\x"])",
                                           R"(["\a"])",
                                           R"(["\uqqqq"])",
                                           "[\\u0020\"asd\"]",
                                           R"([\n])",
                                           "\"",
                                           "['single quote']",
                                           "abc",
                                           R"(["\)",
                                           "[\"a\tb\"]",
                                           "[\"new\nline\"]",
                                           R"("\UA66D")",
                                           R"(""x)",
                                           "[\xe2\x81\xa0]",
                                           "<null>",
                                           "[1]x",
                                           "[1]]",
                                           "[True]",
                                           "1]",
                                           R"({"x": true,)",
                                           "[][]]",
                                           "]",
                                           "[][",
                                           "1 \xef\xbb\xbf",
                                           R"({"":)",
                                           "{,",
                                           R"({"asd":"asd")",
                                           "[\x0c]",
                                           "[\xe2\x81\xa0]",
                                           "\xef\xbb\xbf{}",
                                           R"(["\u{12}"])",
                                           "[1\x01]",
                                           "{\"a\":1\x02}",
                                           R"({"b":"c":1})",
                                           R"("b":"c")",
                                           R"([1}])",
                                           "[1}",
                                           R"({"a":[1}})",
                                           "{]",
                                           "[}",
                                           R"({"a":1]})"};

TEST(JsonReader, GivesTheMemoryOfALargeRecordBack) {
  std::string large = R"({"a":[0)";
  while (large.size() < 3 * kMiB) large += ",0";
  large += "]}";
  JsonReader reader;
  const JsonDocument* document = reader.Read(large);
  ASSERT_NE(document, nullptr);
  EXPECT_GT(document->values.capacity(), kMiB);
  document = reader.Read("{}");
  ASSERT_NE(document, nullptr);
  EXPECT_LT(document->values.capacity(), 1'000u);
}

TEST(JsonReader, ReadsWhatIsJsonAndKeepsItsText) {
  JsonReader reader;
  for (const std::string& value : kValid) {
    SCOPED_TRACE(value);
    const std::string record = "{\"m\":" + value + ",\"n\" : " + value + " }";
    const JsonDocument* const document = reader.Read(record);
    ASSERT_NE(document, nullptr);
    EXPECT_FALSE(FindJsonFault(record));
    const std::string trimmed =
        value.substr(value.find_first_not_of(' '),
                     value.find_last_not_of(" \n") + 1 - value.find_first_not_of(' '));
    EXPECT_EQ(document->raw(2), trimmed);
    const uint32_t second = document->after(2);
    EXPECT_EQ(document->text(second), "n");
    EXPECT_EQ(document->raw(second + 1), trimmed);
    EXPECT_EQ(document->raw(0), record);
  }
}

TEST(JsonReader, RefusesWhatIsNotJson) {
  JsonReader reader;
  for (const std::string& value : kInvalid) {
    SCOPED_TRACE(value);
    for (const std::string& record :
         {"{\"m\":" + value + "}", "{\"m\":" + value, "{\"a\":1,\"m\":" + value + ",\"b\":2}"}) {
      EXPECT_EQ(reader.Read(record), nullptr) << record;
      EXPECT_TRUE(FindJsonFault(record)) << record;
    }
  }
}

TEST(JsonReader, HoldsTheDepthLimitToTheLevel) {
  JsonReader reader;
  for (const auto& [open, close] : {std::pair("[", "]"), std::pair("{\"a\":", "}")}) {
    const std::string leaf = open[0] == '{' ? "1" : "";
    const auto record = [&, open, close](int levels) {
      std::string text = Nested(levels, open, close);
      text.insert(text.find(close), leaf);
      return "{\"m\":" + text + "}";
    };
    EXPECT_NE(reader.Read(record(99)), nullptr);
    EXPECT_EQ(reader.Read(record(100)), nullptr);
    const auto fault = FindJsonFault(record(100));
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->reason, RejectReason::kTooDeep);
  }
}

TEST(JsonReader, RefusesManyOpeningBrackets) {
  JsonReader reader;
  for (const std::string& record : {std::string(100'000, '['), Nested(50'000, "{\"\":[", ""),
                                    "{\"a\":" + Nested(5000, "[", "")}) {
    EXPECT_EQ(reader.Read(record), nullptr);
    EXPECT_EQ(FindJsonFault(record)->reason, RejectReason::kTooDeep);
  }
}

TEST(JsonReader, SaysWhereAndWhat) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "nothing but white space"},
      {"{\"a\":1", "not JSON at byte 6: expected a comma or }"},
      {"{\"a\" 1}", "not JSON at byte 5: expected a colon"},
      {"{a:1}", "not JSON at byte 1: expected a member's name in double quotes"},
      {"{\"a\":nope}", "not JSON at byte 5: expected a JSON value"},
      {"{\"a\":", "not JSON at byte 5: the record ends where a value should stand"},
      {"{\"a\":\"b", "not JSON at byte 7: the record ends inside a string"},
      {"{\"a\":\"\\x\"}", "not JSON at byte 6: an escape that JSON does not have"},
      {"{\"a\":\"\\ud800\"}", "half of a surrogate pair at byte 6: no UTF-8 text can hold it"},
      {"{\"a\":\"\xff\"}", "the bytes at 6 are not UTF-8"},
      {"[1]", "a JSON array, not an object"},
      {"{} {} {}", "3 JSON values in one record; it must be one object"}};
  for (const auto& [record, message] : cases) {
    const auto fault = FindJsonFault(record);
    ASSERT_TRUE(fault) << record;
    EXPECT_EQ(fault->message, message) << record;
  }
}

TEST(JsonReader, NeverAcceptsInvalidUtf8WhereverItStands) {
  JsonReader reader;
  const std::string record = R"({"name":"value","n":[1,true,null],"o":{"x":"y"}} )";
  for (const std::string& bad :
       {std::string("\x80"), std::string("\xc0\x80"), std::string("\xc3"), std::string("\xe2\x82"),
        std::string("\xed\xa0\x80"), std::string("\xf4\x90\x80\x80"), std::string("\xff")}) {
    for (size_t at = 0; at <= record.size(); ++at) {
      std::string broken = record;
      broken.insert(at, bad);
      EXPECT_EQ(reader.Read(broken), nullptr) << at;
      EXPECT_EQ(FindJsonFault(broken)->reason, RejectReason::kNotUtf8) << at;
    }
  }
}

TEST(JsonReader, RefusesEveryPrefix) {
  JsonReader reader;
  const std::string record =
      R"({"a":[1,-2.5e3,{"b":"c\u00e9\n"},[]],"d":true,"e":null,"f":{"g":{"h":""}}})";
  EXPECT_EQ(Read(&reader, record), record);
  for (size_t length = 0; length < record.size(); ++length) {
    EXPECT_EQ(reader.Read(record.substr(0, length)), nullptr) << length;
    const JsonFault fault = *FindJsonFault(record.substr(0, length));
    EXPECT_EQ(fault.reason, RejectReason::kNotJson) << length;
    EXPECT_EQ(fault.ends_early, length > 0) << length;
  }
}

TEST(JsonReader, TellsBrokenRecordsFromThoseThatEndEarly) {
  for (const std::string record : {"{bad", "no json", "{\"a\":nope}", "{\"a\":1}}", "{\"a\" 1",
                                   "{\"a\":\"\\x", "{\"a\":\"\xff....", "[1]", "{} {}", ""}) {
    EXPECT_FALSE(FindJsonFault(record)->ends_early) << record;
  }
  for (const std::string record : {"{\"a\":\"\xc3", "{\"a\":\"\\ud83d\\u", "{\"a\":\"\xf0\x9f\x98"})
    EXPECT_TRUE(FindJsonFault(record)->ends_early) << record;
}

TEST(JsonReader, SeesNothingOfTheRecordBefore) {
  JsonReader reader;
  for (const char left : {',', '}', ']', '"', ':', '1', '{', '['}) {
    const std::string before = "{\"a\":\"" + std::string(500, left == '"' ? ' ' : left) + "\"}";
    for (const std::string record :
         {"{\"a\":{}", "{\"a\":[{}", "{\"a\":[[],{}", "{\"a\":{\"b\":{}", "{\"a\":[}", "{", "}"}) {
      EXPECT_NE(reader.Read(before), nullptr);
      EXPECT_EQ(reader.Read(record), nullptr) << left << record;
    }
  }
}

TEST(JsonReader, AgreesWithTheCheckerOnDamagedRecords) {
  JsonReader reader;
  std::mt19937 random(7);
  const std::string alphabet = "{}[]:,\"\\0123456789.eE+-truefalsn u\x01\x80\xc3\xa9\t\n/";
  const std::string record =
      R"({"a":[1,-2.5e3,{"b":"c\u00e9\ud83d\ude00"},[]],"d":true,"e":null,"f":{"g":{"h":""}}})";
  size_t accepted = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string damaged = record;
    for (auto edits = 1 + random() % 3; edits > 0; --edits) {
      const size_t at = random() % damaged.size();
      const char letter = alphabet[random() % alphabet.size()];
      switch (random() % 4) {
        case 0:
          damaged.erase(at, 1 + random() % 4);
          break;
        case 1:
          damaged.insert(at, 1, letter);
          break;
        case 2:
          damaged.insert(at, damaged.substr(random() % damaged.size(), random() % 9));
          break;
        default:
          damaged[at] = letter;
      }
      if (damaged.empty()) damaged = "{";
    }
    const bool is_read = reader.Read(damaged) != nullptr;
    ASSERT_EQ(is_read, !FindJsonFault(damaged)) << damaged;
    accepted += is_read;
  }
  EXPECT_GT(accepted, 1000U) << "the damage should leave some records whole";
}

TEST(JsonReader, UndoesEscapes) {
  JsonReader reader;
  const std::string record = R"({"\u0061\n":"x\u0000y\ud83d\ude00\/","plain":"é"})";
  const JsonDocument* const document = reader.Read(record);
  ASSERT_NE(document, nullptr);
  EXPECT_EQ(document->text(1), "a\n");
  EXPECT_EQ(document->text(2), std::string("x\0y😀/", 8));
  EXPECT_EQ(document->text(4), "é");
  EXPECT_EQ(document->text(4).data(), record.data() + record.find("é")) << "not copied";
}

TEST(JsonReader, ReadsLargeRecordsAndThenSmallOnes) {
  JsonReader reader;
  const std::string large = "{\"a\":\"" + std::string(6'000'000, 'x') + "\"}";
  const std::string small = "{\"a\":1}";
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Read(&reader, large), large);
    EXPECT_EQ(Read(&reader, small), small);
    EXPECT_EQ(Read(&reader, "{"), "refused");
  }
}

}  // namespace
}  // namespace tarn::shape
