#include "catalog/iceberg/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/bytes.h"
#include "base/json.h"
#include "catalog/iceberg/manifest_schema.h"

namespace tarn::catalog::iceberg {
namespace {

using schema::Type;
using schema::TypeKind;
using schema::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

/// A table with a column of each primitive type, partitioned by all of them.
struct Everything {
  Everything() {
    std::vector<Type> types = {Type::Of(TypeKind::kBoolean),
                               Type::Of(TypeKind::kInt),
                               Type::Of(TypeKind::kLong),
                               Type::Of(TypeKind::kFloat),
                               Type::Of(TypeKind::kDouble),
                               Type::Decimal(9, 2),
                               Type::Decimal(38, 10),
                               Type::Of(TypeKind::kDate),
                               Type::Of(TypeKind::kTime),
                               Type::Of(TypeKind::kTimestamp),
                               Type::Of(TypeKind::kTimestampTz),
                               Type::Of(TypeKind::kString),
                               Type::Of(TypeKind::kUuid),
                               Type::Of(TypeKind::kUuid),
                               Type::Of(TypeKind::kBinary)};
    for (size_t i = 0; i < types.size(); ++i) {
      const auto id = static_cast<int32_t>(i + 1);
      table.fields.push_back({FieldId(id), Format("c {}", id), false, types[i], ""});
      spec.fields.push_back({FieldId(id), 999 + id, Format("c {}", id), {}});
    }
    context.schema = &table;
    context.spec = &spec;
    context.partition_types = *PartitionTypes(spec, std::span(&table, 1));
  }
  Everything(const Everything&) = delete;

