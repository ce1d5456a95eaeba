// The catalog as its callers see it: databases, tables, snapshots, streams.
#include "catalog/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/catalog_testing.h"

namespace tarn::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

schema::Field Optional(const char* name, schema::Type type) {
  return {FieldId(0), name, false, std::move(type), ""};
}

TEST(Catalog, ANewTableHasItsDatabaseItsLocationAndNoSnapshot) {
  Lake lake;
  auto catalog = lake.Open();
  const Table made = Must(catalog->CreateTable(EventsTable()));
  EXPECT_EQ(made.location, "file://" + lake.directory + "/buckets/lake/default/events");
  EXPECT_EQ(made.schema.LastFieldId(), FieldId(3));
  EXPECT_EQ(made.spec.fields.at(1).name, "d");
  EXPECT_FALSE(made.current);
  EXPECT_THAT(Must(catalog->ListDatabases()), ElementsAre("default"));
  EXPECT_THAT(Must(catalog->ListTables("default")), ElementsAre(kEvents));
  const Table loaded = Must(lake.Open()->LoadTable(kEvents));
  EXPECT_EQ(loaded.uuid, made.uuid);
  EXPECT_EQ(loaded.schema, made.schema);
  EXPECT_EQ(loaded.spec, made.spec);
  const schema::Snapshot empty = Must(catalog->LoadSnapshot(loaded, std::nullopt));
  EXPECT_FALSE(empty.id);
  EXPECT_THAT(empty.files, IsEmpty());
}

TEST(Catalog, ATableThatExistsIsAConflictAndNothingOfTheOthersIsMade) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  const auto both = catalog->CreateTables({EventsTable("other"), EventsTable()});
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(both.error().message(), "table default.events exists already");
  EXPECT_THAT(Must(catalog->ListTables("default")), ElementsAre(kEvents));
  EXPECT_THAT(lake.Keys("other"), IsEmpty());
}

TEST(Catalog, BadNewTablesAreInvalid) {
  Lake lake;
  auto catalog = lake.Open();
  const auto message = [&](NewTable table) {
    const auto made = catalog->CreateTable(table);
    EXPECT_FALSE(made);
    EXPECT_EQ(made.error().kind(), ErrorKind::kInvalid);
    return made.error().message();
  };
  for (const char* name : {"", "Upper", "a/b", "a.b", "..", "a b", "a%20", "tab\t"}) {
    message(EventsTable(name));
  }
  NewTable partition = EventsTable();
  partition.partition_by = "day(ts) as v";
  EXPECT_THAT(message(partition), HasSubstr("the name of a column"));
  NewTable twice = EventsTable();
  twice.columns.push_back(Optional("NAME", schema::Type::Of(schema::TypeKind::kInt)));
  message(twice);
  EXPECT_EQ(catalog->CreateTables({EventsTable(), EventsTable()}).error().kind(),
            ErrorKind::kInvalid);
  EXPECT_THAT(Must(catalog->ListDatabases()), IsEmpty());
}

TEST(Catalog, AMissingTableIsNotFound) {
  Lake lake;
  auto catalog = lake.Open();
  const auto missing = catalog->LoadTable(kEvents);
  EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(missing.error().message(), "table default.events does not exist");
  EXPECT_EQ(catalog->CommitAppends({EventsAppend("file:///x")}).error().kind(),
            ErrorKind::kNotFound);
}

TEST(Catalog, AMissingMetadataFileIsCorrupt) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  const auto place = Must(lake.buckets->Locate(table.metadata_uri));
  Must(place.store->Delete(place.key));
  EXPECT_EQ(lake.Open()->LoadTable(kEvents).error().kind(), ErrorKind::kCorrupt);
}

