#include "schema/column_choice.h"

#include <gtest/gtest.h>

#include "schema/declaration.h"
#include "schema/partition.h"
#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

/// name 1, user 2 (id 3, a.b 4), flag …
TableSchema Schema() {
  TableSchema schema;
  schema.fields = FieldsOf(*ParseColumns(
      "name string, user struct<id:string,`a.b`:int>, flag boolean, tags array<string>, ts "
      "timestamp, `odd name` int"));
  AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

FieldId IdOf(const TableSchema& schema, std::string_view column, size_t member = SIZE_MAX) {
  const Field* field = schema.Find(column);
  return member == SIZE_MAX ? field->id : field->type.fields[member].id;
}

TEST(ColumnChoice, SortsByColumnsAndMembers) {
  const TableSchema schema = Schema();
  EXPECT_EQ(*ParseSortBy("", schema), std::vector<SortBy>());
  EXPECT_EQ(*ParseSortBy("  NAME , user.ID desc, user.a.b asc nulls last,\"odd name\" desc nulls "
                         "first",
                         schema),
            (std::vector<SortBy>{{IdOf(schema, "name"), false, true},
                                 {IdOf(schema, "user", 0), true, false},
                                 {IdOf(schema, "user", 1), false, false},
                                 {IdOf(schema, "odd name"), true, true}}));
}

TEST(ColumnChoice, NamesColumnsThatAreLookedUp) {
  const TableSchema schema = Schema();
  EXPECT_EQ(*ParseBloomColumns("user.id, name", schema),
            (std::vector<FieldId>{IdOf(schema, "user", 0), IdOf(schema, "name")}));
}

TEST(ColumnChoice, RefusesWhatCannotBe) {
  const TableSchema schema = Schema();
  const auto sort = [&](std::string_view text) { return ParseSortBy(text, schema).error(); };
  EXPECT_EQ(sort("nme").message(), "at 1: 'nme' is no column");
  EXPECT_EQ(sort("name, user").message(),
            "at 7: column 'user' is struct<id:string,a.b:int>: name one of a plain type");
  EXPECT_EQ(sort("tags.element").message(), "at 1: 'tags.element' is no column");
  EXPECT_EQ(sort("tags").message(),
            "at 1: column 'tags' is array<string>: name one of a plain type");
  EXPECT_EQ(sort("name, Name").message(), "at 7: column 'name' is there twice");
  EXPECT_EQ(sort("name up").message(), "at 6: expected ',' or the end, found 'up'");
  EXPECT_EQ(sort("name nulls").message(), "at 11: expected 'first' or 'last', found the end");
  EXPECT_EQ(sort("name,").kind(), ErrorKind::kInvalid);
  EXPECT_EQ(ParseBloomColumns("flag", schema).error().message(),
            "at 1: column 'flag' is boolean: it needs no bloom filter");
}

/// c0,c1,…
std::string Names(size_t count) {
  std::string names;
  for (size_t i = 0; i < count; ++i) names += Format("{}c{}", i == 0 ? "" : ",", i);
  return names;
}

TEST(ColumnChoice, NamesWithoutASchemaAreReadAsTheyAre) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(ParseColumnNames("a a").error().message(), "at 3: expected ',' or the end, found 'a'");
  EXPECT_EQ(ParseColumnNames("a, b,a").error().message(), "at 6: column 'a' is there twice");
  EXPECT_EQ(ParseColumnNames("a,").error().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(*ParseColumnNames(""), Texts{});
  EXPECT_EQ(*ParseColumnNames(" a , \"b c\",A"), (Texts{"a", "b c", "A"}));
}

TEST(ColumnChoice, HasALimit) {
  TableSchema wide;
  for (int i = 0; i <= static_cast<int>(kChosenColumnsMax); ++i)
    wide.fields.push_back({FieldId(i + 1), Format("c{}", i), false, Type::Of(TypeKind::kInt), ""});
  const std::string all = Names(kChosenColumnsMax);
  EXPECT_EQ(ParseSortBy(all, wide)->size(), kChosenColumnsMax);
  EXPECT_EQ(ParseBloomColumns(all, wide)->size(), kChosenColumnsMax);
  EXPECT_EQ(ParseColumnNames(all)->size(), kChosenColumnsMax);
  const std::string more = Names(kChosenColumnsMax + 1);
  constexpr std::string_view kRefusal = "at 391: 100 columns are allowed";
  EXPECT_EQ(ParseSortBy(more, wide).error().message(), kRefusal);
  EXPECT_EQ(ParseBloomColumns(more, wide).error().message(), kRefusal);
  EXPECT_EQ(ParseColumnNames(more).error().message(), kRefusal);
}

TEST(ColumnChoice, WhatIsInsideAVariantIsNoColumn) {
  TableSchema schema;
  schema.fields = {MakeField("v", Type::Variant(Of(TypeKind::kLong)))};
  AssignFieldIds(FieldId(0), &schema.fields);
  EXPECT_EQ(ParseSortBy("v", schema).error().message(),
            "at 1: column 'v' is variant: name one of a plain type");
  EXPECT_EQ(ParseSortBy("v.typed_value", schema).error().message(),
            "at 1: 'v.typed_value' is no column");
  EXPECT_EQ(ParsePartitionSpec("v", schema).error().message(),
            "at 1: column 'v': identity takes every type but struct, array and map, not variant");
}

}  // namespace
}  // namespace tarn::schema
