// Partitions written anew through the catalog: who may replace what, what the manifests say then,
// and the records of runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "catalog/catalog_testing.h"

namespace tarn::catalog {
namespace {

using iceberg::EntryStatus;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A table with files a and b of the partition, and c of another one; b and c in one manifest.
Table TwoPartitions(Catalog& catalog) {
  Must(catalog.CreateTable(EventsTable()));
  Must(catalog.CommitAppends({EventsAppend("file:///a")}));
  TableAppend append = EventsAppend("file:///b");
  append.files.push_back(EventsFile("file:///c", "end"));
  return Must(catalog.CommitAppends({append})).front();
}

TEST(Replacement, APartitionThatAnotherWriterChangedIsAConflict) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = TwoPartitions(*catalog);
  const size_t objects = lake.Keys("").size();
  const auto refused =
      catalog->CommitReplacements({EventsReplacement(table, {"file:///a"}, {"file:///new"})});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(
      refused.error().message(),
      "default.events: another writer has changed a partition that is replaced: file:///b was "
      "not there");
  EXPECT_THAT(lake.Keys(""), SizeIs(objects));
  EXPECT_THAT(Must(catalog->ListDerivedRuns(table.uuid)), IsEmpty());
  // So it is where nothing else would change.
  EXPECT_EQ(catalog->CommitReplacements({EventsReplacement(table, {}, {})}).error().kind(),
            ErrorKind::kConflict);
}

TEST(Replacement, AFileThatIsGoneOrThereAlreadyIsAConflict) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = TwoPartitions(*catalog);
  const auto gone = catalog->CommitReplacements(
      {EventsReplacement(table, {"file:///a", "file:///b", "file:///x"}, {})});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(gone.error().message(),
            "default.events: data file file:///x has left the table meanwhile");
  const auto there = catalog->CommitReplacements(
      {EventsReplacement(table, {"file:///a", "file:///b"}, {"file:///b"})});
  ASSERT_FALSE(there);
  EXPECT_EQ(there.error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(there.error().message(), "data file file:///b is in the table already");
}

TEST(Replacement, WhatDoesNotFitIsRefusedAndLeavesNothing) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = TwoPartitions(*catalog);
  const size_t objects = lake.Keys("").size();
  const auto refused = [&](auto&& spoil) {
    TableReplacement replacement =
        EventsReplacement(table, {"file:///a", "file:///b"}, {"file:///new"});
    spoil(replacement);
    const auto committed = catalog->CommitReplacements({replacement});
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().kind(), ErrorKind::kInvalid) << committed.error().message();
  };
  refused([](TableReplacement& it) { it.uuid.clear(); });
  refused([](TableReplacement& it) { it.schema_id = 7; });
  refused([](TableReplacement& it) { it.files[0].size_bytes = 0; });
  refused([](TableReplacement& it) { it.files.push_back(it.files[0]); });
  refused([](TableReplacement& it) { it.files[0].partition[0] = std::string("end"); });
  refused([](TableReplacement& it) { it.partitions[0].pop_back(); });
  refused([](TableReplacement& it) { it.partitions[0][1] = std::string("20600"); });
  refused([](TableReplacement& it) { it.removed.emplace_back("file:///c"); });
  refused([](TableReplacement& it) { it.runs.push_back(it.runs[0]); });
  refused([](TableReplacement& it) { it.runs[0].plan_id.clear(); });
  refused([](TableReplacement& it) { it.runs.push_back({"name=end", "", "", "p2", {}}); });
  const TableReplacement twice = EventsReplacement(table, {"file:///a", "file:///b"}, {});
  EXPECT_EQ(catalog->CommitReplacements({twice, twice}).error().kind(), ErrorKind::kInvalid);
  EXPECT_THAT(lake.Keys(""), SizeIs(objects));
}

TEST(Replacement, AnotherTableOfTheNameIsNotFound) {
  Lake lake;
  auto catalog = lake.Open();
  Table table = TwoPartitions(*catalog);
  table.uuid = "of a table that was dropped";
  const auto missing = catalog->CommitReplacements({EventsReplacement(table, {}, {"file:///n"})});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
}