TEST(Catalog, ASnapshotHasTheFilesWithPartitionsAndMetrics) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  TableAppend append = EventsAppend("file:///a");
  append.files.push_back(EventsFile("file:///b", "end", -1));
  append.files[1].partition[0] = schema::Value();
  const Table table = Must(catalog->CommitAppends({append})).front();
  const schema::Snapshot snapshot = Must(lake.Open()->LoadSnapshot(table, std::nullopt));
  ASSERT_EQ(snapshot.files.size(), 1U);
  ASSERT_EQ(snapshot.files[0]->size(), 2U);
  const schema::DataFile& file = snapshot.files[0]->at(0);
  const schema::DataFile& written = append.files[0];
  EXPECT_EQ(file.uri, written.uri);
  EXPECT_EQ(file.partition, written.partition);
  EXPECT_EQ(file.record_count, written.record_count);
  EXPECT_EQ(file.size_bytes, written.size_bytes);
  EXPECT_EQ(file.split_offsets, written.split_offsets);
  ASSERT_EQ(file.columns.size(), 1U);
  EXPECT_EQ(file.columns[0].id, FieldId(3));
  EXPECT_EQ(file.columns[0].null_count, 1);
  EXPECT_EQ(file.columns[0].lower, written.columns[0].lower);
  EXPECT_EQ(snapshot.files[0]->at(1).partition, append.files[1].partition);
}

TEST(Catalog, SnapshotsOfTheSameManifestShareItsFiles) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  const Table one = Must(catalog->CommitAppends({EventsAppend("file:///a")})).front();
  const Table two = Must(catalog->CommitAppends({EventsAppend("file:///b")})).front();
  const auto first = Must(catalog->LoadSnapshot(one, std::nullopt));
  const auto second = Must(catalog->LoadSnapshot(two, std::nullopt));
  EXPECT_EQ(first.files.at(0), second.files.at(1));
}

TEST(Catalog, AnOlderSnapshotIsReadWithItsFilesSchemaAndWatermarks) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  const Table one = Must(catalog->CommitAppends({EventsAppend("file:///a", 0, 5)})).front();
  Must(catalog->AddColumns(one, {Optional("w", schema::Type::Of(schema::TypeKind::kInt))}));
  const Table two = Must(catalog->CommitAppends({EventsAppend("file:///b", 5, 9)})).front();
  const auto old = Must(catalog->LoadSnapshot(two, one.current));
  EXPECT_THAT(UrisOf(old), ElementsAre("file:///a"));
  EXPECT_EQ(old.schema.fields.size(), 3U);
  EXPECT_EQ(old.watermarks.at("n1.0"), Lsn(5));
  const auto now = Must(catalog->LoadSnapshot(two, std::nullopt));
  EXPECT_EQ(now.schema.fields.size(), 4U);
  EXPECT_EQ(now.watermarks.at("n1.0"), Lsn(9));
  const auto none = catalog->LoadSnapshot(two, SnapshotId(42));
  EXPECT_EQ(none.error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(none.error().message(), "default.events has no snapshot 42 (any more)");
}

TEST(Catalog, AddColumnsGivesNewIdsAtEveryDepthAndLeavesWhatIsThere) {
  Lake lake;
  auto catalog = lake.Open();
  NewTable table = EventsTable();
  table.columns.push_back(Optional(
      "user",
      schema::Type::Struct({Optional("plan", schema::Type::Of(schema::TypeKind::kString))})));
  const Table made = Must(catalog->CreateTable(table));
  const std::vector<schema::Field> columns = {
      Optional("v", schema::Type::Of(schema::TypeKind::kLong)),
      Optional("user",
               schema::Type::Struct({Optional("age", schema::Type::Of(schema::TypeKind::kInt))})),
      Optional("w", schema::Type::Of(schema::TypeKind::kDouble))};
  const Table after = Must(catalog->AddColumns(made, columns));
  EXPECT_EQ(after.schema.schema_id, 1);
  EXPECT_EQ(after.schemas.size(), 2U);
  EXPECT_EQ(after.schema.Find("v")->id, FieldId(3));
  EXPECT_EQ(after.schema.Find("user")->type.fields.at(0).id, FieldId(5));
  EXPECT_EQ(after.schema.Find("user")->type.fields.at(1).name, "age");
  EXPECT_GT(after.schema.Find("user")->type.fields.at(1).id, FieldId(5));
  EXPECT_EQ(after.schema.LastFieldId(), FieldId(7));
  const Table same = Must(catalog->AddColumns(made, columns));
  EXPECT_EQ(same.metadata_uri, after.metadata_uri);
}

