#include "query/conform.h"

#include <arrow/array.h>
#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include "query/query_testing.h"

namespace tarn::query {
namespace {

/// A schema as a later one: columns keep their ids as given.
schema::TableSchema WithIds(std::string_view declaration, const std::vector<int>& ids) {
  schema::TableSchema schema = Columns(declaration);
  for (size_t i = 0; i < ids.size(); ++i) schema.fields[i].id = FieldId(ids[i]);
  return schema;
}

std::string Conformed(const arrow::RecordBatch& batch, const schema::Field& column) {
  const auto array = ConformColumn(batch, column);
  if (!array) return array.error().message();
  EXPECT_TRUE((*array)->ValidateFull().ok()) << (*array)->ValidateFull().ToString();
  std::string text;
  for (int64_t i = 0; i < (*array)->length(); ++i) {
    text += (i > 0 ? " " : "") + (*(*array)->GetScalar(i))->ToString();
  }
  return text;
}

TEST(Conform, SharesWhatFits) {
  const auto schema = Columns("id bigint");
  const auto batch = Batch(schema, R"([{"id": 1}, {"id": null}])");
  EXPECT_EQ(ConformColumn(*batch, schema.fields[0])->get(), batch->column(0).get());
}

TEST(Conform, FillsMissingColumnsWithNull) {
  const auto batch = Batch(Columns("id bigint"), R"([{"id": 1}, {"id": 2}])");
  const auto later = Columns("id bigint, name string, tags array<struct<k:string>>");
  EXPECT_EQ(Conformed(*batch, later.fields[1]), "null null");
  EXPECT_EQ(Conformed(*batch, later.fields[2]), "null null");
}

TEST(Conform, FindsColumnsByIdThenByName) {
  const auto batch = Batch(WithIds("a int, b int", {1, 2}), R"([{"a": 1, "b": 2}])");
  EXPECT_EQ(Conformed(*batch, WithIds("renamed int", {2}).fields[0]), "2");
  EXPECT_EQ(Conformed(*batch, WithIds("b int", {7}).fields[0]), "null");
  const auto nameless = arrow::RecordBatch::Make(arrow::schema({arrow::field("b", arrow::int32())}),
                                                 1, {batch->column(1)});
  EXPECT_EQ(Conformed(*nameless, WithIds("b int", {7}).fields[0]), "2");
}

TEST(Conform, WidensNumbers) {
  const auto batch = Batch(Columns("i int, f float, d decimal(5,2)"),
                           R"([{"i": 1, "f": 0.5, "d": "1.25"}, {"i": null, "f": null, "d": null},
                               {"i": -3, "f": -1, "d": "-9.99"}])");
  const auto later = Columns("i bigint, f double, d decimal(9,2)");
  EXPECT_EQ(Conformed(*batch, later.fields[0]), "1 null -3");
  EXPECT_EQ(Conformed(*batch, later.fields[1]), "0.5 null -1");
  EXPECT_EQ(Conformed(*batch, later.fields[2]), "1.25 null -9.99");
  const auto slice = batch->Slice(1, 2);
  EXPECT_EQ(Conformed(*slice, later.fields[0]), "null -3");
}

TEST(Conform, RebuildsNestedColumns) {
  const auto before =
      Columns("s struct<a:int>, l array<struct<x:int>>, m map<string,struct<y:int>>");
  const auto batch = Batch(before, R"([
      {"s": {"a": 1}, "l": [{"x": 1}, null, {"x": 2}], "m": [["k", {"y": 1}]]},
      {"s": null, "l": null, "m": null},
      {"s": {"a": null}, "l": [], "m": []},
      {"s": {"a": 4}, "l": [{"x": 4}], "m": [["a", {"y": 2}], ["b", null]]}])");
  // The same columns, each struct with one member more, and the numbers wider.
  auto later =
      Columns("s struct<a:bigint>, l array<struct<x:bigint>>, m map<string,struct<y:bigint>>");
  const schema::Field added{
      .id = FieldId(100), .name = "new", .type = schema::Type::Of(schema::TypeKind::kString)};
  later.fields[0].type.fields.push_back(added);
  later.fields[1].type.fields[0].type.fields.push_back(added);
  later.fields[2].type.fields[1].type.fields.push_back(added);
  for (const auto& [from, rows] : {std::pair{0, 4}, std::pair{3, 1}, std::pair{1, 3}}) {
    const auto slice = batch->Slice(from, rows);
    std::string structs;
    for (const schema::Field& column : later.fields) structs += Conformed(*slice, column) + "\n";
    if (from == 3) {
      EXPECT_EQ(structs,
                "{a:int64 = 4, new:string = null}\n"
                "list<element: struct<x: int64, new: string>>[{x:int64 = 4, new:string = null}]\n"
                "map<string, struct<y: int64, new: string>>[{key:string = a, value:struct<y: "
                "int64, new: string> = {y:int64 = 2, new:string = null}}, {key:string = b, "
                "value:struct<y: int64, new: string> = null}]\n");
    }
  }
}

/// As live rows of another process come: Arrow makes its own type of uuid of them.
TEST(Conform, TakesUuidsThatWereHandedOver) {
  const auto schema = Columns("u uuid, l array<uuid>");
  const auto batch = Batch(schema, R"([{"u": "0123456789abcdef", "l": ["0123456789abcdef", null]},
                                       {"u": null, "l": null}])");
  ArrowArray array;
  ArrowSchema type;
  ASSERT_TRUE(arrow::ExportRecordBatch(*batch, &array, &type).ok());
  const auto imported = *arrow::ImportRecordBatch(&array, &type);
  ASSERT_EQ(imported->column(0)->type_id(), arrow::Type::EXTENSION);
  for (const schema::Field& column : schema.fields) {
    const auto conformed = ConformColumn(*imported, column);
    ASSERT_TRUE(conformed) << conformed.error().message();
    EXPECT_TRUE((*conformed)->Equals(*ConformColumn(*batch, column).value()));
  }
}

TEST(Conform, RefusesWhatDoesNotWiden) {
  const auto batch = Batch(Columns("a string, b bigint"), R"([{"a": "x", "b": 1}])");
  EXPECT_EQ(Conformed(*batch, Columns("a bigint").fields[0]),
            "live rows have column 'a' as string, its table as int64");
  EXPECT_EQ(Conformed(*batch, WithIds("b int", {2}).fields[0]),
            "live rows have column 'b' as int64, its table as int32");
}

}  // namespace
}  // namespace tarn::query
