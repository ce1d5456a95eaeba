#include "catalog/iceberg/table_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/iceberg/metadata_builder.h"
#include "codec/compression.h"

namespace tarn::catalog::iceberg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

/// A small v2 document, with members that Tarn does not know.
constexpr const char* kDocument = R"({
  "format-version": 2, "table-uuid": "u", "location": "/warehouse/t/", "last-sequence-number": 4,
  "last-updated-ms": 1000, "last-column-id": 2, "current-schema-id": 1,
  "schemas": [
    {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "a", "required": true, "type": "int"}]},
    {"type": "struct", "schema-id": 1, "identifier-field-ids": [1], "fields": [
      {"id": 1, "name": "a", "required": true, "type": "int"},
      {"id": 2, "name": "b", "required": false, "type": "string", "doc": "why"}]}],
  "default-spec-id": 3, "partition-specs": [{"spec-id": 3, "fields": []}], "last-partition-id": 999,
  "default-sort-order-id": 1, "sort-orders": [{"order-id": 1, "fields": [{"x": 1}]}],
  "properties": {"p": "q"}, "current-snapshot-id": 20,
  "snapshots": [
    {"snapshot-id": 10, "sequence-number": 3, "timestamp-ms": 900, "manifest-list": "l10",
     "summary": {"operation": "append"}, "schema-id": 0},
    {"snapshot-id": 20, "parent-snapshot-id": 10, "sequence-number": 4, "timestamp-ms": 1000,
     "manifest-list": "l20", "summary": {"operation": "append", "k": "v"}, "schema-id": 1, "odd": true}],
  "snapshot-log": [{"snapshot-id": 10, "timestamp-ms": 900}, {"snapshot-id": 20, "timestamp-ms": 1000}],
  "metadata-log": [{"metadata-file": "m0", "timestamp-ms": 900}],
  "statistics": [{"snapshot-id": 10, "statistics-path": "s"}],
  "refs": {"main": {"type": "branch", "snapshot-id": 20, "max-ref-age-ms": 5},
           "keep": {"type": "tag", "snapshot-id": 10}},
  "someone-elses": {"deep": [1, 2.5]}
})";

constexpr const char* kUri = "file:///warehouse/t/metadata/00007-x.metadata.json";

TableMetadata Parsed(std::string_view text) {
  auto metadata = TableMetadata::Parse(kUri, text);
  EXPECT_TRUE(metadata) << metadata.error().message();
  return *std::move(metadata);
}

Json Document() { return *Json::Parse(kDocument); }

TEST(TableMetadata, IsReadAsItStands) {
  const TableMetadata metadata = Parsed(kDocument);
  EXPECT_EQ(metadata.location, "file:///warehouse/t");
  EXPECT_EQ(metadata.current_schema().fields.size(), 2U);
  EXPECT_EQ(metadata.default_spec().spec_id, 3);
  EXPECT_EQ(metadata.last_column_id, FieldId(2));
  EXPECT_EQ(metadata.properties.at("p"), "q");
  EXPECT_EQ(metadata.current, SnapshotId(20));
  EXPECT_EQ(metadata.FindSnapshot(SnapshotId(20))->parent, SnapshotId(10));
  EXPECT_EQ(metadata.FindSnapshot(SnapshotId(20))->summary.at("k"), "v");
  EXPECT_EQ(metadata.FindSnapshot(SnapshotId(30)), nullptr);
  EXPECT_EQ(metadata.refs.at("keep"), SnapshotId(10));
  EXPECT_THAT(metadata.Lineage(metadata.current), SizeIs(2));
}

TEST(TableMetadata, NoCurrentSnapshotIsWrittenInFourWays) {
  for (const char* current :
       {R"("current-snapshot-id": -1,)", R"("current-snapshot-id": null,)", ""}) {
    const std::string text =
        std::string(R"({"format-version": 2, "location": "/t", "last-updated-ms": 1,
        "last-column-id": 0, )") +
        current + R"("schemas": [{"type":"struct","schema-id":0,"fields":[]}],
        "partition-specs": [{"spec-id":0,"fields":[]}]})";
    EXPECT_FALSE(Parsed(text).current) << current;
  }
}