TEST(Catalog, ColumnsOfAnotherTypeOrCaseOrOfAPartitionsNameAreInvalid) {
  Lake lake;
  auto catalog = lake.Open();
  const Table made = Must(catalog->CreateTable(EventsTable()));
  const auto message = [&](schema::Field column) {
    const auto after = catalog->AddColumns(made, {column});
    EXPECT_FALSE(after);
    EXPECT_EQ(after.error().kind(), ErrorKind::kInvalid);
    return after.error().message();
  };
  const auto of = [](schema::TypeKind kind) { return schema::Type::Of(kind); };
  EXPECT_EQ(message(Optional("v", of(schema::TypeKind::kString))),
            "default.events: column v: it is there with another type");
  EXPECT_EQ(message(Optional("V", of(schema::TypeKind::kLong))),
            "default.events: column V: there is 'v', which differs only by case");
  EXPECT_THAT(message(Optional("d", of(schema::TypeKind::kInt))),
              HasSubstr("name of a partition directory"));
  schema::Field required = Optional("r", of(schema::TypeKind::kInt));
  required.required = true;
  EXPECT_THAT(message(required), HasSubstr("cannot be required"));
}

TEST(Catalog, UnreferencedFilesOfAStemAreFound) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  const std::string base = "default/events/data/name=start/d=2026-05-27/";
  for (const char* name : {"n1-0-1-1.parquet", "n1-0-1-2.parquet", "n2-0-1-1.parquet"}) {
    lake.PutObject(base + name, "x");
  }
  lake.PutObject("default/other/data/n1-0-1-3.parquet", "x");
  const std::string committed = table.location + "/data/name=start/d=2026-05-27/n1-0-1-1.parquet";
  Must(catalog->CommitAppends({EventsAppend(committed)}));
  // The table as it was before the commit: what is referenced now counts.
  EXPECT_THAT(Must(catalog->FindUnreferenced(table, "n1-0-")),
              ElementsAre(table.location + "/data/name=start/d=2026-05-27/n1-0-1-2.parquet"));
  EXPECT_THAT(Must(catalog->FindUnreferenced(table, "n3-")), IsEmpty());
}

TEST(Catalog, StreamsKeepTheirDefinitions) {
  Lake lake;
  auto catalog = lake.Open();
  const Json definition = Json::MakeObject({{"columns", "a string"}, {"n", 1}});
  const StreamRow row = Must(catalog->AddStream("web", definition));
  EXPECT_EQ(catalog->AddStream("web", definition).error().kind(), ErrorKind::kConflict);
  Must(catalog->UpdateStream(row.id, Json::MakeObject({{"n", 2}})));
  const auto streams = Must(lake.Open()->ListStreams());
  ASSERT_EQ(streams.size(), 1U);
  EXPECT_EQ(streams[0].name, "web");
  EXPECT_EQ(streams[0].definition.Dump(), "{\"n\":2}");
  Must(catalog->RemoveStream(row.id));
  EXPECT_THAT(Must(catalog->ListStreams()), IsEmpty());
}

TEST(Catalog, AReaderFollowsARunningWriterAndCannotWrite) {
  Lake lake;
  auto writer = lake.Open();
  Must(writer->CreateTable(EventsTable()));
  auto reader =
      Must(Catalog::OpenReadOnly(lake.Options(), *lake.buckets, lake.clock, lake.entropy));
  Must(writer->CommitAppends({EventsAppend("file:///a")}));
  EXPECT_THAT(CurrentUris(*reader, kEvents), ElementsAre("file:///a"));
  const auto refused = reader->CommitAppends({EventsAppend("file:///b")});
  EXPECT_EQ(refused.error().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(refused.error().message(), "the catalog was opened for reading only");
}

}  // namespace
}  // namespace tarn::catalog