TEST(Replacement, FilesOfAnOlderSpecMayHaveRowsOfThePartition) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = TwoPartitions(*catalog);
  // As another engine leaves it that ended partitioning by day.
  Json json = lake.MetadataJson(*catalog, kEvents);
  Json spec = json.Find("partition-specs")->as_array()[0];
  spec.Set("spec-id", 1);
  spec.Set("fields", Json(Json::Array{spec.Find("fields")->as_array()[0]}));
  json.Set("partition-specs",
           Json(Json::Array{json.Find("partition-specs")->as_array()[0], std::move(spec)}));
  json.Set("default-spec-id", 1);
  lake.PutObject("default/events/metadata/00009-x.metadata.json", json.Dump());
  Must(Must(OpenSqliteStore(lake.Options().path, StoreAccess::kReadWrite))
           ->Swap(
               {{kEvents, table.metadata_uri, table.location + "/metadata/00009-x.metadata.json"}},
               {}));
  TableReplacement replacement = EventsReplacement(table, {"file:///a", "file:///b"}, {});
  replacement.partitions = {{schema::Value(std::string("start"))}};
  const auto refused = catalog->CommitReplacements({replacement});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnsupported);
  EXPECT_THAT(refused.error().message(), HasSubstr("file:///c is of the older partition spec 0"));
}

TEST(Replacement, ThePartitionsFilesLeaveAndAllOthersStay) {
  Lake lake;
  auto catalog = lake.Open();
  const Table before = TwoPartitions(*catalog);
  const Table after = Must(catalog->CommitReplacements({EventsReplacement(
                               before, {"file:///a", "file:///b"}, {"file:///new"})}))
                          .front();
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///c", "file:///new"));
  EXPECT_THAT(UrisOf(Must(catalog->LoadSnapshot(after, before.current))),
              ElementsAre("file:///a", "file:///b", "file:///c"));
  ExpectSummary(after, {{"operation", "overwrite"},
                        {"added-data-files", "1"},
                        {"added-records", "10"},
                        {"added-files-size", "1000"},
                        {"deleted-data-files", "2"},
                        {"deleted-records", "20"},
                        {"removed-files-size", "2000"},
                        {"changed-partition-count", "1"},
                        {"total-data-files", "2"},
                        {"total-records", "20"},
                        {"total-files-size", "2000"},
                        {"total-delete-files", "0"},
                        {"replace-partitions", "true"},
                        {"engine-name", "tarn"}});
}

TEST(Replacement, ManifestsTellWhatThisSnapshotRemovedAndWhatStaysAsItWas) {
  Lake lake;
  auto catalog = lake.Open();
  const Table before = TwoPartitions(*catalog);
  Must(catalog->CommitAppends({EventsAppend("file:///untouched")}));
  TableReplacement replacement = EventsReplacement(before, {"file:///b"}, {"file:///new"});
  replacement.partitions.clear();  // by name alone
  const Table after = Must(catalog->CommitReplacements({replacement})).front();

  TableFiles files(*lake.buckets, lake.entropy);
  const auto metadata = Must(files.Metadata(after.metadata_uri));
  const auto was = Must(files.Manifests(metadata->snapshots[2]));
  const auto is = Must(files.Manifests(metadata->snapshots[3]));
  ASSERT_THAT(*is, SizeIs(4));
  EXPECT_EQ(is->at(0).added_files, 1);
  EXPECT_EQ(is->at(2).path, was->at(0).path);
  EXPECT_EQ(is->at(3).path, was->at(2).path);
  const iceberg::ManifestFile& anew = is->at(1);
  EXPECT_EQ(anew.existing_files, 1);
  EXPECT_EQ(anew.deleted_files, 1);
  EXPECT_EQ(anew.deleted_rows, 10);
  EXPECT_EQ(anew.sequence_number, 4);
  EXPECT_EQ(anew.min_sequence_number, 2);
  const auto entries = Must(files.Entries(*metadata, anew));
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].file.path, "file:///b");
  EXPECT_EQ(entries[0].status, EntryStatus::kDeleted);
  EXPECT_EQ(entries[0].snapshot_id, after.current->number());
  EXPECT_EQ(entries[0].sequence_number, 2);
  EXPECT_EQ(entries[1].file.path, "file:///c");
  EXPECT_EQ(entries[1].status, EntryStatus::kExisting);
  EXPECT_EQ(entries[1].snapshot_id, before.current->number());
  EXPECT_EQ(entries[1].sequence_number, 2);
}