TEST(TableMetadata, FormatV1IsRead) {
  const TableMetadata metadata = Parsed(R"({"format-version": 1, "location": "file:/t",
      "last-updated-ms": 1, "last-column-id": 1,
      "schema": {"type":"struct","fields":[{"id":1,"name":"a","required":false,"type":"date"}]},
      "partition-spec": [{"name":"a","transform":"identity","source-id":1}],
      "current-snapshot-id": 5,
      "snapshots": [{"snapshot-id": 5, "timestamp-ms": 1, "manifest-list": "l"}]})");
  EXPECT_EQ(metadata.location, "file:///t");
  EXPECT_EQ(metadata.current_schema().fields.size(), 1U);
  EXPECT_EQ(metadata.default_spec().fields.at(0).field_id, 1000);
  EXPECT_EQ(metadata.FindSnapshot(SnapshotId(5))->sequence_number, 0);
}

TEST(TableMetadata, FormatV3IsRefusedByName) {
  Json json = Document();
  json.Set("format-version", 3);
  const auto refused = TableMetadata::Parse(kUri, json.Dump());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(refused.error().message(), "Iceberg format version 3 (Tarn reads 1 and 2)");
}

TEST(TableMetadata, GzipIsReadWhateverItsName) {
  const std::string packed = *codec::Compress(codec::Compression::kGzip, kDocument);
  EXPECT_EQ(Parsed(packed).uuid, "u");
}

TEST(TableMetadata, WhatMakesNoSenseIsCorrupt) {
  const auto kind = [](const std::string& text) {
    const auto metadata = TableMetadata::Parse(kUri, text);
    EXPECT_FALSE(metadata) << text;
    return metadata ? ErrorKind::kInternal : metadata.error().kind();
  };
  for (const char* text : {"", "{", "[]", "{}", "\x1f\x8bno gzip"}) {
    EXPECT_EQ(kind(text), ErrorKind::kCorrupt) << text;
  }
  for (const char* name : {"format-version", "location", "last-updated-ms", "last-column-id",
                           "schemas", "partition-specs"}) {
    Json json = Document();
    json.Set(name, nullptr);
    EXPECT_EQ(kind(json.Dump()), ErrorKind::kCorrupt) << name;
  }
  for (const char* name : {"current-schema-id", "default-spec-id", "current-snapshot-id"}) {
    Json json = Document();
    json.Set(name, 99);
    EXPECT_EQ(kind(json.Dump()), ErrorKind::kCorrupt) << name;
  }
}

TEST(TableMetadata, AnyFlippedByteIsAnErrorOrAnotherDocument) {
  const std::string text = Document().Dump();
  for (size_t at = 0; at < text.size(); ++at) {
    std::string flipped = text;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x04);
    const auto metadata = TableMetadata::Parse(kUri, flipped);
    EXPECT_TRUE(!metadata || metadata->FindSchema(metadata->current_schema_id) != nullptr);
  }
}

TEST(TableMetadata, ACircleOfParentsEnds) {
  Json json = Document();
  json.Set("snapshots", *Json::Parse(R"([{"snapshot-id":20,"parent-snapshot-id":20,
      "timestamp-ms":1,"manifest-list":"l"}])"));
  json.Set("refs", nullptr);
  const TableMetadata metadata = Parsed(json.Dump());
  EXPECT_THAT(metadata.Lineage(metadata.current), SizeIs(1));
}

TEST(TableMetadata, VersionsAreCountedByFileNames) {
  EXPECT_EQ(MetadataVersion("file:///t/metadata/00012-u.metadata.json"), 12);
  EXPECT_EQ(MetadataVersion("/t/metadata/v3.metadata.json"), 3);
  EXPECT_EQ(MetadataVersion("s3://b/metadata/abc.metadata.json"), 0);
}

