// Memory of a writer with many partitions, and that files do not depend on the keys of hash tables.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "codec/checksum.h"
#include "columns/random_rows_testing.h"
#include "columns/value_hash.h"
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
using schema::TableSchema;
using schema::Type;
using schema::TypeKind;
using testing::MemoryStore;

const FileNaming kNaming = {.data_prefix = "t", .file_stem = "x"};

TableSchema WideSchema(int texts) {
  TableSchema schema;
  const auto add = [&](std::string name, TypeKind kind) {
    schema.fields.push_back({.id = FieldId(0),
                             .name = std::move(name),
                             .required = false,
                             .type = Type::Of(kind),
                             .doc = ""});
  };
  add("part", TypeKind::kLong);
  add("at", TypeKind::kTimestampTz);
  for (int i = 0; i < texts; ++i) add(Format("text{}", i), TypeKind::kString);
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

/// Every second text has few values.
Tree WideRow(Random& random, int64_t part, int texts) {
  Tree row;
  row.children.resize(static_cast<size_t>(texts) + 2);
  row.children[0].integer = part;
  row.children[1].integer = static_cast<int64_t>(Below(random, 1'000'000'000));
  for (int i = 0; i < texts; ++i) {
    row.children[static_cast<size_t>(i) + 2].bytes =
        i % 2 == 0 ? Format("{:060}", Below(random, 1000)) : Format("{:x}{:x}", random(), random());
  }
  return row;
}

schema::PartitionSpec ByPart(const TableSchema& schema) {
  return schema::ParsePartitionSpec("part", schema).value();
}

TEST(TableWriterMemory, StaysBelowItsLimitWithTenThousandPartitions) {
  constexpr int kTexts = 4;
  constexpr int kPartitions = 10'000;
  constexpr int kRows = 40'000;
  const TableSchema schema = WideSchema(kTexts);
  const auto layout = Layout::Make(schema);
  MemoryStore store;
  WriteOptions options;
  options.memory_bytes_max = 8 << 20;
  options.compression = codec::Compression::kNone;
  auto writer = TableWriter::Make(store, layout, ByPart(schema), kNaming, options);
  Random random(1);
  for (int from = 0; from < kRows; from += 400) {
    std::vector<Tree> rows;
    for (int i = from; i < from + 400; ++i) {
      rows.push_back(WideRow(random, i * int64_t{7919} % kPartitions, kTexts));
    }
    Batch batch(layout);
    AppendRows(rows, &batch);
    ASSERT_TRUE((*writer)->Append(batch));
  }
  const auto files = (*writer)->Finish();
  ASSERT_TRUE(files);
  EXPECT_LE((*writer)->memory_bytes_peak(), options.memory_bytes_max);
  EXPECT_GT((*writer)->memory_bytes_peak(), options.memory_bytes_max / 4);
  std::map<int64_t, int64_t> rows_of_part;
  for (const auto& file : *files) {
    rows_of_part[std::get<int64_t>(file.partition[0])] += file.record_count;
  }
  EXPECT_EQ(rows_of_part.size(), static_cast<size_t>(kPartitions));
  for (const auto& [part, rows] : rows_of_part) ASSERT_EQ(rows, kRows / kPartitions) << part;
  EXPECT_GT(files->size(), static_cast<size_t>(kPartitions));  // some ended early
}

TEST(TableWriterMemory, EveryLimitGivesTheSameRowsInOrder) {
  const TableSchema schema = WideSchema(2);
  const auto layout = Layout::Make(schema);
  for (const size_t memory : {size_t{1}, size_t{50'000}, size_t{400'000}, size_t{64} << 20}) {
    SCOPED_TRACE(memory);
    Random random(7);
    MemoryStore store;
    WriteOptions options;
    options.memory_bytes_max = memory;
    auto writer = TableWriter::Make(store, layout, ByPart(schema), kNaming, options);
    std::map<int64_t, std::vector<std::string>> expected;
    for (int round = 0; round < 10; ++round) {
      std::vector<Tree> rows;
      for (int i = 0; i < 200; ++i) {
        const auto part = static_cast<int64_t>(Below(random, 1 + Below(random, 40)));
        rows.push_back(WideRow(random, part, 2));
        expected[part].push_back(RowText(schema, rows.back()));
      }
      Batch batch(layout);
      AppendRows(rows, &batch);
      ASSERT_TRUE((*writer)->Append(batch));
    }
    const auto files = (*writer)->Finish();
    ASSERT_TRUE(files);
    std::map<int64_t, std::vector<std::string>> found;
    for (const auto& file : *files) {  // in the order in which they were put
      auto& rows = found[std::get<int64_t>(file.partition[0])];
      const auto back = testing::ReadWhole(store.objects.at(file.uri.substr(10)));
      rows.insert(rows.end(), back.rows.begin(), back.rows.end());
    }
    EXPECT_EQ(found, expected);
  }
}

TEST(TableWriterMemory, AHeavyPartitionFillsRowGroupsByItself) {
  const TableSchema schema = WideSchema(1);
  const auto layout = Layout::Make(schema);
  MemoryStore store;
  WriteOptions options;
  options.row_group_rows_max = 300;
  auto writer = TableWriter::Make(store, layout, ByPart(schema), kNaming, options);
  Random random(3);
  for (int round = 0; round < 40; ++round) {
    std::vector<Tree> rows;
    for (int i = 0; i < 100; ++i) rows.push_back(WideRow(random, i < 90 ? 0 : i, 1));
    Batch batch(layout);
    AppendRows(rows, &batch);
    ASSERT_TRUE((*writer)->Append(batch));
  }
  const auto files = (*writer)->Finish();
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 11u);
  for (const auto& file : *files) {
    const bool is_heavy = file.partition[0] == schema::Value(int64_t{0});
    EXPECT_EQ(file.record_count, is_heavy ? 3600 : 40);
    EXPECT_LE(file.split_offsets.size(), is_heavy ? 13u : 2u);
  }
}

TEST(TableWriterMemory, MorePartitionsThanFilesMayBeOpen) {
  const TableSchema schema = WideSchema(1);
  const auto layout = Layout::Make(schema);
  MemoryStore store;
  WriteOptions options;
  options.partitions_max = 5;
  auto writer = TableWriter::Make(store, layout, ByPart(schema), kNaming, options);
  Random random(3);
  std::vector<Tree> rows;
  for (int i = 0; i < 100; ++i) rows.push_back(WideRow(random, i % 50, 1));
  Batch batch(layout);
  AppendRows(rows, &batch);
  ASSERT_TRUE((*writer)->Append(batch));
  const auto files = (*writer)->Finish();
  ASSERT_TRUE(files);
  EXPECT_EQ(files->size(), 50u);
}

/// A hash of all files of some rows with many repeated values and many partitions.
uint64_t DigestOfFiles() {
  const TableSchema schema = WideSchema(4);
  const auto layout = Layout::Make(schema);
  MemoryStore store;
  WriteOptions options;
  options.memory_bytes_max = 2 << 20;
  auto writer = TableWriter::Make(store, layout, ByPart(schema), kNaming, options);
  Random random(11);
  for (int round = 0; round < 5; ++round) {
    std::vector<Tree> rows;
    for (int i = 0; i < 2000; ++i) {
      rows.push_back(WideRow(random, static_cast<int64_t>(Below(random, 30)), 4));
    }
    Batch batch(layout);
    AppendRows(rows, &batch);
    EXPECT_TRUE((*writer)->Append(batch));
  }
  EXPECT_TRUE((*writer)->Finish());
  uint64_t digest = 0;
  for (const auto& [key, bytes] : store.objects) {
    digest = codec::Xxh3(bytes, codec::Xxh3(key, digest));
  }
  return digest;
}

constexpr const char* kPrintDigest = "TARN_TEST_PRINT_DIGEST";

/// What this test prints in a process of its own.
std::string RunInAnotherProcess() {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  const std::string command =
      Format("{}=1 '{}' --gtest_filter=TableWriterMemory.FilesDoNotDependOnHashKeys", kPrintDigest,
             program);
  FILE* const pipe = popen(command.c_str(), "r");
  std::string output;
  for (int byte = fgetc(pipe); byte != EOF; byte = fgetc(pipe)) {
    output.push_back(static_cast<char>(byte));
  }
  EXPECT_EQ(pclose(pipe), 0);
  const size_t at = output.find("digest ");
  return at == std::string::npos ? output : output.substr(at, output.find('\n', at) - at);
}

TEST(TableWriterMemory, FilesDoNotDependOnHashKeys) {
  const std::string digest = Format("{:016x}", DigestOfFiles());
  const std::string keys = Format("{:016x}", columns::ProcessHashKeys().word[0]);
  if (std::getenv(kPrintDigest) != nullptr) {
    std::printf("digest %s keys %s\n", digest.c_str(), keys.c_str());
    return;
  }
  for (int i = 0; i < 2; ++i) {
    const std::string other = RunInAnotherProcess();
    EXPECT_TRUE(other.starts_with(Format("digest {} keys ", digest))) << other;
    EXPECT_FALSE(other.ends_with(keys)) << other;
  }
}

}  // namespace
}  // namespace tarn::lake
