#include "columns/layout.h"

#include <gtest/gtest.h>

namespace tarn::columns {
namespace {

using schema::Field;
using schema::Type;
using schema::TypeKind;

Field Named(std::string name, Type type, bool required = false) {
  return {.id = FieldId(0), .name = std::move(name), .required = required, .type = std::move(type)};
}

std::shared_ptr<const Layout> LayoutOf(std::vector<Field> fields) {
  schema::TableSchema schema;
  schema.fields = std::move(fields);
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return Layout::Make(schema);
}

std::string Path(const Leaf& leaf) {
  std::string path;
  for (const auto& part : leaf.path) path += (path.empty() ? "" : ".") + part;
  return path;
}

TEST(Layout, OnlyOptionalFieldsAddADefinitionLevel) {
  const auto layout = LayoutOf({
      Named("a", Type::Of(TypeKind::kLong), true),
      Named("b", Type::Of(TypeKind::kLong)),
      Named("c", Type::Struct({Named("d", Type::Of(TypeKind::kString), true),
                               Named("e", Type::Of(TypeKind::kString))})),
  });
  ASSERT_EQ(layout->leaves().size(), 4u);
  EXPECT_EQ(layout->leaves()[0].definition_max, 0);
  EXPECT_EQ(layout->leaves()[1].definition_max, 1);
  EXPECT_EQ(layout->leaves()[2].definition_max, 1);
  EXPECT_EQ(layout->leaves()[3].definition_max, 2);
  EXPECT_EQ(Path(layout->leaves()[3]), "c.e");
  EXPECT_EQ(layout->leaves()[3].column, 2);
  EXPECT_EQ(layout->root().children[2].definition, 1);
  EXPECT_EQ(layout->root().children[2].first_leaf, 2);
  EXPECT_EQ(layout->root().children[2].leaf_count, 2);
}

TEST(Layout, ListsAndMapsHaveParquetsThreeLevels) {
  const auto layout = LayoutOf({
      Named("l", Type::List(Named("element",
                                  Type::List(Named("element", Type::Of(TypeKind::kInt), true))))),
      Named("m",
            Type::Map(Named("key", Type::Of(TypeKind::kString), true),
                      Named("value", Type::Of(TypeKind::kDouble))),
            true),
  });
  ASSERT_EQ(layout->leaves().size(), 3u);
  EXPECT_EQ(Path(layout->leaves()[0]), "l.list.element.list.element");
  EXPECT_EQ(layout->leaves()[0].definition_max, 4);
  EXPECT_EQ(layout->leaves()[0].repetition_max, 2);
  EXPECT_EQ(Path(layout->leaves()[1]), "m.key_value.key");
  EXPECT_EQ(layout->leaves()[1].definition_max, 1);
  EXPECT_EQ(Path(layout->leaves()[2]), "m.key_value.value");
  EXPECT_EQ(layout->leaves()[2].definition_max, 2);
  EXPECT_EQ(layout->leaves()[2].repetition_max, 1);
  const Node& list = layout->root().children[0];
  EXPECT_EQ(list.definition, 1);
  EXPECT_EQ(list.repetition, 1);
  EXPECT_EQ(list.children[0].definition, 3);
  EXPECT_EQ(list.children[0].repetition, 2);
  EXPECT_EQ(list.children[0].children[0].definition, 4);
  const Node& map = layout->root().children[1];
  EXPECT_EQ(map.definition, 0);
  EXPECT_EQ(map.children[0].definition, 1);
}

TEST(Layout, FieldIdsAreKept) {
  const auto layout = LayoutOf({Named(
      "l", Type::List(Named("element", Type::Struct({Named("x", Type::Of(TypeKind::kDate))}))))});
  EXPECT_EQ(layout->root().children[0].id, FieldId(1));
  EXPECT_EQ(layout->root().children[0].children[0].id, FieldId(2));
  EXPECT_EQ(layout->leaves()[0].id, FieldId(3));
}

TEST(Layout, DecimalsTakeTheFewestBytes) {
  struct Case {
    int precision;
    Physical physical;
    int fixed_length;
  };
  for (const Case& given :
       {Case{1, Physical::kInt32, 0}, Case{9, Physical::kInt32, 0}, Case{10, Physical::kInt64, 0},
        Case{18, Physical::kInt64, 0}, Case{19, Physical::kFixed, 9}, Case{21, Physical::kFixed, 9},
        Case{22, Physical::kFixed, 10}, Case{38, Physical::kFixed, 16}}) {
    SCOPED_TRACE(given.precision);
    const auto layout = LayoutOf({Named("d", Type::Decimal(given.precision, 0))});
    EXPECT_EQ(layout->leaves()[0].physical, given.physical);
    EXPECT_EQ(layout->leaves()[0].fixed_length, given.fixed_length);
  }
}

TEST(Layout, DeepestAllowedNestingFitsTheLevels) {
  Type type = Type::Of(TypeKind::kLong);
  for (int i = 0; i < schema::kNestingMax; ++i) type = Type::List(Named("element", type));
  const auto layout = LayoutOf({Named("deep", type)});
  EXPECT_EQ(layout->leaves()[0].definition_max, 2 * schema::kNestingMax + 1);
  EXPECT_EQ(layout->leaves()[0].repetition_max, schema::kNestingMax);
}

}  // namespace
}  // namespace tarn::columns
