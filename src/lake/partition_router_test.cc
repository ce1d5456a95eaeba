#include "lake/partition_router.h"

#include <gtest/gtest.h>

#include "columns/leaf_buffer.h"
#include "columns/random_rows_testing.h"
#include "lake/leaf_value.h"

namespace tarn::lake {
namespace {

using columns::Batch;
using columns::Layout;
using columns::testing::AppendRows;
using columns::testing::Random;
using columns::testing::RandomLimits;
using columns::testing::Tree;
using schema::PartitionField;
using schema::PartitionSpec;
using schema::TableSchema;
using schema::Transform;
using schema::TransformKind;
using schema::Type;
using schema::TypeKind;
using schema::Value;

TableSchema EventSchema() {
  TableSchema schema;
  const auto add = [&](std::string name, Type type, bool required = false) {
    schema.fields.push_back({.id = FieldId(0),
                             .name = std::move(name),
                             .required = required,
                             .type = std::move(type),
                             .doc = ""});
  };
  add("name", Type::Of(TypeKind::kString));
  add("at", Type::Of(TypeKind::kTimestampTz));
  add("user_id", Type::Of(TypeKind::kLong), true);
  add("price", Type::Decimal(20, 2));
  add("day", Type::Of(TypeKind::kDate));
  add("tags", Type::List({.id = FieldId(0),
                          .name = "element",
                          .required = false,
                          .type = Type::Of(TypeKind::kString),
                          .doc = ""}));
  add("score", Type::Of(TypeKind::kDouble));
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

PartitionField FieldOf(int32_t source, TransformKind kind, int parameter = 0) {
  return {.source = FieldId(source),
          .field_id = 1000 + source,
          .name = Format("f{}", source),
          .transform = Transform{kind, parameter}};
}

/// The partition of a row by applying each transform to its value.
std::vector<Value> Expected(const TableSchema& schema, const PartitionSpec& spec, const Tree& row) {
  std::vector<Value> values;
  for (const auto& field : spec.fields) {
    const auto index = static_cast<size_t>(field.source.number() - 1);
    const Tree& tree = row.children[index];
    const Type& type = schema.fields[index].type;
    Value value;
    if (tree.null || field.transform.kind == TransformKind::kVoid) {
      values.emplace_back();
      continue;
    }
    switch (type.kind) {
      case TypeKind::kString:
        value = tree.bytes;
        break;
      case TypeKind::kDecimal:
        value = tree.decimal;
        break;
      case TypeKind::kDate:
        value = static_cast<int32_t>(tree.integer);
        break;
      default:
        value = tree.integer;
    }
    values.push_back(schema::Apply(field.transform, type, value));
  }
  return values;
}

TEST(PartitionRouter, RowsGoWhereTheirTransformedValuesSay) {
  const TableSchema schema = EventSchema();
  const auto layout = Layout::Make(schema);
  const std::vector<PartitionSpec> specs = {
      {0, {}},
      {0, {FieldOf(1, TransformKind::kIdentity)}},
      {0, {FieldOf(2, TransformKind::kDay)}},
      {0, {FieldOf(2, TransformKind::kYear), FieldOf(5, TransformKind::kMonth)}},
      {0,
       {FieldOf(1, TransformKind::kIdentity), FieldOf(2, TransformKind::kHour),
        FieldOf(3, TransformKind::kBucket, 4)}},
      {0,
       {FieldOf(1, TransformKind::kTruncate, 1), FieldOf(4, TransformKind::kBucket, 3),
        FieldOf(2, TransformKind::kVoid)}},
      {0, {FieldOf(4, TransformKind::kIdentity), FieldOf(5, TransformKind::kIdentity)}},
      {0, {FieldOf(3, TransformKind::kTruncate, 1000)}},
  };
  for (uint64_t seed = 1; seed <= 16; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    Random random(seed);
    const PartitionSpec& spec = specs[seed % specs.size()];
    const RandomLimits limits{.distinct_max = seed % 2 == 0 ? 8 : 0};
    auto router = PartitionRouter::Make(*layout, spec);
    ASSERT_TRUE(router) << router.error().message();
    for (int round = 0; round < 3; ++round) {
      std::vector<Tree> rows;
      const size_t count = round == 2 ? 3000 : 200;  // the last has columns without a dictionary
      for (size_t i = 0; i < count; ++i) {
        rows.push_back(columns::testing::RandomRow(random, schema, limits));
      }
      Batch batch(layout);
      AppendRows(rows, &batch);
      const auto routed = (*router)->Route(batch);
      ASSERT_EQ(routed.size(), rows.size());
      for (size_t i = 0; i < rows.size(); ++i) {
        ASSERT_EQ((*router)->values(routed[i]), Expected(schema, spec, rows[i])) << "row " << i;
      }
    }
    std::vector<std::vector<Value>> distinct;
    for (size_t i = 0; i < (*router)->partitions(); ++i) distinct.push_back((*router)->values(i));
    std::ranges::sort(distinct);
    EXPECT_EQ(std::ranges::adjacent_find(distinct), distinct.end());
  }
}

TEST(PartitionRouter, RefusesSourcesItCannotRead) {
  const auto layout = Layout::Make(EventSchema());
  struct Case {
    PartitionField field;
    std::string message;
  };
  for (const Case& given : {
           Case{FieldOf(99, TransformKind::kIdentity),
                "partition 'f99': no column of a plain type has field id 99"},
           Case{FieldOf(6, TransformKind::kIdentity),
                "partition 'f6': no column of a plain type has field id 6"},
           Case{FieldOf(7, TransformKind::kIdentity),
                "partition 'f7': its column is inside a list or map"},
       }) {
    const auto made = PartitionRouter::Make(*layout, {0, {given.field}});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind(), ErrorKind::kInvalid);
    EXPECT_EQ(made.error().message(), given.message);
  }
  EXPECT_FALSE(PartitionRouter::Make(*layout, {0, {FieldOf(1, TransformKind::kDay)}}));
}

}  // namespace
}  // namespace tarn::lake
