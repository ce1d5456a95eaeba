// What goes to which leaf of a shredded variant, and that every value is read back as it was.
#include "shape/variant_filler.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/format.h"
#include "schema/record.h"
#include "shape/shape_testing.h"
#include "shape/variant_sample.h"
#include "shape/variant_testing.h"

namespace tarn::shape {
namespace {

std::string RecordOf(std::string_view json) { return "{\"v\":" + std::string(json) + "}"; }

/// A column shredded by what these values are.
VariantColumn ColumnFor(const std::vector<std::string>& values) {
  std::vector<std::string> records;
  for (const std::string& value : values) records.push_back(RecordOf(value));
  size_t fields_left = kShreddedFieldsMax;
  return VariantColumn(VariantSample(ViewsOf(records)).TypeFor("v", &fields_left));
}

/// The leaves that a value fills; fails where it is not read back.
std::string LeavesOf(VariantColumn* column, std::string_view value) {
  const std::string record = RecordOf(value);
  EXPECT_EQ(column->WriteAndRead(record), JsonVariantText(record)) << value;
  return column->Leaves();
}

TEST(VariantFiller, ValuesOfTheColumnsTypeAreTypedAndOthersBinary) {
  auto column = ColumnFor({"34"});
  EXPECT_EQ(LeavesOf(&column, "100"), "typed_value=100");
  EXPECT_EQ(LeavesOf(&column, "null"), "value=null");
  EXPECT_EQ(LeavesOf(&column, "\"n/a\""), "value=\"n/a\"");
  EXPECT_EQ(LeavesOf(&column, "5.0"), "value=5") << "it stays a double";
  EXPECT_EQ(LeavesOf(&column, "9223372036854775808"), "value=9223372036854775808");
  EXPECT_EQ(LeavesOf(&column, "{}"), "value={}");
  EXPECT_EQ(LeavesOf(&column, "true"), "value=true");
}

TEST(VariantFiller, AnUnshreddedColumnHoldsAllAsBinary) {
  VariantColumn column(schema::Type::Variant(std::nullopt));
  EXPECT_EQ(LeavesOf(&column, R"({"a":[1,{}]})"), "value={a:[1,{}]}");
  EXPECT_EQ(LeavesOf(&column, "null"), "value=null");
}

TEST(VariantFiller, ADoubleTakesTheIntegersThatItHoldsExactly) {
  auto column = ColumnFor({"1.5"});
  EXPECT_EQ(LeavesOf(&column, "-3"), "typed_value=-3");
  EXPECT_EQ(LeavesOf(&column, "9007199254740992"), "typed_value=9007199254740992");
  EXPECT_EQ(LeavesOf(&column, "9007199254740993"), "value=9007199254740993");
  EXPECT_EQ(LeavesOf(&column, "1e400"), "value=\"1e400\"");
  EXPECT_EQ(LeavesOf(&column, "1e-400"), "typed_value=0");
  EXPECT_EQ(LeavesOf(&column, "\"1.5\""), "value=\"1.5\"");
}

TEST(VariantFiller, StringsAndBooleansAreTyped) {
  auto strings = ColumnFor({R"("x")"});
  EXPECT_EQ(LeavesOf(&strings, R"("caf\u00e9")"), "typed_value=\"caf\xc3\xa9\"");
  EXPECT_EQ(LeavesOf(&strings, R"("")"), "typed_value=\"\"");
  EXPECT_EQ(LeavesOf(&strings, "1"), "value=1");
  auto booleans = ColumnFor({"true"});
  EXPECT_EQ(LeavesOf(&booleans, "false"), "typed_value=0");
  EXPECT_EQ(LeavesOf(&booleans, "0"), "value=0");
}

// The cases are those of the specification's table of objects.
TEST(VariantFiller, MembersOfObjectsAreShreddedOneByOne) {
  auto column = ColumnFor({R"({"type":"noop","ts":1})"});
  EXPECT_EQ(LeavesOf(&column, R"({"type":"noop","ts":1729794114937})"),
            "typed_value.type.typed_value=\"noop\" typed_value.ts.typed_value=1729794114937");
  EXPECT_EQ(LeavesOf(&column, R"({"type":"login","ts":2,"email":"user@example.com"})"),
            "value={email:\"user@example.com\"} typed_value.type.typed_value=\"login\" "
            "typed_value.ts.typed_value=2");
  EXPECT_EQ(LeavesOf(&column, R"({"error":"x"})"), "value={error:\"x\"}");
  EXPECT_EQ(LeavesOf(&column, "\"not an object\""), "value=\"not an object\"");
  EXPECT_EQ(LeavesOf(&column, R"({"ts":3,"click":"b"})"),
            "value={click:\"b\"} typed_value.ts.typed_value=3");
  EXPECT_EQ(LeavesOf(&column, R"({"type":null,"ts":4})"),
            "typed_value.type.value=null typed_value.ts.typed_value=4");
  EXPECT_EQ(LeavesOf(&column, R"({"type":"noop","ts":"2024-10-24"})"),
            "typed_value.type.typed_value=\"noop\" typed_value.ts.value=\"2024-10-24\"");
  EXPECT_EQ(LeavesOf(&column, "{}"), "") << "an object without members is an empty typed one";
  EXPECT_EQ(LeavesOf(&column, R"({"ts":1,"x":1,"ts":2,"x":3})"),
            "value={x:3} typed_value.ts.typed_value=2");
  EXPECT_EQ(LeavesOf(&column, R"({"TS":1})"), "value={TS:1}") << "another name";
}

TEST(VariantFiller, MetadataNamesShreddedMembersToo) {
  auto column = ColumnFor({R"({"a":1})"});
  column.WriteAndRead(RecordOf(R"({"b":1,"a":{"c":2}})"));
  EXPECT_EQ(column.metadata(), std::string("\x11\x03\x00\x01\x02\x03", 6) + "abc");
}

TEST(VariantFiller, ListsAreShreddedElementByElement) {
  auto column = ColumnFor({R"(["a"])"});
  for (const char* value : {R"(["comedy","drama"])", R"(["horror",null])", "[]", "null", "[[]]",
                            R"([1,"x",{"y":[null]}])"}) {
    LeavesOf(&column, value);
  }
  auto objects = ColumnFor({R"({"l":[{"a":[1]}]})"});
  for (const char* value :
       {R"({"l":[{"a":[1,2]},{"a":[]},{},{"a":null},{"b":1,"a":["x",3]},null]})", R"({"l":[]})",
        R"({"l":{}})", "{}", R"({"l":null})", "[]", R"({"l":[[{"a":[1]}]],"m":1})"}) {
    LeavesOf(&objects, value);
  }
}

// The limits of shredding are those of columns, not of values.
TEST(VariantFiller, ValuesBeyondAllLimitsOfShreddingAreKept) {
  std::string deep = "1";
  for (int i = 0; i < 90; ++i) deep = i % 2 == 0 ? "[" + deep + "]" : R"({"a":)" + deep + "}";
  auto column = ColumnFor({deep});
  LeavesOf(&column, deep);
  std::string wide = "{";
  for (int i = 0; i < 1000; ++i) {
    wide += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
  }
  wide += "}";
  auto wide_column = ColumnFor({wide});
  LeavesOf(&wide_column, wide);
}

TEST(VariantFiller, GivesTheMemoryOfALargeRecordBack) {
  auto column = ColumnFor({R"({"a":1})"});
  LeavesOf(&column, R"({"a":1,"b":2})");
  const size_t usual = column.filler().scratch_bytes();
  EXPECT_LT(usual, 1'000u);
  constexpr size_t kMembers = 150'000;  // without a leaf, below another, and given twice
  std::string large = "{";
  for (size_t i = 0; i < kMembers; ++i) large += Format(R"("a":1,"k{}":{{"b":2}},)", i);
  large += R"("z":0})";
  LeavesOf(&column, large);
  EXPECT_GT(column.filler().scratch_bytes(), 100 * kMembers);
  LeavesOf(&column, R"({"a":1,"b":2})");
  EXPECT_LE(column.filler().scratch_bytes(), usual);
}

/// Any JSON, of few names, so that they meet again.
class JsonMaker {
 public:
  explicit JsonMaker(uint64_t seed) : random_(seed) {}

  std::string Make(int depth) {
    switch (Below(depth == 0 ? 7 : 11)) {
      case 0:
        return "null";
      case 1:
        return Below(2) == 0 ? "true" : "false";
      case 2:
        return std::to_string(static_cast<int64_t>(random_()) >> Below(64));
      case 3:
        return Pick({"0", "-0", "5.0", "1e3", "9223372036854775808", "1e400", "-1e-7", "0.1",
                     "99999999999999999999999999999999999999"});
      case 4:
        return Pick({R"("")", R"("x")", R"("\"\\\n")", R"("\ud83d\ude00")"});
      case 5:
        return '"' + std::string(Below(100), 'y') + '"';
      case 6:
        return std::to_string(Below(100)) + ".25";
      case 7:
      case 8:
        return MakeArray(depth);
      default:
        return MakeObject(depth);
    }
  }

 private:
  size_t Below(size_t limit) { return random_() % limit; }
  std::string Pick(const std::vector<std::string>& all) { return all[Below(all.size())]; }

  std::string MakeArray(int depth) {
    std::string text = "[";
    const size_t size = Below(Below(20) == 0 ? 300 : 4);
    for (size_t i = 0; i < size; ++i) text += (i > 0 ? "," : "") + Make(depth - 1);
    return text + "]";
  }
  std::string MakeObject(int depth) {
    std::string text = "{";
    const size_t size = Below(Below(20) == 0 ? 300 : 5);
    for (size_t i = 0; i < size; ++i) {
      const std::string name = Pick({"a", "b", "A", "value", "typed_value", "x.y", "\\u00e9", "",
                                     "n" + std::to_string(Below(400))});
      text += (i > 0 ? ",\"" : "\"") + name + "\":" + Make(depth - 1);
    }
    return text + "}";
  }

  std::mt19937_64 random_;
};

TEST(VariantFiller, AnyValueIsReadBackFromAnyShredding) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    JsonMaker maker(seed);
    std::vector<std::string> values;
    for (int i = 0; i < 20; ++i) values.push_back(maker.Make(static_cast<int>(seed % 4) + 1));
    auto column = ColumnFor({values.begin(), values.begin() + 10});
    for (const std::string& value : values) {
      LeavesOf(&column, value);
      if (HasFailure()) FAIL() << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace tarn::shape