TEST(Replacement, AManifestThatLostAllItsFilesIsListedByTheSnapshotThatTookThemOnly) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  Must(catalog->CommitAppends({EventsAppend("file:///a")}));
  Must(catalog->CommitReplacements({EventsReplacement(table, {"file:///a"}, {}, "p1")}));
  EXPECT_THAT(CurrentUris(*catalog, kEvents), IsEmpty());
  const Table after =
      Must(catalog->CommitReplacements({EventsReplacement(table, {}, {"file:///b"}, "p2")}))
          .front();
  TableFiles files(*lake.buckets, lake.entropy);
  const auto metadata = Must(files.Metadata(after.metadata_uri));
  const auto taken = Must(files.Manifests(metadata->snapshots[1]));
  ASSERT_THAT(*taken, SizeIs(1));
  EXPECT_EQ(taken->front().deleted_files, 1);
  EXPECT_EQ(taken->front().min_sequence_number, 2);
  EXPECT_THAT(*Must(files.Manifests(metadata->snapshots[2])), SizeIs(1));
  EXPECT_EQ(SummaryOf(after, "total-data-files"), "1");
}

TEST(Replacement, ManySmallManifestsAreMergedAndWhatLeavesIsStillTold) {
  Lake lake;
  CatalogOptions options = lake.Options();
  options.manifests_merge_min = 4;
  auto catalog = lake.Open(options);
  const Table table = Must(catalog->CreateTable(EventsTable()));
  for (int i = 0; i < 12; ++i) {
    TableReplacement replacement = EventsReplacement(table, {}, {}, Format("p{}", i));
    const std::string name = Format("n{}", i % 10);
    if (i >= 10) replacement.removed = {Format("file:///{}", i - 10)};
    replacement.files = {EventsFile(Format("file:///{}", i), name)};
    replacement.partitions = {replacement.files[0].partition};
    Must(catalog->CommitReplacements({replacement}));
  }
  const Table after = Must(catalog->LoadTable(kEvents));
  EXPECT_THAT(CurrentUris(*catalog, kEvents), SizeIs(10));
  EXPECT_EQ(SummaryOf(after, "total-data-files"), "10");
  EXPECT_EQ(SummaryOf(after, "deleted-data-files"), "1");
  TableFiles files(*lake.buckets, lake.entropy);
  const auto metadata = Must(files.Metadata(after.metadata_uri));
  int64_t deleted = 0;
  const auto manifests = Must(files.Manifests(*metadata->FindSnapshot(*after.current)));
  for (const auto& manifest : *manifests) deleted += *manifest.deleted_files;
  EXPECT_EQ(deleted, 1);
  EXPECT_LT(manifests->size(), 6U);
}

TEST(Replacement, WatermarksAreCarriedForward) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  Must(catalog->CommitAppends({EventsAppend("file:///a", 0, 5)}));
  const Table after =
      Must(catalog->CommitReplacements({EventsReplacement(table, {"file:///a"}, {"file:///b"})}))
          .front();
  EXPECT_EQ(SummaryOf(after, "tarn.wm.n1.0"), "5");
}

TEST(Replacement, ARunIsRecordedWithItsCommitAndTakesThePlaceOfTheOneBefore) {
  Lake lake;
  auto catalog = lake.Open();
  const auto tables = Must(catalog->CreateTables({EventsTable(), EventsTable("other")}));
  TableReplacement first = EventsReplacement(tables[0], {}, {"file:///a"}, "p1");
  first.runs.push_back({"name=end/d=1970-01-01", "h", "c", "p1", {"file:///r\n1", "file:///r2"}});
  Must(catalog->CommitReplacements({first}));
  EXPECT_THAT(Must(lake.Open()->ListDerivedRuns(tables[0].uuid)),
              ElementsAre(first.runs[1], first.runs[0]));
  EXPECT_THAT(Must(catalog->ListDerivedRuns(tables[1].uuid)), IsEmpty());
  const TableReplacement second = EventsReplacement(tables[0], {"file:///a"}, {"file:///b"}, "p2");
  Must(catalog->CommitReplacements({second}));
  EXPECT_THAT(Must(catalog->ListDerivedRuns(tables[0].uuid)),
              ElementsAre(first.runs[1], second.runs[0]));
}

TEST(Replacement, TheSamePlanAgainChangesNothing) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  const TableReplacement replacement = EventsReplacement(table, {}, {"file:///a"});
  const Table after = Must(catalog->CommitReplacements({replacement})).front();
  const size_t objects = lake.Keys("").size();
  EXPECT_EQ(Must(lake.Open()->CommitReplacements({replacement})).front().metadata_uri,
            after.metadata_uri);
  EXPECT_THAT(lake.Keys(""), SizeIs(objects));
}

