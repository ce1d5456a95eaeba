#include "lake/bloom_filter.h"

#include <arrow/io/memory.h>
#include <gtest/gtest.h>
#include <parquet/bloom_filter.h>
#include <parquet/bloom_filter_reader.h>
#include <parquet/file_reader.h>

#include "columns/random_rows_testing.h"
#include "lake/memory_store_testing.h"
#include "lake/read_back_testing.h"
#include "lake/table_writer.h"

namespace tarn::lake {
namespace {

using columns::Batch;
using columns::Layout;
using columns::testing::AppendRows;
using columns::testing::Tree;
using schema::TableSchema;
using schema::Type;
using schema::TypeKind;

TableSchema LookUpSchema() {
  TableSchema schema;
  const auto add = [&](std::string name, Type type) {
    schema.fields.push_back({.id = FieldId(0),
                             .name = std::move(name),
                             .required = false,
                             .type = std::move(type),
                             .doc = ""});
  };
  add("user", Type::Of(TypeKind::kString));
  add("number", Type::Of(TypeKind::kLong));
  add("few", Type::Of(TypeKind::kInt));
  add("flag", Type::Of(TypeKind::kBoolean));
  add("id", Type::Of(TypeKind::kUuid));
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

Tree LookUpRow(int64_t i) {
  Tree row;
  row.children.resize(5);
  row.children[0].bytes = Format("user {}", i);
  row.children[1].integer = i * 1'000'003;
  row.children[2].integer = i % 7;
  row.children[4].bytes = Format("{:016}", i);
  row.children[4].null = i % 3 == 0;
  return row;
}

TEST(BloomFilter, SizesArePowersOfTwoWithinLimits) {
  EXPECT_EQ(BloomBytes(0), 32u);
  EXPECT_EQ(BloomBytes(20), 32u);
  EXPECT_EQ(BloomBytes(1000), 2048u);
  EXPECT_EQ(BloomBytes(1u << 30), kBloomBytesMax);
}

TEST(BloomFilter, ParquetCppFindsWhatIsThereAndSeldomMore) {
  constexpr int64_t kRows = 20'000;
  const auto layout = Layout::Make(LookUpSchema());
  testing::MemoryStore store;
  WriteOptions options;
  options.bloom_columns = {FieldId(1), FieldId(2), FieldId(3), FieldId(5)};
  auto writer = TableWriter::Make(store, layout, {}, {"t", "x"}, options);
  ASSERT_TRUE(writer) << writer.error().message();
  std::vector<Tree> rows;
  for (int64_t i = 0; i < kRows; ++i) rows.push_back(LookUpRow(i));
  Batch batch(layout);
  AppendRows(rows, &batch);
  ASSERT_TRUE((*writer)->Append(batch));
  ASSERT_TRUE((*writer)->Finish());
  const std::string& bytes = store.objects.begin()->second;
  EXPECT_EQ(testing::ReadWhole(bytes).rows.size(), static_cast<size_t>(kRows));
  auto reader = parquet::ParquetFileReader::Open(
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes)));
  auto filters = reader->GetBloomFilterReader().RowGroup(0);
  ASSERT_NE(filters, nullptr);
  const auto users = filters->GetColumnBloomFilter(0);
  const auto numbers = filters->GetColumnBloomFilter(1);
  const auto few = filters->GetColumnBloomFilter(2);
  const auto ids = filters->GetColumnBloomFilter(4);
  EXPECT_EQ(filters->GetColumnBloomFilter(3), nullptr);
  int wrong = 0;
  for (int64_t i = 0; i < 2 * kRows; ++i) {
    const Tree row = LookUpRow(i);
    const parquet::ByteArray user(row.children[0].bytes);
    const bool has_user = users->FindHash(users->Hash(&user));
    const bool has_number = numbers->FindHash(numbers->Hash(row.children[1].integer));
    if (i >= kRows) {
      wrong += has_user + has_number;
      continue;
    }
    ASSERT_TRUE(has_user && has_number) << i;
    ASSERT_TRUE(few->FindHash(few->Hash(static_cast<int32_t>(i % 7))));
    if (row.children[4].null) continue;
    const parquet::FLBA id(reinterpret_cast<const uint8_t*>(row.children[4].bytes.data()));
    ASSERT_TRUE(ids->FindHash(ids->Hash(&id, 16))) << i;
  }
  EXPECT_LT(wrong, 2 * kRows / 50);
  EXPECT_GT(wrong, 0);
}

TEST(BloomFilter, OfAColumnThatIsNotThereIsRefused) {
  const auto layout = Layout::Make(LookUpSchema());
  testing::MemoryStore store;
  WriteOptions options;
  options.bloom_columns = {FieldId(4)};
  EXPECT_EQ(TableWriter::Make(store, layout, {}, {"t", "x"}, options).error().message(),
            "bloom_columns: field id 4 is boolean");
  options.bloom_columns = {FieldId(9)};
  EXPECT_EQ(TableWriter::Make(store, layout, {}, {"t", "x"}, options).error().message(),
            "bloom_columns: no column of a plain type has field id 9");
}

}  // namespace
}  // namespace tarn::lake
