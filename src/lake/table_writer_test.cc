#include "lake/table_writer.h"

#include <gtest/gtest.h>

#include <set>

#include "columns/random_rows_testing.h"
#include "lake/memory_store_testing.h"
#include "lake/read_back_testing.h"

namespace tarn::lake {
namespace {

using columns::Batch;
using columns::Layout;
using columns::testing::BatchOf;
using columns::testing::Below;
using columns::testing::Random;
using columns::testing::RandomLimits;
using columns::testing::RowText;
using columns::testing::Tree;
using schema::PartitionSpec;
using schema::TableSchema;
using schema::Type;
using schema::TypeKind;
using testing::MemoryStore;

const FileNaming kNaming = {.data_prefix = "db/t/data", .file_stem = "n1-0-7"};

TableSchema TwoColumns() {
  TableSchema schema;
  schema.fields.push_back({.id = FieldId(1),
                           .name = "name",
                           .required = false,
                           .type = Type::Of(TypeKind::kString),
                           .doc = ""});
  schema.fields.push_back({.id = FieldId(2),
                           .name = "at",
                           .required = false,
                           .type = Type::Of(TypeKind::kTimestampTz),
                           .doc = ""});
  return schema;
}

Tree Row(std::string name, int64_t at) {
  Tree row;
  row.children.resize(2);
  row.children[0].bytes = std::move(name);
  row.children[1].integer = at;
  return row;
}

/// All rows of all files, sorted; and each file as the store has it is as described.
std::vector<std::string> RowsOf(const MemoryStore& store, const schema::DataFiles& files) {
  std::vector<std::string> rows;
  for (const auto& file : files) {
    const std::string key = file.uri.substr(std::string("memory:///").size());
    const auto object = store.objects.find(key);
    EXPECT_NE(object, store.objects.end()) << key;
    if (object == store.objects.end()) continue;
    EXPECT_EQ(static_cast<int64_t>(object->second.size()), file.size_bytes);
    const auto back = testing::ReadWhole(object->second);
    EXPECT_EQ(back.error, "");
    EXPECT_EQ(static_cast<int64_t>(back.rows.size()), file.record_count);
    rows.insert(rows.end(), back.rows.begin(), back.rows.end());
  }
  std::ranges::sort(rows);
  return rows;
}

PartitionSpec Spec(std::string_view text, const TableSchema& schema) {
  auto spec = schema::ParsePartitionSpec(text, schema);
  EXPECT_TRUE(spec) << spec.error().message();
  return *spec;
}

TEST(TableWriter, PutsAFilePerPartition) {
  const TableSchema schema = TwoColumns();
  const auto layout = Layout::Make(schema);
  MemoryStore store;
  auto writer = TableWriter::Make(store, layout, Spec("name, day(at) as d", schema), kNaming, {});
  ASSERT_TRUE(writer);
  Tree nameless = Row("", 5);
  nameless.children[0].null = true;
  const int64_t day = 86'400'000'000;
  ASSERT_TRUE((*writer)->Append(BatchOf(layout, {Row("start", 3), Row("stop/x", day), nameless})));
  ASSERT_TRUE((*writer)->Append(BatchOf(layout, {Row("start", 4), Row("start", day)})));
  const auto files = (*writer)->Finish();
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 4u);
  EXPECT_EQ((*files)[0].uri, "memory:///db/t/data/name=start/d=1970-01-01/n1-0-7-00000.parquet");
  EXPECT_EQ((*files)[0].record_count, 2);
  EXPECT_EQ((*files)[0].partition, (std::vector<schema::Value>{std::string("start"), 0}));
  EXPECT_EQ((*files)[1].uri, "memory:///db/t/data/name=stop%2Fx/d=1970-01-02/n1-0-7-00001.parquet");
  EXPECT_EQ(
      (*files)[2].uri,
      "memory:///db/t/data/name=__HIVE_DEFAULT_PARTITION__/d=1970-01-01/n1-0-7-00002.parquet");
  EXPECT_EQ((*files)[3].uri, "memory:///db/t/data/name=start/d=1970-01-02/n1-0-7-00003.parquet");
  EXPECT_EQ(store.objects.size(), 4u);
  EXPECT_EQ(RowsOf(store, *files).size(), 5u);
}

TEST(TableWriter, DirectoriesNameHoursBucketsAndTruncatedValues) {
  const TableSchema schema = TwoColumns();
  const auto layout = Layout::Make(schema);
  MemoryStore store;
  auto writer = TableWriter::Make(
      store, layout, Spec("hour(at), bucket(16, name) as b, truncate(4, name)", schema), kNaming,
      {});
  ASSERT_TRUE(writer);
  const int64_t at = 1'795'250'921'000'000;  // 2026-11-21T08:48:41Z
  ASSERT_TRUE((*writer)->Append(BatchOf(layout, {Row("iceberg", at), Row("iceberg", at + 1)})));
  const auto files = (*writer)->Finish();
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 1u);
  // The spec's hash of "iceberg" is 1210000089, which is 9 of 16.
  EXPECT_EQ((*files)[0].uri,
            "memory:///db/t/data/at_hour=2026-11-21-08/b=9/name_trunc=iceb/n1-0-7-00000.parquet");
  EXPECT_EQ((*files)[0].partition,
            (std::vector<schema::Value>{int32_t{498'680}, int32_t{9}, std::string("iceb")}));
  EXPECT_EQ(RowsOf(store, *files).size(), 2u);
}

TEST(TableWriter, NoRowsPutNothing) {
  const auto layout = Layout::Make(TwoColumns());
  MemoryStore store;
  auto writer = TableWriter::Make(store, layout, {}, kNaming, {});
  ASSERT_TRUE((*writer)->Append(Batch(layout)));
  EXPECT_EQ((*writer)->Finish()->size(), 0u);
  EXPECT_TRUE(store.objects.empty());
}

TEST(TableWriter, UnpartitionedFilesLieUnderThePrefix) {
  const auto layout = Layout::Make(TwoColumns());
  for (const std::string prefix : {"", "data"}) {
    MemoryStore store;
    auto writer = TableWriter::Make(store, layout, {}, {prefix, "x"}, {});
    ASSERT_TRUE((*writer)->Append(BatchOf(layout, {Row("a", 1)})));
    ASSERT_TRUE((*writer)->Finish());
    EXPECT_EQ(store.objects.begin()->first,
              prefix.empty() ? "x-00000.parquet" : "data/x-00000.parquet");
  }
}

TEST(TableWriter, RandomRowsSurviveEveryLimit) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    Random random(seed);
    const RandomLimits limits{.distinct_max = 6};
    TableSchema schema = TwoColumns();
    for (auto& field : columns::testing::RandomSchema(random, limits).fields) {
      field.id = FieldId(0);
      schema.fields.push_back(std::move(field));
    }
    schema::AssignFieldIds(FieldId(1000), &schema.fields);
    const auto layout = Layout::Make(schema);
    WriteOptions options;
    options.row_group_rows_max = 1 + Below(random, 200);
    if (seed % 3 == 0) options.row_group_bytes_max = 1 + Below(random, 5000);
    if (seed % 4 == 0) options.memory_bytes_max = Below(random, 300'000);
    if (seed % 5 == 0) options.file_bytes_max = 1 + Below(random, 10'000);
    MemoryStore store;
    const auto spec = seed % 6 == 0 ? PartitionSpec() : Spec("name, day(at)", schema);
    auto writer = TableWriter::Make(store, layout, spec, kNaming, options);
    ASSERT_TRUE(writer);
    std::vector<std::string> expected;
    for (int round = 0; round < 5; ++round) {
      std::vector<Tree> rows;
      const uint64_t count = Below(random, 300);
      for (uint64_t i = 0; i < count; ++i) {
        rows.push_back(columns::testing::RandomRow(random, schema, limits));
        expected.push_back(RowText(schema, rows.back()));
      }
      const Status appended = (*writer)->Append(BatchOf(layout, rows));
      ASSERT_TRUE(appended) << appended.error().message();
    }
    const auto files = (*writer)->Finish();
    ASSERT_TRUE(files) << files.error().message();
    std::ranges::sort(expected);
    EXPECT_EQ(RowsOf(store, *files), expected);
    for (const auto& file : *files) {
      for (const auto& metrics : file.columns) EXPECT_GE(metrics.value_count, file.record_count);
    }
  }
}

/// The rows of each partition, as its files have them one after the other.
std::map<std::string, std::vector<std::string>> RowsOfDirectories(const MemoryStore& store,
                                                                  const schema::DataFiles& files) {
  std::map<std::string, std::vector<std::string>> rows;
  for (const auto& file : files) {
    const auto back = testing::ReadWhole(store.objects.at(file.uri.substr(10)));
    auto& of_directory = rows[file.uri.substr(0, file.uri.rfind('/'))];
    of_directory.insert(of_directory.end(), back.rows.begin(), back.rows.end());
  }
  return rows;
}

TEST(TableWriter, RowsMadeInItComeOutAsAppendedOnesDo) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    Random random(seed);
    const auto layout = Layout::Make(TwoColumns());
    WriteOptions options;
    options.row_group_rows_max = 1 + Below(random, 100);
    if (seed % 3 == 0) options.row_group_bytes_max = 1 + Below(random, 2000);
    if (seed % 4 == 0) options.memory_bytes_max = Below(random, 30'000);
    const auto spec = seed % 2 == 0 ? PartitionSpec() : Spec("name", layout->schema());
    MemoryStore made_in;
    MemoryStore appended;
    auto writer = TableWriter::Make(made_in, layout, spec, kNaming, options);
    auto other = TableWriter::Make(appended, layout, spec, kNaming, {});
    for (int64_t at = 0; at < 2000;) {
      Batch* const batch = *(*writer)->Rows();
      const uint64_t count = 1 + Below(random, std::min<uint64_t>((*writer)->rows_left(), 70));
      std::vector<Tree> rows;
      for (uint64_t i = 0; i < count; ++i) {
        rows.push_back(Row(Format("{}", Below(random, 1 + Below(random, 5))), at++));
      }
      AppendRows(rows, batch);
      ASSERT_TRUE((*other)->Append(BatchOf(layout, rows)));
      if (Below(random, 10) != 0) continue;
      const std::vector<Tree> more(3, Row("more", at));  // both ways in turn
      ASSERT_TRUE((*writer)->Append(BatchOf(layout, more)));
      ASSERT_TRUE((*other)->Append(BatchOf(layout, more)));
    }
    const auto files = (*writer)->Finish();
    ASSERT_TRUE(files) << files.error().message();
    EXPECT_EQ(RowsOfDirectories(made_in, *files), RowsOfDirectories(appended, *(*other)->Finish()));
    for (const auto& file : *files) {
      EXPECT_GE(file.split_offsets.size() * options.row_group_rows_max,
                static_cast<size_t>(file.record_count));
    }
  }
}

TEST(TableWriter, RowsMadeInItFillRowGroups) {
  const auto layout = Layout::Make(TwoColumns());
  MemoryStore store;
  WriteOptions options;
  options.row_group_rows_max = 100;
  auto writer = TableWriter::Make(store, layout, {}, kNaming, options);
  for (int64_t at = 0; at < 1050;) {
    Batch* const batch = *(*writer)->Rows();
    std::vector<Tree> rows;
    for (size_t left = std::min<size_t>((*writer)->rows_left(), 30); left != 0; --left) {
      rows.push_back(Row("a", at++));
    }
    AppendRows(rows, batch);
  }
  const auto files = (*writer)->Finish();
  ASSERT_EQ(files->size(), 1u);
  EXPECT_EQ((*files)[0].split_offsets.size(),
            static_cast<size_t>((*files)[0].record_count + 99) / 100);
}

TEST(TableWriter, RowGroupsAreCutByRows) {
  const auto layout = Layout::Make(TwoColumns());
  MemoryStore store;
  WriteOptions options;
  options.row_group_rows_max = 100;
  auto writer = TableWriter::Make(store, layout, {}, kNaming, options);
  std::vector<Tree> rows;
  for (int i = 0; i < 250; ++i) rows.push_back(Row("a", i));
  ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
  ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
  const auto files = (*writer)->Finish();
  ASSERT_EQ(files->size(), 1u);
  EXPECT_EQ((*files)[0].split_offsets.size(), 5u);
  EXPECT_EQ((*files)[0].record_count, 500);
}

TEST(TableWriter, RowGroupsAreCutByBytes) {
  const auto layout = Layout::Make(TwoColumns());
  MemoryStore store;
  WriteOptions options;
  options.row_group_bytes_max = 100'000;
  options.compression = codec::Compression::kNone;
  auto writer = TableWriter::Make(store, layout, {}, kNaming, options);
  std::vector<Tree> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back(Row(Format("{:01000}", i), i));
  ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
  const auto files = (*writer)->Finish();
  const auto& offsets = (*files)[0].split_offsets;
  ASSERT_GE(offsets.size(), 10u);
  for (size_t i = 1; i < offsets.size(); ++i) EXPECT_LT(offsets[i] - offsets[i - 1], 110'000);
}

TEST(TableWriter, ABatchOfARowGroupKeepsItsOrder) {
  const auto layout = Layout::Make(TwoColumns());
  MemoryStore store;
  WriteOptions options;
  options.row_group_rows_max = 100;
  auto writer = TableWriter::Make(store, layout, {}, kNaming, options);
  std::vector<Tree> rows;
  std::vector<std::string> expected;
  for (int i = 0; i < 80; ++i) {
    rows.push_back(Row(Format("{}", i), i));
    expected.push_back(RowText(layout->schema(), rows.back()));
  }
  ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
  const auto files = (*writer)->Finish();
  EXPECT_EQ(testing::ReadWhole(store.objects.begin()->second).rows, expected);
}

TEST(TableWriter, AFullFileIsPutAndTheNextBegins) {
  const auto layout = Layout::Make(TwoColumns());
  MemoryStore store;
  WriteOptions options;
  options.row_group_rows_max = 50;
  options.file_bytes_max = 1;
  auto writer = TableWriter::Make(store, layout, {}, kNaming, options);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE((*writer)->Append(BatchOf(layout, std::vector<Tree>(50, Row("a", i)))));
    EXPECT_EQ(store.objects.size(), static_cast<size_t>(i + 1));
  }
  EXPECT_EQ((*writer)->Finish()->size(), 3u);
}

TEST(TableWriter, MemoryOverTheLimitGoesToTheStore) {
  const auto layout = Layout::Make(TwoColumns());
  MemoryStore store;
  WriteOptions options;
  options.memory_bytes_max = 100'000;
  options.compression = codec::Compression::kNone;
  auto writer = TableWriter::Make(store, layout, {}, kNaming, options);
  Random random(1);
  std::vector<std::string> expected;
  for (int i = 0; i < 40; ++i) {
    std::vector<Tree> rows;
    for (int j = 0; j < 100; ++j) {
      rows.push_back(Row(Format("{}-{}", random(), random()), j));
      expected.push_back(RowText(layout->schema(), rows.back()));
    }
    ASSERT_TRUE((*writer)->Append(BatchOf(layout, rows)));
  }
  EXPECT_EQ(store.uploads, 1);
  const auto files = (*writer)->Finish();
  std::ranges::sort(expected);
  EXPECT_EQ(RowsOf(store, *files), expected);
}

TEST(TableWriter, AFailedPutEndsTheAttempt) {
  const auto layout = Layout::Make(TwoColumns());
  MemoryStore store;
  store.puts_until_failure = 1;
  auto writer = TableWriter::Make(store, layout, Spec("name", layout->schema()), kNaming, {});
  ASSERT_TRUE((*writer)->Append(BatchOf(layout, {Row("a", 1), Row("b", 2), Row("c", 3)})));
  for (int i = 0; i < 2; ++i) {
    const auto files = (*writer)->Finish();
    ASSERT_FALSE(files);
    EXPECT_EQ(files.error().kind(), ErrorKind::kUnavailable);
    EXPECT_EQ(files.error().message(),
              "putting db/t/data/name=b/n1-0-7-00001.parquet: the store is away");
  }
  EXPECT_FALSE((*writer)->Append(BatchOf(layout, {Row("a", 1)})));
  EXPECT_EQ(store.objects.size(), 1u);
  EXPECT_EQ(store.puts, 2);
}

TEST(TableWriter, AnExistingFileIsNeverReplaced) {
  const auto layout = Layout::Make(TwoColumns());
  MemoryStore store;
  store.objects["db/t/data/n1-0-7-00000.parquet"] = "old";
  auto writer = TableWriter::Make(store, layout, {}, kNaming, {});
  ASSERT_TRUE((*writer)->Append(BatchOf(layout, {Row("a", 1)})));
  const auto files = (*writer)->Finish();
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(store.objects.begin()->second, "old");
}

TEST(TableWriter, RefusesOptionsThatCannotBe) {
  const auto layout = Layout::Make(TwoColumns());
  MemoryStore store;
  WriteOptions lz4;
  lz4.compression = codec::Compression::kLz4;
  EXPECT_EQ(TableWriter::Make(store, layout, {}, kNaming, lz4).error().message(),
            "Parquet files are compressed with zstd, snappy, gzip or none");
  WriteOptions no_rows;
  no_rows.row_group_rows_max = 0;
  EXPECT_EQ(TableWriter::Make(store, layout, {}, kNaming, no_rows).error().message(),
            "row_group_rows_max must be at least 1");
}

}  // namespace
}  // namespace tarn::lake