TEST(Replacement, AnOldPlanDoesNotComeBackOverANewerOne) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  const TableReplacement old = EventsReplacement(table, {}, {"file:///a"}, "p1");
  Must(catalog->CommitReplacements({old}));
  Must(catalog->CommitReplacements({EventsReplacement(table, {"file:///a"}, {}, "p2")}));
  const auto refused = catalog->CommitReplacements({old});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(
      refused.error().message(),
      Format("plan p1 was committed before, and partition '{}' is of another run now", kStartPath));
  EXPECT_THAT(CurrentUris(*catalog, kEvents), IsEmpty());
}

TEST(Replacement, ARunWithoutFilesIsRecordedAlone) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  const TableReplacement replacement = EventsReplacement(table, {}, {});
  EXPECT_EQ(Must(catalog->CommitReplacements({replacement})).front().metadata_uri,
            table.metadata_uri);
  EXPECT_THAT(Must(catalog->ListDerivedRuns(table.uuid)), ElementsAre(replacement.runs[0]));
  EXPECT_THAT(lake.Keys(".avro"), IsEmpty());
}

TEST(Replacement, RowsAndRejectsMoveTogetherAndRejectsOfTheRunBeforeMustLeave) {
  Lake lake;
  auto catalog = lake.Open();
  const auto tables = Must(catalog->CreateTables({EventsTable(), EventsTable("events_rejects")}));
  const auto both = [&](const std::string& plan, const std::vector<std::string>& removed,
                        const std::string& rejects) {
    TableReplacement rows = EventsReplacement(tables[0], {}, {}, plan);
    TableReplacement bad = EventsReplacement(tables[1], removed, {rejects});
    bad.partitions.clear();
    bad.runs.clear();
    rows.runs[0].rejects = {rejects};
    return catalog->CommitReplacements({rows, bad});
  };
  EXPECT_THAT(Must(both("p1", {}, "file:///r1")), SizeIs(2));
  // Planned at the same time as p1: it knows nothing of its rejects.
  const auto late = both("p2", {}, "file:///r2");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(late.error().message(),
            "default.events_rejects: another run has written rejects of these partitions "
            "meanwhile: file:///r1");
  Must(both("p3", {"file:///r1"}, "file:///r3"));
  EXPECT_THAT(CurrentUris(*catalog, tables[1].name), ElementsAre("file:///r3"));
  // Rejects that somebody took out of their table meanwhile bind nobody.
  TableReplacement out = EventsReplacement(tables[1], {"file:///r3"}, {});
  out.runs.clear();
  Must(catalog->CommitReplacements({out}));
  Must(both("p4", {}, "file:///r4"));
}

/// As somebody with SQLite's shell.
void Execute(const Lake& lake, const char* statement) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(lake.Options().path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, statement, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
}

TEST(Replacement, ADamagedRecordIsNamed) {
  for (const char* rejects : {"[", "{}", "[1]"}) {
    Lake lake;
    auto catalog = lake.Open();
    const Table table = Must(catalog->CreateTable(EventsTable()));
    Must(catalog->CommitReplacements({EventsReplacement(table, {}, {})}));
    Execute(lake, Format("UPDATE tarn_derived_runs SET rejects = '{}'", rejects).c_str());
    const auto damaged = catalog->ListDerivedRuns(table.uuid);
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().kind(), ErrorKind::kCorrupt);
    EXPECT_THAT(damaged.error().message(), HasSubstr(Format("partition '{}'", kStartPath)));
    EXPECT_EQ(catalog->CommitReplacements({EventsReplacement(table, {}, {}, "p2")}).error().kind(),
              ErrorKind::kCorrupt);
  }
}

TEST(Replacement, ACatalogFromBeforeDerivedDatasetsGetsTheirTable) {
  Lake lake;
  const Table table = Must(lake.Open()->CreateTable(EventsTable()));
  Execute(lake, "DROP TABLE tarn_derived_runs");
  auto catalog = lake.Open();
  Must(catalog->CommitReplacements({EventsReplacement(table, {}, {"file:///a"})}));
  EXPECT_THAT(Must(catalog->ListDerivedRuns(table.uuid)), SizeIs(1));
}