  schema::TableSchema table;
  schema::PartitionSpec spec;
  ManifestContext context;
};

std::vector<Value> SomeValues() {
  return {true,
          int32_t{-7},
          int64_t{1} << 40,
          1.5F,
          -2.25,
          schema::Int128{-12345},
          schema::Int128{1} << 100,
          int32_t{20'600},
          int64_t{1},
          int64_t{-1},
          int64_t{1'700'000'000'000'000},
          std::string("a b/ü"),
          std::string("0123456789abcdef"),
          std::string(16, '\xff'),
          std::string("\0\1", 2)};
}

ManifestEntry SomeEntry(const std::string& path, std::vector<Value> partition) {
  ManifestEntry entry;
  entry.snapshot_id = 42;
  entry.file.path = path;
  entry.file.format = "PARQUET";
  entry.file.partition = std::move(partition);
  entry.file.record_count = 100;
  entry.file.size_bytes = 4096;
  entry.file.column_sizes = {{1, 10}, {2, 20}};
  entry.file.value_counts = {{1, 100}, {2, 100}};
  entry.file.null_counts = {{1, 0}, {2, 5}};
  entry.file.nan_counts = {{2, 1}};
  entry.file.lower_bounds = {{1, std::string(1, '\0')}};
  entry.file.upper_bounds = {{1, "\1"}, {2, "zzz"}};
  entry.file.split_offsets = {4, 2048};
  entry.file.sort_order_id = 0;
  return entry;
}

void ExpectEqual(const ManifestEntry& read, const ManifestEntry& written) {
  EXPECT_EQ(read.status, written.status);
  EXPECT_EQ(read.file.content, written.file.content);
  EXPECT_EQ(read.file.path, written.file.path);
  EXPECT_EQ(read.file.format, written.file.format);
  EXPECT_EQ(read.file.partition, written.file.partition);
  EXPECT_EQ(read.file.record_count, written.file.record_count);
  EXPECT_EQ(read.file.size_bytes, written.file.size_bytes);
  EXPECT_EQ(read.file.column_sizes, written.file.column_sizes);
  EXPECT_EQ(read.file.value_counts, written.file.value_counts);
  EXPECT_EQ(read.file.null_counts, written.file.null_counts);
  EXPECT_EQ(read.file.nan_counts, written.file.nan_counts);
  EXPECT_EQ(read.file.lower_bounds, written.file.lower_bounds);
  EXPECT_EQ(read.file.upper_bounds, written.file.upper_bounds);
  EXPECT_EQ(read.file.key_metadata, written.file.key_metadata);
  EXPECT_EQ(read.file.split_offsets, written.file.split_offsets);
  EXPECT_EQ(read.file.equality_ids, written.file.equality_ids);
  EXPECT_EQ(read.file.sort_order_id, written.file.sort_order_id);
}

ManifestFile Described(const Everything& everything, std::span<const ManifestEntry> entries,
                       const std::string& bytes) {
  ManifestFile manifest = DescribeManifest(everything.context, entries, "m.avro",
                                           static_cast<int64_t>(bytes.size()), 42);
  manifest.sequence_number = 3;
  return manifest;
}

TEST(Manifest, EntriesOfEveryPartitionTypeComeBack) {
  const Everything everything;
  ManifestEntry bare = SomeEntry("file:///bare", std::vector<Value>(15));
  bare.status = EntryStatus::kExisting;
  bare.snapshot_id = 7;
  bare.sequence_number = 1;
  bare.file_sequence_number = 2;
  bare.file.column_sizes.clear();
  bare.file.split_offsets.clear();
  bare.file.sort_order_id.reset();
  bare.file.key_metadata = "key";
  bare.file.equality_ids = {1, 2};
  const std::vector<ManifestEntry> entries = {SomeEntry("file:///full", SomeValues()), bare};
  const std::string bytes = *WriteManifest(everything.context, entries);
  const auto read = *ReadManifest(bytes, Described(everything, entries, bytes), everything.spec,
                                  everything.context.partition_types);
  ASSERT_THAT(read, SizeIs(2));
  ExpectEqual(read[0], entries[0]);
  ExpectEqual(read[1], entries[1]);
  EXPECT_EQ(read[0].sequence_number, 3);  // inherited
  EXPECT_EQ(read[0].file_sequence_number, 3);
  EXPECT_EQ(read[0].snapshot_id, 42);
  EXPECT_EQ(read[1].sequence_number, 1);
  EXPECT_EQ(read[1].file_sequence_number, 2);
  EXPECT_EQ(read[1].snapshot_id, 7);
}

TEST(Manifest, MetadataAndSchemaAreAsIcebergReadersNeedThem) {
  const Everything everything;
  const std::vector<ManifestEntry> entries = {SomeEntry("file:///a", SomeValues())};
  const AvroFile file = *AvroFile::Parse(*WriteManifest(everything.context, entries));
  EXPECT_EQ(file.metadata.at("format-version"), "2");
  EXPECT_EQ(file.metadata.at("content"), "data");
  EXPECT_EQ(file.metadata.at("schema-id"), "0");
  EXPECT_EQ(file.metadata.at("partition-spec-id"), "0");
  EXPECT_TRUE(Json::Parse(file.metadata.at("partition-spec"))->is_array());
  EXPECT_EQ(*Json::Parse(file.metadata.at("schema"))->GetInt("schema-id"), 0);
  EXPECT_TRUE(IsWrittenByTarn(file));
  const std::string text = file.metadata.at("avro.schema");
  EXPECT_THAT(text, HasSubstr(R"("name":"manifest_entry")"));
  EXPECT_THAT(text, HasSubstr(R"({"name":"content","type":"int","field-id":134})"));
  EXPECT_THAT(text, HasSubstr(R"("name":"c_x201")"));
  EXPECT_THAT(text, HasSubstr(R"("logicalType":"date")"));
  EXPECT_THAT(text, HasSubstr(R"("adjust-to-utc":true)"));
}

TEST(Manifest, EveryTruncationAndFlippedByteIsAnErrorOrHarmless) {
  const Everything everything;
  const std::vector<ManifestEntry> entries = {SomeEntry("file:///full", SomeValues())};
  const std::string bytes = *WriteManifest(everything.context, entries);
  const ManifestFile manifest = Described(everything, entries, bytes);
  const auto read = [&](std::string_view damaged) {
    return ReadManifest(damaged, manifest, everything.spec, everything.context.partition_types);
  };
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(read(std::string_view(bytes).substr(0, size))) << size;
  }
  const size_t checksum_key = bytes.find("tarn.xxh3");
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    const auto damaged = read(flipped);
    ASSERT_EQ(damaged.has_value(), at >= checksum_key && at < checksum_key + 9) << at;
  }
}

/// The same file as another writer makes it: not compressed, without a checksum.
/// in  rows_at: takes where the rows begin
std::string Plain(const AvroFile& file, size_t* rows_at) {
  std::string bytes("Obj\x01", 4);
  AppendZigZag(&bytes, 1);
  AppendAvroBytes(&bytes, "avro.schema");
  AppendAvroBytes(&bytes, file.metadata.at("avro.schema"));
  AppendZigZag(&bytes, 0);
  bytes += "0123456789abcdef";
  AppendZigZag(&bytes, file.blocks.at(0).rows);
  AppendAvroBytes(&bytes, file.blocks.at(0).bytes);
  *rows_at = bytes.size() - file.blocks.at(0).bytes.size();
  return bytes + "0123456789abcdef";
}

TEST(Manifest, DamageInFilesWithoutAChecksumNeverCrashes) {
  const Everything everything;
  const std::vector<ManifestEntry> entries = {SomeEntry("file:///full", SomeValues())};
  const std::string written = *WriteManifest(everything.context, entries);
  const ManifestFile manifest = Described(everything, entries, written);
  size_t rows_at = 0;
  const std::string bytes = Plain(*AvroFile::Parse(written), &rows_at);
  const auto read = [&](std::string_view damaged) {
    return ReadManifest(damaged, manifest, everything.spec, everything.context.partition_types);
  };
  ExpectEqual(read(bytes)->at(0), entries[0]);
  constexpr size_t kHeaderStep = 11;  // the schema's text is long, and JSON's parser has its tests
  for (size_t at = 0; at < bytes.size(); at += at < rows_at ? kHeaderStep : 1) {
    for (const char mask : {'\x01', '\x80', '\xff'}) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ mask);
      const auto damaged = read(flipped);
      EXPECT_TRUE(damaged || damaged.error().kind() != ErrorKind::kInternal);
    }
  }
}