TEST(MetadataBuilder, AnAppendKeepsEverythingItDoesNotChange) {
  const TableMetadata base = Parsed(kDocument);
  MetadataBuilder builder(base, 5000);
  builder.AddSnapshot({SnapshotId(30), "l30", {{"operation", "append"}}});
  builder.SetProperty("p2", "q2");
  const Json next = std::move(builder).Build(100);
  const TableMetadata metadata = Parsed(next.Dump());
  EXPECT_EQ(*next.Find("someone-elses"), *base.json.Find("someone-elses"));
  EXPECT_EQ(*next.Find("sort-orders"), *base.json.Find("sort-orders"));
  EXPECT_EQ(*next.Find("schemas"), *base.json.Find("schemas"));
  EXPECT_EQ(next.Find("snapshots")->as_array()[1], base.json.Find("snapshots")->as_array()[1]);
  EXPECT_EQ(*next.Find("refs")->Find("main")->GetInt("max-ref-age-ms"), 5);
  EXPECT_EQ(metadata.current, SnapshotId(30));
  EXPECT_EQ(metadata.refs.at("main"), SnapshotId(30));
  EXPECT_EQ(metadata.refs.at("keep"), SnapshotId(10));
  EXPECT_EQ(metadata.FindSnapshot(SnapshotId(30))->parent, SnapshotId(20));
  EXPECT_EQ(metadata.FindSnapshot(SnapshotId(30))->sequence_number, 5);
  EXPECT_EQ(metadata.FindSnapshot(SnapshotId(30))->schema_id, 1);
  EXPECT_EQ(metadata.last_updated_ms, 5000);
  EXPECT_EQ(metadata.properties.at("p"), "q");
  EXPECT_EQ(metadata.properties.at("p2"), "q2");
  ASSERT_THAT(metadata.log, SizeIs(2));
  EXPECT_EQ(metadata.log[1].location, kUri);
  EXPECT_EQ(metadata.log[1].timestamp_ms, 1000);
}

TEST(MetadataBuilder, ForgottenSnapshotsLeaveNoTrace) {
  const TableMetadata base = Parsed(kDocument);
  MetadataBuilder builder(base, 5000);
  builder.RemoveSnapshots({SnapshotId(10)});
  const Json next = std::move(builder).Build(1);
  EXPECT_THAT(next.Find("snapshots")->as_array(), SizeIs(1));
  EXPECT_THAT(next.Find("snapshot-log")->as_array(), SizeIs(1));
  EXPECT_THAT(next.Find("statistics")->as_array(), SizeIs(0));
  EXPECT_THAT(next.Find("metadata-log")->as_array(), SizeIs(1));
}

TEST(MetadataBuilder, ANewSchemaKeepsTheIdentifierAndRaisesTheLastId) {
  const TableMetadata base = Parsed(kDocument);
  MetadataBuilder builder(base, 5000);
  schema::TableSchema schema = base.current_schema();
  schema.schema_id = 2;
  schema.fields.push_back({FieldId(3), "c", false, schema::Type::Of(schema::TypeKind::kLong), ""});
  builder.SetSchema(schema, FieldId(3));
  const Json next = std::move(builder).Build(100);
  const TableMetadata metadata = Parsed(next.Dump());
  EXPECT_EQ(metadata.current_schema(), schema);
  EXPECT_EQ(metadata.last_column_id, FieldId(3));
  EXPECT_EQ(next.Find("schemas")->as_array()[2].Find("identifier-field-ids")->as_array()[0],
            Json(1));
}

TEST(MetadataBuilder, TimeNeverGoesBack) {
  const TableMetadata base = Parsed(kDocument);
  EXPECT_EQ(MetadataBuilder(base, 5).timestamp_ms(), 1001);
}

}  // namespace
}  // namespace tarn::catalog::iceberg
