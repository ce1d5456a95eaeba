#include "query/row_filter.h"

#include <arrow/array.h>
#include <arrow/array/array_dict.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <limits>

#include "query/query_testing.h"

namespace tarn::query {
namespace {

using schema::Value;

/// A column of a schema, or a member of one.
ColumnPath PathOf(const schema::TableSchema& schema, std::vector<std::string> names) {
  std::vector<schema::Field> fields = schema.fields;
  ColumnPath path{.names = std::move(names), .type = {}};
  for (const std::string& name : path.names) {
    for (const schema::Field& field : fields) {
      if (field.name == name) path.type = field.type;
    }
    fields = path.type.fields;
  }
  return path;
}

/// The rows that match, as `0 2`, or the error's text.
std::string Matching(const arrow::RecordBatch& batch, const std::vector<ColumnFilter>& filters) {
  const auto rows = MatchingRows(batch, filters);
  if (!rows) return Format("{}: {}", KindName(rows.error().kind()), rows.error().message());
  std::string text;
  for (const int64_t row : *rows) text += Format("{}{}", text.empty() ? "" : " ", row);
  return text;
}

/// The same of a batch with one column `c`.
///
/// in  type: as a declaration has it; values: a row each, as JSON
std::string Matching(std::string_view type, const std::vector<std::string>& values,
                     Comparison comparison, std::vector<Value> compared) {
  const auto schema = Columns(Format("c {}", type));
  std::string rows;
  for (const std::string& value : values) {
    rows += Format(R"({}{{"c": {}}})", rows.empty() ? "" : ", ", value);
  }
  return Matching(*Batch(schema, "[" + rows + "]"),
                  {{PathOf(schema, {"c"}), comparison, std::move(compared)}});
}

TEST(RowFilter, ComparesEachTypeInItsOrder) {
  struct Case {
    std::string type;
    std::vector<std::string> values;
    Value compared;
    std::string less;
    std::string equal;
    std::string greater;
  };
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  const std::vector<Case> cases = {
      {"boolean", {"true", "false", "null"}, true, "1", "0", ""},
      {"int", {"-2147483648", "0", "2147483647", "null"}, int32_t{0}, "0", "1", "2"},
      {"bigint", {"-9223372036854775808", "9223372036854775807", "null"}, kLeast, "", "0", "1"},
      {"float", {"-0.0", "0.5", "Inf", "NaN", "null"}, 0.0F, "", "0", "1 2 3"},
      {"double", {"-Inf", "-0.0", "1e308", "NaN", "null"}, 0.0, "0", "1", "2 3"},
      {"decimal(9,2)",
       {R"("-1.50")", R"("1.50")", R"("1.51")", "null"},
       schema::Int128{150},
       "0",
       "1",
       "2"},
      {"string",
       {R"("")", R"("a")", R"("ab")", R"("b")", R"("ä")", "null"},
       std::string("ab"),
       "0 1",
       "2",
       "3 4"},
      {"date", {"-1", "0", "20000", "null"}, int32_t{0}, "0", "1", "2"},
      {"time", {"0", "1", "86399999999", "null"}, int64_t{1}, "0", "1", "2"},
      {"timestamp", {"-1", "0", "1", "null"}, int64_t{0}, "0", "1", "2"},
      {"timestamptz", {"-1", "0", "1", "null"}, int64_t{0}, "0", "1", "2"},
      {"uuid",
       {R"("aaaaaaaaaaaaaaaa")", R"("aaaaaaaaaaaaaaab")", "null"},
       std::string("aaaaaaaaaaaaaaab"),
       "0",
       "1",
       ""},
  };
  for (const Case& c : cases) {
    const auto match = [&c](Comparison comparison) {
      return Matching(c.type, c.values, comparison, {c.compared});
    };
    EXPECT_EQ(match(Comparison::kLess), c.less) << c.type;
    EXPECT_EQ(match(Comparison::kEqual), c.equal) << c.type;
    EXPECT_EQ(match(Comparison::kGreater), c.greater) << c.type;
    EXPECT_EQ(match(Comparison::kIn), c.equal) << c.type;
  }
}

TEST(RowFilter, IsTrueOfNullWhereItIsAskedForOrExcluded) {
  const auto match = [](Comparison comparison, std::vector<Value> compared) {
    return Matching("int", {"1", "2", "3", "null"}, comparison, std::move(compared));
  };
  EXPECT_EQ(match(Comparison::kNotEqual, {int32_t{2}}), "0 2 3");
  EXPECT_EQ(match(Comparison::kLessOrEqual, {int32_t{2}}), "0 1");
  EXPECT_EQ(match(Comparison::kGreaterOrEqual, {int32_t{2}}), "1 2");
  EXPECT_EQ(match(Comparison::kIn, {int32_t{3}, int32_t{1}, int32_t{3}}), "0 2");
  EXPECT_EQ(match(Comparison::kIn, {}), "");
  EXPECT_EQ(match(Comparison::kIsNull, {}), "3");
  EXPECT_EQ(match(Comparison::kIsNotNull, {}), "0 1 2");
}

TEST(RowFilter, SearchesTextByteForByte) {
  const std::vector<std::string> values = {R"("Grüße")", R"("ü")",          R"("u\u0308")",
                                           R"("")",      R"("nul\u0000l")", "null"};
  const auto match = [&values](Comparison comparison, std::string text) {
    return Matching("string", values, comparison, {std::move(text)});
  };
  EXPECT_EQ(match(Comparison::kContains, "ü"), "0 1");
  EXPECT_EQ(match(Comparison::kContains, "Ü"), "");
  EXPECT_EQ(match(Comparison::kContains, std::string("\0", 1)), "4");
  EXPECT_EQ(match(Comparison::kContains, ""), "0 1 2 3 4");
  EXPECT_EQ(match(Comparison::kStartsWith, "Gr"), "0");
  EXPECT_EQ(match(Comparison::kStartsWith, ""), "0 1 2 3 4");
}

TEST(RowFilter, HoldsForRowsThatAllFiltersTake) {
  const auto schema = Columns("n int, name string");
  const auto batch = Batch(schema, R"([{"n": 1, "name": "a"}, {"n": 2, "name": "a"}, {"n": 2}])");
  const ColumnFilter is_two{PathOf(schema, {"n"}), Comparison::kEqual, {int32_t{2}}};
  const ColumnFilter is_a{PathOf(schema, {"name"}), Comparison::kEqual, {std::string("a")}};
  EXPECT_EQ(Matching(*batch, {}), "0 1 2");
  EXPECT_EQ(Matching(*batch, {is_two, is_a}), "1");
  EXPECT_EQ(Matching(*batch->Slice(1), {is_two, is_a}), "0");
}

TEST(RowFilter, AMemberOfANullStructIsNull) {
  const auto schema = Columns("user struct<plan:string,home:struct<city:string>>");
  const auto batch = Batch(schema, R"([{"user": {"plan": "pro", "home": {"city": "Köln"}}},
                                       {"user": {"plan": null, "home": null}}, {"user": null}])");
  const auto match = [&](std::vector<std::string> names, Comparison comparison,
                         std::vector<Value> compared) {
    return Matching(*batch, {{PathOf(schema, std::move(names)), comparison, std::move(compared)}});
  };
  EXPECT_EQ(match({"user", "plan"}, Comparison::kIsNull, {}), "1 2");
  EXPECT_EQ(match({"user"}, Comparison::kIsNull, {}), "2");
  EXPECT_EQ(match({"user", "home", "city"}, Comparison::kEqual, {std::string("Köln")}), "0");
  EXPECT_EQ(match({"user", "home", "city"}, Comparison::kNotEqual, {std::string("Köln")}), "1 2");
}

TEST(RowFilter, WhatABatchLacksIsNull) {
  const auto later = Columns("n int, added string, user struct<plan:string,added:int>");
  const auto batch = Batch(Columns("n int, user struct<plan:string>"),
                           R"([{"n": 1, "user": {"plan": "pro"}}, {"n": 2, "user": null}])");
  EXPECT_EQ(Matching(*batch, {{PathOf(later, {"added"}), Comparison::kIsNull, {}}}), "0 1");
  EXPECT_EQ(Matching(*batch, {{PathOf(later, {"user", "added"}), Comparison::kIsNull, {}}}), "0 1");
  EXPECT_EQ(Matching(*batch, {{PathOf(later, {"added"}), Comparison::kEqual, {std::string("")}}}),
            "");
}

TEST(RowFilter, ReadsDictionariesByTheirValues) {
  const auto coded = arrow::json::DictArrayFromJSONString(
      arrow::dictionary(arrow::int32(), arrow::utf8()), "[1, 0, null, 1]", R"(["a", "b"])");
  ASSERT_TRUE(coded.ok()) << coded.status().ToString();
  const auto batch = arrow::RecordBatch::Make(arrow::schema({arrow::field("c", (*coded)->type())}),
                                              (*coded)->length(), {*coded});
  const ColumnPath path = PathOf(Columns("c string"), {"c"});
  EXPECT_EQ(Matching(*batch, {{path, Comparison::kEqual, {std::string("b")}}}), "0 3");
  EXPECT_EQ(Matching(*batch, {{path, Comparison::kIsNull, {}}}), "2");
}

TEST(RowFilter, RefusesAColumnOfAnotherTypeByItsName) {
  const auto narrow = Batch(Columns("n int"), R"([{"n": 1}])");
  const ColumnPath wide = PathOf(Columns("n bigint"), {"n"});
  EXPECT_EQ(
      Matching(*narrow, {{wide, Comparison::kEqual, {int64_t{1}}}}),
      "unsupported: rows not in files keep column 'n' as int32: no filter of it works on them");
  EXPECT_EQ(Matching(*narrow, {{wide, Comparison::kIsNotNull, {}}}), "0");
}

TEST(ColumnPath, IsWrittenWithDots) {
  EXPECT_EQ((ColumnPath{{"user", "a.b"}, {}}).ToString(), "user.a.b");
}

}  // namespace
}  // namespace tarn::query
