#include "lake/page_index.h"

#include <arrow/io/memory.h>
#include <gtest/gtest.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/page_index.h>

#include <cmath>

#include "columns/random_rows_testing.h"
#include "lake/parquet_file.h"
#include "lake/read_back_testing.h"

namespace tarn::lake {
namespace {

using columns::Batch;
using columns::Layout;
using columns::testing::AppendRows;
using columns::testing::Tree;
using schema::TableSchema;
using schema::Type;
using schema::TypeKind;

TableSchema OneColumn(Type type) {
  TableSchema schema;
  schema.fields.push_back(
      {.id = FieldId(1), .name = "a", .required = false, .type = std::move(type), .doc = ""});
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

/// A file of one column, 10 rows a page, and parquet-cpp's view of its page index.
struct Indexed {
  std::string bytes;
  std::unique_ptr<parquet::ParquetFileReader> reader;
  std::shared_ptr<parquet::ColumnIndex> columns;
  std::shared_ptr<parquet::OffsetIndex> offsets;
};

Indexed Index(const TableSchema& schema, const std::vector<Tree>& rows, int groups = 1) {
  const auto layout = Layout::Make(schema);
  WriteOptions options;
  options.page_rows_max = 10;
  ParquetFile file(layout, options.compression);
  ChunkEncoder encoder(options);
  for (int i = 0; i < groups; ++i) {
    Batch batch(layout);
    AppendRows(rows, &batch);
    EXPECT_TRUE(file.AddRowGroup(batch, &encoder));
  }
  file.Finish();
  Indexed indexed{.bytes = std::string(file.pending()), .reader = {}, .columns = {}, .offsets = {}};
  indexed.reader = parquet::ParquetFileReader::Open(
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(indexed.bytes)));
  const auto group = indexed.reader->GetPageIndexReader()->RowGroup(groups - 1);
  EXPECT_NE(group, nullptr);
  if (group == nullptr) return indexed;
  indexed.columns = group->GetColumnIndex(0);
  indexed.offsets = group->GetOffsetIndex(0);
  return indexed;
}

template <class F>
std::vector<Tree> Rows(int count, F&& fill) {
  std::vector<Tree> rows(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    rows[static_cast<size_t>(i)].children.emplace_back();
    fill(i, rows[static_cast<size_t>(i)].children[0]);
  }
  return rows;
}

TEST(PageIndex, SaysWhatEachPageHolds) {
  const TableSchema schema = OneColumn(Type::Of(TypeKind::kLong));
  for (const bool repeats : {true, false}) {  // with a dictionary, with none
    const auto rows = Rows(45, [&](int i, Tree& tree) {
      tree.null = i / 10 == 1 || i == 3;
      tree.integer = repeats ? i / 5 : int64_t{i} * i * 1'000'003;
    });
    const Indexed indexed = Index(schema, rows, 3);
    ASSERT_NE(indexed.columns, nullptr);
    const auto& columns = dynamic_cast<const parquet::Int64ColumnIndex&>(*indexed.columns);
    EXPECT_EQ(columns.null_pages(), (std::vector<bool>{false, true, false, false, false}));
    EXPECT_EQ(columns.null_counts(), (std::vector<int64_t>{1, 10, 0, 0, 0}));
    EXPECT_EQ(columns.boundary_order(), parquet::BoundaryOrder::Ascending);
    for (const size_t page : {0u, 2u, 3u, 4u}) {
      const size_t last = std::min<size_t>(44, page * 10 + 9);
      EXPECT_EQ(columns.min_values()[page], rows[page * 10].children[0].integer);
      EXPECT_EQ(columns.max_values()[page], rows[last].children[0].integer);
    }
    const auto& places = indexed.offsets->page_locations();
    ASSERT_EQ(places.size(), 5u);
    for (size_t i = 0; i < places.size(); ++i) {
      EXPECT_EQ(places[i].first_row_index, static_cast<int64_t>(i) * 10);
      if (i != 0) {
        EXPECT_EQ(places[i].offset, places[i - 1].offset + places[i - 1].compressed_page_size);
      }
    }
    const auto chunk = indexed.reader->metadata()->RowGroup(2)->ColumnChunk(0);
    EXPECT_EQ(places[0].offset, chunk->data_page_offset());
    EXPECT_EQ(testing::ReadWhole(indexed.bytes).rows.size(), 135u);
  }
}

TEST(PageIndex, CutsTextsAndKnowsTheirOrder) {
  const TableSchema schema = OneColumn(Type::Of(TypeKind::kString));
  const auto descending = Rows(30, [](int i, Tree& tree) {
    tree.bytes = std::string(1, static_cast<char>('z' - i / 10)) + std::string(70, 'x');
  });
  const Indexed indexed = Index(schema, descending);
  const auto& columns = dynamic_cast<const parquet::ByteArrayColumnIndex&>(*indexed.columns);
  EXPECT_EQ(columns.boundary_order(), parquet::BoundaryOrder::Descending);
  EXPECT_EQ(columns.encoded_min_values()[0], "z" + std::string(63, 'x'));
  EXPECT_EQ(columns.encoded_max_values()[0], "z" + std::string(62, 'x') + "y");

  const auto mixed =
      Rows(30, [](int i, Tree& tree) { tree.bytes = Format("{}", (i / 10 + 1) % 3); });
  EXPECT_EQ(Index(schema, mixed).columns->boundary_order(), parquet::BoundaryOrder::Unordered);
}

TEST(PageIndex, SignsOfDecimalsDoNotConfuseItsOrder) {
  const auto rows = Rows(30, [](int i, Tree& tree) { tree.decimal = i / 10 - 1; });
  const Indexed indexed = Index(OneColumn(Type::Decimal(30, 0)), rows);
  EXPECT_EQ(indexed.columns->boundary_order(), parquet::BoundaryOrder::Ascending);
}

TEST(PageIndex, AChunkWithAPageOfOnlyNanHasNoColumnIndex) {
  const auto rows = Rows(30, [](int i, Tree& tree) { tree.real = i < 10 ? std::nan("") : i; });
  const Indexed indexed = Index(OneColumn(Type::Of(TypeKind::kDouble)), rows);
  EXPECT_EQ(indexed.columns, nullptr);
  EXPECT_EQ(indexed.offsets->page_locations().size(), 3u);
}

TEST(PageIndex, PagesOfListsBeginWithARow) {
  const TableSchema schema = OneColumn(Type::List({.id = FieldId(0),
                                                   .name = "element",
                                                   .required = false,
                                                   .type = Type::Of(TypeKind::kInt),
                                                   .doc = ""}));
  const auto rows = Rows(25, [](int i, Tree& tree) {
    tree.children.resize(static_cast<size_t>(i % 4));
    for (Tree& child : tree.children) child.integer = i;
  });
  const Indexed indexed = Index(schema, rows);
  const auto& places = indexed.offsets->page_locations();
  ASSERT_EQ(places.size(), 3u);
  EXPECT_EQ(places[2].first_row_index, 20);
  const auto& columns = dynamic_cast<const parquet::Int32ColumnIndex&>(*indexed.columns);
  EXPECT_EQ(columns.min_values(), (std::vector<int32_t>{1, 10, 21}));
  EXPECT_EQ(columns.max_values(), (std::vector<int32_t>{9, 19, 23}));
  EXPECT_EQ(columns.null_counts(), (std::vector<int64_t>{3, 2, 2}));
}

}  // namespace
}  // namespace tarn::lake
