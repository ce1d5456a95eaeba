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
#include "lake/spilled_rows.h"
#include "lake/table_writer.h"
#include "os/faulty_files.h"

namespace tarn::lake {
namespace {

using columns::Layout;
using columns::testing::BatchOf;
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

constexpr const char* kSpillPath = "/spill";

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
    ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
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

/// A dictionary is written into each partition's file: few rows of one cost more than many do.
TEST(TableWriterMemory, StaysBelowItsLimitWithPartitionsOfUnequalSize) {
  constexpr int kLight = 120;
  constexpr int kRowsOfLight = 40;
  constexpr int kRowsOfHeavy = 10'000;
  const TableSchema schema = WideSchema(1);
  const auto layout = Layout::Make(schema);
  MemoryStore store;
  WriteOptions options;
  options.memory_bytes_max = 4 << 20;
  options.compression = codec::Compression::kNone;
  auto writer = TableWriter::Make(store, layout, ByPart(schema), kNaming, options);
  Random random(1);
  for (int round = 0; round < kRowsOfLight; ++round) {
    std::vector<Tree> rows;
    for (int i = 0; i < kLight + kRowsOfHeavy / kRowsOfLight; ++i) {
      Tree& row = rows.emplace_back(WideRow(random, i < kLight ? i : kLight, 1));
      row.children[1].integer = 0;
      row.children[2].bytes = Format("{:03000}", Below(random, 100));
    }
    ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
  }
  EXPECT_TRUE(store.objects.empty()) << "all rows waited";
  const auto files = (*writer)->Finish();
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), size_t{kLight} + 1) << "each partition has one file";
  EXPECT_LE((*writer)->memory_bytes_peak(), options.memory_bytes_max);
  EXPECT_GT((*writer)->memory_bytes_peak(), options.memory_bytes_max / 4);
}

/// Rows of many partitions that memory does not hold come back from the spill: a row group each.
TEST(TableWriterMemory, SpilledRowsMakeOneFileAPartition) {
  constexpr int kPartitions = 3000;
  constexpr int kRows = 24'000;
  const TableSchema schema = WideSchema(4);
  const auto layout = Layout::Make(schema);
  os::FaultyFiles disk;
  MemoryStore store;
  WriteOptions options;
  options.memory_bytes_max = 2 << 20;
  options.spill_files = &disk;
  options.spill_path = kSpillPath;
  std::map<int64_t, int64_t> rows_of_part;
  options.take_file = [&](const schema::DataFile& file) {
    rows_of_part[std::get<int64_t>(file.partition[0])] += file.record_count;
    EXPECT_EQ(file.split_offsets.size(), 1u);
  };
  auto writer = TableWriter::Make(store, layout, ByPart(schema), kNaming, options);
  Random random(1);
  for (int from = 0; from < kRows; from += 400) {
    std::vector<Tree> rows;
    for (int i = from; i < from + 400; ++i) {
      rows.push_back(WideRow(random, i * int64_t{7919} % kPartitions, 4));
    }
    ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
  }
  EXPECT_TRUE(disk.Stat(kSpillPath));
  const auto files = (*writer)->Finish();
  ASSERT_TRUE(files);
  EXPECT_TRUE(files->empty()) << "they were taken one by one";
  EXPECT_FALSE(disk.Stat(kSpillPath)) << "the spill is gone";
  EXPECT_EQ(store.objects.size(), size_t{kPartitions});
  EXPECT_LE((*writer)->memory_bytes_peak(), options.memory_bytes_max);
  EXPECT_EQ(rows_of_part.size(), size_t{kPartitions});
  for (const auto& [part, rows] : rows_of_part) ASSERT_EQ(rows, kRows / kPartitions) << part;
}

/// in       fail: after so many calls of the disk; 0: never
/// returns  whether all rows were written
Status WriteWithSpill(os::FaultyFiles* disk, uint64_t fail) {
  const TableSchema schema = WideSchema(2);
  const auto layout = Layout::Make(schema);
  MemoryStore store;
  WriteOptions options;
  options.memory_bytes_max = 200'000;
  options.spill_files = disk;
  options.spill_path = kSpillPath;
  auto writer = TableWriter::Make(store, layout, ByPart(schema), kNaming, options);
  if (fail != 0) disk->Fail({.call = disk->calls() + fail});
  Random random(5);
  for (int round = 0; round < 6; ++round) {
    std::vector<Tree> rows;
    for (int i = 0; i < 300; ++i) rows.push_back(WideRow(random, i, 2));
    TRY((*writer)->Append(BatchOf(layout, rows)));
  }
  TRY((*writer)->Finish());
  return {};
}