/// A data file of the table's own, as an object in the bucket.
std::string PutData(Lake& lake, const Table& table, const std::string& file_name) {
  lake.PutObject("default/events/" + file_name, "rows");
  return table.location + "/" + file_name;
}

TEST(Replacement, FilesThatLeftGoWithTheLastSnapshotThatListsThem) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  const std::string a = PutData(lake, table, "a.parquet");
  const std::string kept = PutData(lake, table, "kept.parquet");
  const std::string b = PutData(lake, table, "b.parquet");
  const std::string c = PutData(lake, table, "c.parquet");
  TableAppend append = EventsAppend(a);
  append.files.push_back(EventsFile(kept, "end"));
  Must(catalog->CommitAppends({append}));
  const auto six_days = [&] { lake.clock.Advance(6LL * 24 * 3600 * 1'000'000); };
  six_days();
  Must(catalog->CommitReplacements({EventsReplacement(table, {a}, {b}, "p1")}));
  EXPECT_THAT(lake.Keys(".parquet"), SizeIs(4)) << "the snapshot before the current one stays";
  six_days();
  const Table last =
      Must(catalog->CommitReplacements({EventsReplacement(table, {b}, {c}, "p2")})).front();
  EXPECT_THAT(last.snapshots, SizeIs(2));
  EXPECT_THAT(lake.Keys(".parquet"),
              ElementsAre("default/events/b.parquet", "default/events/c.parquet",
                          "default/events/kept.parquet"));
  six_days();
  Must(catalog->CommitAppends({EventsAppend("file:///elsewhere", 0, 1)}));
  EXPECT_THAT(lake.Keys(".parquet"),
              ElementsAre("default/events/c.parquet", "default/events/kept.parquet"));
}

TEST(Replacement, FilesThatATagListsOrThatLieElsewhereStay) {
  Lake lake;
  CatalogOptions options = lake.Options();
  options.snapshots_max = 1;
  auto catalog = lake.Open(options);
  const Table table = Must(catalog->CreateTable(EventsTable()));
  const std::string a = PutData(lake, table, "a.parquet");
  lake.PutObject("default/elsewhere.parquet", "rows");
  const std::string elsewhere =
      table.location.substr(0, table.location.rfind('/')) + "/elsewhere.parquet";
  Must(catalog->CommitReplacements({EventsReplacement(table, {}, {a}, "p1")}));
  const Table tagged = Must(catalog->LoadTable(kEvents));
  Json json = lake.MetadataJson(*catalog, kEvents);
  Json refs = *json.Find("refs");
  refs.Set("tag", Json::MakeObject({{"snapshot-id", tagged.current->number()}, {"type", "tag"}}));
  json.Set("refs", refs);
  lake.PutObject("default/events/metadata/00009-x.metadata.json", json.Dump());
  Must(Must(OpenSqliteStore(lake.Options().path, StoreAccess::kReadWrite))
           ->Swap(
               {{kEvents, tagged.metadata_uri, table.location + "/metadata/00009-x.metadata.json"}},
               {}));
  std::vector<std::string> removed = {a};
  for (const std::string& file :
       {elsewhere, std::string("file:///b"), std::string("file:///c"), std::string("file:///d")}) {
    Must(catalog->CommitReplacements({EventsReplacement(table, removed, {file}, file)}));
    removed = {file};
  }
  EXPECT_THAT(Must(catalog->LoadTable(kEvents)).snapshots, SizeIs(3));
  EXPECT_THAT(lake.Keys(".parquet"),
              ElementsAre("default/elsewhere.parquet", "default/events/a.parquet"));
}

TEST(Replacement, ATableThatCollectsNoGarbageKeepsItsFiles) {
  Lake lake;
  CatalogOptions options = lake.Options();
  options.snapshots_max = 1;
  auto catalog = lake.Open(options);
  NewTable wanted = EventsTable();
  wanted.properties["gc.enabled"] = "false";
  const Table table = Must(catalog->CreateTable(wanted));
  std::vector<std::string> removed;
  for (const char* name : {"a.parquet", "b.parquet", "c.parquet", "d.parquet"}) {
    const std::string file = PutData(lake, table, name);
    Must(catalog->CommitReplacements({EventsReplacement(table, removed, {file}, name)}));
    removed = {file};
  }
  EXPECT_THAT(lake.Keys(".parquet"), SizeIs(4));
}

}  // namespace
}  // namespace tarn::catalog
