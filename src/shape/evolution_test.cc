// Columns that come to be: sequences of batches, limits, names. The rules are on
// docs/formats/shaping.md, section 7.
#include <gtest/gtest.h>

#include "base/format.h"
#include "shape/shape_testing.h"

namespace tarn::shape {
namespace {

using schema::Field;
using Texts = std::vector<std::string>;

Shaping Inferred() {
  Shaping shaping;
  shaping.inferred = true;
  return shaping;
}

TEST(Evolution, GoesOnBatchByBatch) {
  TestStream stream("", true);
  EXPECT_EQ(stream.Land({R"({"a":1})"}).outcomes, Texts{"a: 1"});
  EXPECT_EQ(stream.Land({R"({"a":1.5,"b":{"c":1}})"}).outcomes,
            Texts{R"(b: {"c":1}; _rest: {"a":1.5})"});
  EXPECT_EQ(stream.Land({R"({"b":{"d":[{"e":1}]}})"}).outcomes,
            Texts{R"(b: {"c":null,"d":[{"e":1}]})"});
  EXPECT_EQ(stream.Land({R"({"b":{"d":[{"f":"x"}]},"B":1,"c":[[]]})"}).outcomes,
            Texts{R"(b: {"c":null,"d":[{"e":null,"f":"x"}]}; _rest: {"B":1,"c":[[]]})"});
  EXPECT_EQ(stream.columns(), "a bigint, b struct<c:bigint,d:array<struct<e:bigint,f:string>>>");
}

TEST(Evolution, KeepsIdsAndGivesNoneItself) {
  TestStream stream("u struct<x:bigint>", true);
  const FieldId first = stream.table().Find("u")->type.fields[0].id;
  const auto missing = stream.shaper().MissingColumns(ViewsOf({R"({"u":{"y":1},"n":"z"})"}));
  ASSERT_EQ(missing.size(), 2U);
  EXPECT_EQ(missing[0].id, stream.table().Find("u")->id);
  EXPECT_EQ(missing[0].type.fields[0].id, first);
  EXPECT_EQ(missing[0].type.fields[1].id, FieldId(0));
  EXPECT_EQ(missing[0].type.fields[1].name, "y");
  EXPECT_EQ(missing[1].id, FieldId(0));
  EXPECT_FALSE(missing[1].required);
}

TEST(Evolution, NeverHappensInDeclaredOrFixedStreams) {
  TestStream declared("a bigint", false);
  EXPECT_EQ(declared.Evolve({R"({"b":1})"}), "");
  Shaping fixed = Inferred();
  fixed.may_evolve = false;
  TestStream stream(fixed);
  EXPECT_EQ(stream.Evolve({R"({"b":1})"}), "");
  EXPECT_EQ(stream.Shape({R"({"b":1})"}).outcomes, Texts{R"(_rest: {"b":1})"});
}

TEST(Evolution, TakesAThousandRecordsTogether) {
  TestStream within("", true);
  Texts records(999, R"({"a":1})");
  records.push_back(R"({"a":0.5})");
  EXPECT_EQ(within.Evolve(records), "a double");
  TestStream beyond("", true);
  records.insert(records.begin(), R"({"a":1})");
  records.push_back(R"({"b":true,"c":{"d":1}})");
  EXPECT_EQ(beyond.Evolve(records), "a bigint, b boolean, c struct<d:bigint>");
}

TEST(Evolution, MakesNoColumnOfAPartitionsName) {
  Shaping shaping = Inferred();
  shaping.partition_names = {"date"};
  TestStream stream(shaping);
  EXPECT_EQ(stream.Land({R"({"date":"x","u":{"date":"y"}})"}).outcomes,
            Texts{R"(u: {"date":"y"}; _rest: {"date":"x"})"});
}

TEST(Evolution, MakesNoColumnOfAPartitionsNameInAnotherCase) {
  Shaping shaping = Inferred();
  shaping.partition_names = {"date", "Größe"};
  TestStream stream(shaping);
  const Shaped shaped = stream.Land({R"({"Date":"x","GRÖßE":1,"dates":2})"});
  EXPECT_EQ(shaped.outcomes, Texts{R"(dates: 2; _rest: {"Date":"x","GRÖßE":1})"});
  EXPECT_EQ(shaped.counts, "Date partition_name 1; GRÖßE partition_name 1");
}

TEST(Evolution, MakesNoColumnOfABadName) {
  TestStream stream("", true);
  const std::string long_name(256, 'x');
  const std::string record =
      "{\"" + long_name + "\":1,\"\":2,\"a\\nb\":3,\"" + std::string(255, 'x') + "\":4}";
  EXPECT_EQ(stream.Evolve({record}), std::string(255, 'x') + " bigint");
  const Shaped shaped = stream.Shape({record});
  EXPECT_EQ(shaped.counts, " bad_name 1; a\nb bad_name 1; " + long_name + " bad_name 1");
}

TEST(Evolution, StopsAtAThousandLeafColumns) {
  TestStream stream("", true);
  std::string record = "{\"s\":{";
  for (int i = 0; i < 600; ++i) record += Format("\"m{}\":1,", i);
  record.back() = '}';
  for (int i = 0; i < 600; ++i) record += Format(",\"n{}\":1", i);
  record += "}";
  stream.Evolve({record});
  EXPECT_EQ(columns::Layout::Make(stream.table())->leaves().size(), schema::kColumnsMax);
  EXPECT_EQ(stream.Evolve({record}), "");
  const Shaped shaped = stream.Shape({record});
  EXPECT_TRUE(shaped.counts.contains("n599 too_many_columns 1")) << shaped.counts;
  EXPECT_FALSE(shaped.counts.contains("n0 "));
}

TEST(Evolution, AListWhoseElementsClashDecidesNothingAtTheLastLeafEither) {
  TestStream stream("", true);
  const size_t there = columns::Layout::Make(stream.table())->leaves().size();
  std::string most;
  for (size_t i = there; i < schema::kColumnsMax - 1; ++i) most += Format(",\"m{}\":1", i);
  stream.Evolve({"{" + most.substr(1) + "}"});
  EXPECT_EQ(stream.Evolve({R"({"z":[1,"x"]})"}), "");
  EXPECT_EQ(stream.Evolve({R"({"z":[1,2]})"}), "z array<bigint>");
}

TEST(Evolution, IsBoundedForHostileRecords) {
  TestStream stream("", true);
  std::string wide = "{\"s\":{";
  for (int i = 0; i < 200'000; ++i) wide += Format("\"m{}\":{{\"x\":1}},", i);
  wide.back() = '}';
  wide += "}";
  stream.Evolve({wide, wide});
  EXPECT_EQ(columns::Layout::Make(stream.table())->leaves().size(), schema::kColumnsMax);
}

TEST(Evolution, StopsAtTenThousandFieldsOfAnyDepth) {
  TestStream stream("", true);
  std::string deep = "1";
  for (int i = 0; i < 97; ++i) deep = "{\"a\":" + deep + "}";
  std::string record = "{\"m0\":" + deep;
  for (int i = 1; i < 110; ++i) record += Format(",\"m{}\":", i) + deep;
  record += "}";
  stream.Evolve({record});
  EXPECT_GT(schema::FieldCount(stream.table().fields), schema::kFieldsMax - 98);
  EXPECT_TRUE(schema::CheckColumns(stream.table().fields).has_value());
  EXPECT_EQ(stream.Evolve({record}), "") << "what has no room is not asked for again";
  std::string more = "{";
  for (int i = 0; i < 98; ++i) more += Format("\"n{}\":1,", i);
  more.back() = '}';
  stream.Evolve({more});
  EXPECT_EQ(schema::FieldCount(stream.table().fields), schema::kFieldsMax);
  const Shaped shaped = stream.Shape({R"({"n98":1})"});
  EXPECT_EQ(shaped.counts, "n98 too_many_columns 1");
}

TEST(Evolution, TakesTheDeepestTypes) {
  TestStream stream("", true);
  std::string lists = "1";
  std::string structs = "1";
  for (int i = 0; i < 99; ++i) {
    lists = "[" + lists + "]";
    structs = "{\"a\":" + structs + "}";
  }
  const Texts records = {"{\"l\":" + lists + "}", "{\"s\":" + structs + "}"};
  const Shaped shaped = stream.Land(records);
  EXPECT_EQ(shaped.outcomes, (Texts{"l: " + lists, "s: " + structs}));
}

TEST(Evolution, LooksAtTheLastOfEachName) {
  TestStream stream("u struct<x:bigint>", true);
  EXPECT_EQ(stream.Evolve({R"({"u":{"y":1},"u":{"z":1,"z":"t"},"n":1,"n":true})"}),
            "u struct<x:bigint,z:string>, n boolean");
}

}  // namespace
}  // namespace tarn::shape