TEST(TableWriterMemory, ASpillThatFailsIsAnError) {
  os::FaultyFiles clean;
  const uint64_t before = clean.calls();
  ASSERT_TRUE(WriteWithSpill(&clean, 0));
  const uint64_t calls = clean.calls() - before;
  ASSERT_GT(calls, 100u);
  for (uint64_t fail = 1; fail < calls; fail += 1 + fail / 8) {  // the last call removes the file
    os::FaultyFiles disk;
    const Status written = WriteWithSpill(&disk, fail);
    ASSERT_FALSE(written) << fail;
    EXPECT_EQ(written.error().kind(), ErrorKind::kIo) << fail;
    EXPECT_FALSE(disk.Stat(kSpillPath)) << fail;
  }
  os::FaultyFiles taken;
  ASSERT_TRUE(taken.Open(kSpillPath, os::OpenMode::kCreateNew));
  EXPECT_EQ(WriteWithSpill(&taken, 0).error().kind(), ErrorKind::kConflict);
}

TEST(SpilledRows, ThatWereChangedOnDiskAreCorrupt) {
  const TableSchema schema = WideSchema(1);
  const auto layout = Layout::Make(schema);
  os::FaultyFiles disk;
  auto spilled = *SpilledRows::Make(disk, kSpillPath, layout);
  Random random(1);
  const std::vector<uint32_t> partitions = {3};
  ASSERT_TRUE(spilled->Add(BatchOf(layout, {WideRow(random, 3, 1)}), partitions));
  ASSERT_EQ(spilled->Read(3, 0)->batch.rows(), 1u);
  EXPECT_EQ(spilled->Read(4, 0)->batch.rows(), 0u);
  auto file = *disk.Open(kSpillPath, os::OpenMode::kReadWrite);
  uint64_t corrupt = 0;
  for (uint64_t at = 0; at < *file->Size(); ++at) {
    const std::string byte = *file->ReadAt(at, 1);
    ASSERT_TRUE(file->WriteAt(at, std::string(1, static_cast<char>(byte[0] ^ 1))));
    const auto read = spilled->Read(3, 0);
    if (read) {  // the byte belongs to another portion
      ASSERT_EQ(read->batch.rows(), 1u);
      ASSERT_EQ(read->partition_of_row, partitions);
    } else {
      ASSERT_EQ(read.error().kind(), ErrorKind::kCorrupt);
      ++corrupt;
    }
    ASSERT_TRUE(file->WriteAt(at, byte));
  }
  // The portion's index of four parts; its row's partition; three leaves with a header and a value.
  EXPECT_GE(corrupt, 4 * 24u + 4 + 3 * 40);
}

/// Partitions that have kSpillPartitionBytes each are worth a row group of their own.
TEST(TableWriterMemory, RowsOfFewPartitionsAreNotPutAside) {
  const TableSchema schema = WideSchema(1);
  const auto layout = Layout::Make(schema);
  os::FaultyFiles disk;
  MemoryStore store;
  WriteOptions options;
  options.memory_bytes_max = 8 << 20;
  options.spill_files = &disk;
  options.spill_path = kSpillPath;
  auto writer = TableWriter::Make(store, layout, ByPart(schema), kNaming, options);
  Random random(1);
  for (int from = 0; from < 3000; from += 100) {
    std::vector<Tree> rows;
    for (int i = from; i < from + 100; ++i) {
      rows.push_back(WideRow(random, i % 2, 1));
      rows.back().children[2].bytes = Format("{:04000}", i);
    }
    ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
  }
  EXPECT_FALSE(disk.Stat(kSpillPath));
  const auto files = (*writer)->Finish();
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 2u);
  for (const auto& file : *files) EXPECT_GT(file.split_offsets.size(), 1u) << "memory was full";
}

TEST(TableWriterMemory, EveryLimitGivesTheSameRowsInOrder) {
  const TableSchema schema = WideSchema(2);
  const auto layout = Layout::Make(schema);
  struct Limit {
    size_t memory;
    bool spills;
  };
  for (const auto& [memory, spills] :
       {Limit{1, false}, Limit{50'000, false}, Limit{400'000, false}, Limit{64 << 20, false},
        Limit{1, true}, Limit{50'000, true}, Limit{400'000, true}}) {
    SCOPED_TRACE(Format("{}, spills: {}", memory, spills));
    Random random(7);
    MemoryStore store;
    os::FaultyFiles disk;
    WriteOptions options;
    options.memory_bytes_max = memory;
    if (spills) options.spill_files = &disk;
    options.spill_path = kSpillPath;
    auto writer = TableWriter::Make(store, layout, ByPart(schema), kNaming, options);
    std::map<int64_t, std::vector<std::string>> expected;
    for (int round = 0; round < 10; ++round) {
      std::vector<Tree> rows;
      for (int i = 0; i < 200; ++i) {
        const auto part = static_cast<int64_t>(Below(random, 1 + Below(random, 40)));
        rows.push_back(WideRow(random, part, 2));
        expected[part].push_back(RowText(schema, rows.back()));
      }
      ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
    }
    EXPECT_EQ(disk.Stat(kSpillPath).has_value(), spills);
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
    ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
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
  ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
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
    EXPECT_TRUE((*writer)->Append(BatchOf(layout, rows)));
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