TEST(Manifest, CountsThatDifferFromTheListsAreCorrupt) {
  const Everything everything;
  const std::vector<ManifestEntry> entries = {SomeEntry("file:///a", SomeValues())};
  const std::string bytes = *WriteManifest(everything.context, entries);
  ManifestFile manifest = Described(everything, entries, bytes);
  manifest.added_files = 2;
  const auto read =
      ReadManifest(bytes, manifest, everything.spec, everything.context.partition_types);
  EXPECT_EQ(read.error().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(read.error().message(), "the list tells of 2 added files, the manifest has 1");
}

TEST(Manifest, SummariesHoldBoundsNullsAndNans) {
  const Everything everything;
  std::vector<Value> low = SomeValues();
  std::vector<Value> high = SomeValues();
  low[1] = int32_t{-9};
  low[11] = Value();
  low[4] = std::numeric_limits<double>::quiet_NaN();
  const std::vector<ManifestEntry> entries = {SomeEntry("a", low), SomeEntry("b", high)};
  const ManifestFile manifest = DescribeManifest(everything.context, entries, "m", 1, 42);
  ASSERT_TRUE(manifest.partitions);
  const auto& summaries = *manifest.partitions;
  EXPECT_EQ(summaries[1].lower_bound, schema::ToIcebergBytes(Type::Of(TypeKind::kInt), low[1]));
  EXPECT_EQ(summaries[1].upper_bound, schema::ToIcebergBytes(Type::Of(TypeKind::kInt), high[1]));
  EXPECT_FALSE(summaries[1].contains_null);
  EXPECT_FALSE(summaries[1].contains_nan);
  EXPECT_TRUE(summaries[11].contains_null);
  EXPECT_EQ(summaries[4].contains_nan, true);
  EXPECT_EQ(summaries[4].lower_bound, summaries[4].upper_bound);
  EXPECT_EQ(manifest.added_files, 2);
  EXPECT_EQ(manifest.added_rows, 200);
}

TEST(Manifest, ASummaryThatWouldPruneEverythingIsLeftOut) {
  const Everything everything;
  std::vector<Value> nan = SomeValues();
  nan[4] = std::numeric_limits<double>::quiet_NaN();
  const std::vector<ManifestEntry> entries = {SomeEntry("a", nan)};
  EXPECT_FALSE(DescribeManifest(everything.context, entries, "m", 1, 42).partitions);
}

TEST(Manifest, ListsComeBack) {
  ManifestFile full;
  full.path = "file:///m1.avro";
  full.length = 5000;
  full.spec_id = 1;
  full.sequence_number = 7;
  full.min_sequence_number = 2;
  full.added_snapshot_id = INT64_MAX;
  full.added_files = 1;
  full.existing_files = 2;
  full.deleted_files = 3;
  full.added_rows = 10;
  full.existing_rows = 20;
  full.deleted_rows = 30;
  full.partitions = {{true, std::nullopt, "a", "b"}, {false, true, std::nullopt, std::nullopt}};
  ManifestFile bare;
  bare.path = "file:///m2.avro";
  bare.content = kContentDeletes;
  bare.partitions.emplace();
  bare.key_metadata = "key";
  const std::vector<ManifestFile> manifests = {full, bare};
  const auto read = *ReadManifestList(*WriteManifestList({42, 41, 7, {}}, manifests));
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[0].path, full.path);
  EXPECT_EQ(read[0].length, full.length);
  EXPECT_EQ(read[0].spec_id, full.spec_id);
  EXPECT_EQ(read[0].sequence_number, full.sequence_number);
  EXPECT_EQ(read[0].min_sequence_number, full.min_sequence_number);
  EXPECT_EQ(read[0].added_snapshot_id, full.added_snapshot_id);
  EXPECT_EQ(read[0].existing_files, full.existing_files);
  EXPECT_EQ(read[0].deleted_rows, full.deleted_rows);
  ASSERT_TRUE(read[0].partitions);
  ASSERT_THAT(*read[0].partitions, SizeIs(2));
  EXPECT_EQ(read[0].partitions->at(0).upper_bound, "b");
  EXPECT_EQ(read[0].partitions->at(1).contains_nan, true);
  EXPECT_EQ(read[1].content, kContentDeletes);
  EXPECT_EQ(read[1].key_metadata, "key");
  EXPECT_TRUE(read[1].partitions && read[1].partitions->empty());
  const AvroFile file = *AvroFile::Parse(*WriteManifestList({42, std::nullopt, 7, {}}, manifests));
  EXPECT_EQ(file.metadata.at("parent-snapshot-id"), "null");
  EXPECT_THAT(file.metadata.at("avro.schema"), HasSubstr(R"("name":"manifest_file")"));
}

