#include "lake/row_order.h"

#include <gtest/gtest.h>
#include <parquet/metadata.h>

#include <cmath>
#include <map>

#include "columns/random_rows_testing.h"
#include "lake/memory_store_testing.h"
#include "lake/read_back_testing.h"
#include "lake/table_writer.h"

namespace tarn::lake {
namespace {

using columns::Batch;
using columns::Layout;
using columns::testing::AppendRows;
using columns::testing::Below;
using columns::testing::Random;
using columns::testing::RowText;
using columns::testing::Tree;
using schema::Field;
using schema::TableSchema;
using schema::Type;
using schema::TypeKind;

Field Named(std::string name, Type type) {
  return {.id = FieldId(0),
          .name = std::move(name),
          .required = false,
          .type = std::move(type),
          .doc = ""};
}

TableSchema SchemaOf(std::vector<Field> fields) {
  TableSchema schema;
  schema.fields = std::move(fields);
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

Tree Null() {
  Tree tree;
  tree.null = true;
  return tree;
}
Tree Integer(int64_t value) {
  Tree tree;
  tree.integer = value;
  return tree;
}
Tree Real(double value) {
  Tree tree;
  tree.real = value;
  return tree;
}
Tree Text(std::string value) {
  Tree tree;
  tree.bytes = std::move(value);
  return tree;
}
Tree Wide(schema::Int128 value) {
  Tree tree;
  tree.decimal = value;
  return tree;
}

TEST(RowOrder, FollowsTheOrderOfEachType) {
  const double nan = std::nan("");
  const struct {
    Type type;
    std::vector<Tree> values;
    SortColumn by;
    std::vector<uint32_t> order;
  } cases[] = {
      {Type::Of(TypeKind::kLong), {Integer(3), Null(), Integer(-1), Integer(3)}, {}, {1, 2, 0, 3}},
      {Type::Of(TypeKind::kLong),
       {Integer(3), Null(), Integer(-1), Integer(3)},
       {0, true, false},
       {0, 3, 2, 1}},
      {Type::Of(TypeKind::kDouble),
       {Real(nan), Real(0.0), Real(-0.0), Real(-INFINITY), Real(1)},
       {},
       {3, 2, 1, 4, 0}},
      {Type::Of(TypeKind::kString),
       {Text("b"), Text("\xc3\xa9"), Text(""), Text("ab")},
       {},
       {2, 3, 0, 1}},
      {Type::Decimal(30, 0), {Wide(5), Wide(-7), Wide(-300), Wide(0)}, {}, {2, 1, 3, 0}},
      {Type::Of(TypeKind::kBoolean), {Integer(1), Integer(0), Integer(1)}, {}, {1, 0, 2}},
  };
  for (const auto& [type, values, by, order] : cases) {
    const TableSchema schema = SchemaOf({Named("a", type)});
    std::vector<Tree> rows;
    for (const Tree& value : values) rows.emplace_back().children.push_back(value);
    Batch batch(Layout::Make(schema));
    AppendRows(rows, &batch);
    EXPECT_EQ(OrderRows(batch, std::vector{by}), order) << values.size();
  }
}

/// What the test knows of a row: its keys and its text.
struct Known {
  std::string name;
  int64_t number = 0;
};

TEST(RowOrder, RowGroupsAreSortedAndSayIt) {
  // Sorted by number, descending; then by name. A list shows that all of a row moves together.
  const TableSchema schema = SchemaOf(
      {Named("name", Type::Of(TypeKind::kString)), Named("number", Type::Of(TypeKind::kLong)),
       Named("list", Type::List(Named("element", Type::Of(TypeKind::kString)))),
       Named("unique", Type::Of(TypeKind::kString))});
  const auto layout = Layout::Make(schema);
  for (const char* partitioning : {"", "bucket(4, name)"}) {
    SCOPED_TRACE(partitioning);
    testing::MemoryStore store;
    WriteOptions options;
    options.row_group_rows_max = 1000;
    options.sort_by = {{.column = FieldId(2), .descending = true, .nulls_first = false},
                       {.column = FieldId(1)}};
    const auto spec = schema::ParsePartitionSpec(partitioning, schema);
    ASSERT_TRUE(spec);
    auto writer = TableWriter::Make(store, layout, *spec, {"t", "x"}, options);
    ASSERT_TRUE(writer) << writer.error().message();
    Random random(5);
    std::map<std::string, Known> known;  // by the row's text
    for (int round = 0; round < 6; ++round) {
      std::vector<Tree> rows;
      for (int i = 0; i < 500; ++i) {
        Tree& row = rows.emplace_back();
        const Known keys{Format("n{}", Below(random, 30)), static_cast<int64_t>(Below(random, 20))};
        Tree list;
        for (uint64_t j = Below(random, 4); j != 0; --j) list.children.push_back(Text("e"));
        row.children = {Text(keys.name), Integer(keys.number), list,
                        Text(Format("{}-{}", round, i))};
        known[RowText(schema, row)] = keys;
      }
      Batch batch(layout);
      AppendRows(rows, &batch);
      ASSERT_TRUE((*writer)->Append(batch));
    }
    const auto files = (*writer)->Finish();
    ASSERT_TRUE(files);
    size_t found = 0;
    for (const auto& [key, bytes] : store.objects) {
      const auto back = testing::ReadWhole(bytes);
      ASSERT_EQ(back.error, "");
      size_t row = 0;
      for (int group = 0; group < back.metadata->num_row_groups(); ++group) {
        const auto metadata = back.metadata->RowGroup(group);
        const auto sorted_by = metadata->sorting_columns();
        ASSERT_EQ(sorted_by.size(), 2u);
        EXPECT_EQ(sorted_by[0], (parquet::SortingColumn{1, true, false}));
        EXPECT_EQ(sorted_by[1], (parquet::SortingColumn{0, false, true}));
        for (int64_t i = 0; i < metadata->num_rows(); ++i, ++row) {
          ASSERT_TRUE(known.contains(back.rows[row])) << back.rows[row];
          if (i == 0) continue;
          const Known& before = known[back.rows[row - 1]];
          const Known& here = known[back.rows[row]];
          ASSERT_TRUE(before.number > here.number ||
                      (before.number == here.number && before.name <= here.name));
        }
      }
      found += back.rows.size();
    }
    EXPECT_EQ(found, known.size());
  }
}

TEST(RowOrder, ColumnsThatCannotBeSortedByAreRefused) {
  const TableSchema schema =
      SchemaOf({Named("list", Type::List(Named("element", Type::Of(TypeKind::kString))))});
  testing::MemoryStore store;
  WriteOptions options;
  options.sort_by = {{.column = FieldId(2)}};
  EXPECT_EQ(
      TableWriter::Make(store, Layout::Make(schema), {}, {"t", "x"}, options).error().message(),
      "sort_by: field id 2 is inside a list or map");
  options.sort_by = {{.column = FieldId(1)}};
  EXPECT_EQ(
      TableWriter::Make(store, Layout::Make(schema), {}, {"t", "x"}, options).error().message(),
      "sort_by: no column of a plain type has field id 1");
}

}  // namespace
}  // namespace tarn::lake