TEST(Manifest, ColumnMetricsWithoutCountsAreNotMadeUp) {
  FileRecord record;
  record.path = "/bare/path.parquet";
  record.format = "parquet";
  record.lower_bounds = {{1, "a"}, {2, "b"}};
  record.value_counts = {{2, 10}};
  record.null_counts = {{2, 3}};
  const schema::DataFile file = *ToDataFile(record, 4);
  EXPECT_EQ(file.uri, "file:///bare/path.parquet");
  EXPECT_EQ(file.spec_id, 4);
  ASSERT_THAT(file.columns, SizeIs(1));
  EXPECT_EQ(file.columns[0].id, FieldId(2));
  EXPECT_EQ(file.columns[0].null_count, 3);
}

TEST(Manifest, FilesThatTarnDoesNotReadAreNamed) {
  FileRecord record;
  record.path = "file:///a.orc";
  record.format = "ORC";
  EXPECT_EQ(ToDataFile(record, 0).error().message(),
            "data file file:///a.orc is ORC; Tarn reads Parquet");
  record.format = "PARQUET";
  record.key_metadata = "key";
  EXPECT_EQ(ToDataFile(record, 0).error().kind(), ErrorKind::kUnsupported);
}

TEST(Manifest, LocationsBecomeUris) {
  EXPECT_EQ(NormalizeUri("/a/b"), "file:///a/b");
  EXPECT_EQ(NormalizeUri("file:/a/b"), "file:///a/b");
  EXPECT_EQ(NormalizeUri("file:///a/b"), "file:///a/b");
  EXPECT_EQ(NormalizeUri("s3://b/k"), "s3://b/k");
}

TEST(Manifest, NamesBecomeAvroNames) {
  EXPECT_EQ(AvroName("plain_1"), "plain_1");
  EXPECT_EQ(AvroName("1st"), "_1st");
  EXPECT_EQ(AvroName("a-b"), "a_x2Db");
  EXPECT_EQ(AvroName("ü"), "_xC3_xBC");
}

TEST(Manifest, DecimalsTakeTheLeastBytes) {
  EXPECT_EQ(DecimalBytes(1), 1);
  EXPECT_EQ(DecimalBytes(2), 1);
  EXPECT_EQ(DecimalBytes(3), 2);
  EXPECT_EQ(DecimalBytes(9), 4);
  EXPECT_EQ(DecimalBytes(10), 5);
  EXPECT_EQ(DecimalBytes(18), 8);
  EXPECT_EQ(DecimalBytes(38), 16);
}

}  // namespace
}  // namespace tarn::catalog::iceberg
