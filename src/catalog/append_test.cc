// Appends through the catalog: watermarks, totals, conflicts, merging, expiry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "catalog/catalog_testing.h"

namespace tarn::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Append, SummariesCountWhatIsAddedAndWhatIsThere) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  Must(catalog->CommitAppends({EventsAppend("file:///a")}));
  TableAppend append = EventsAppend("file:///b");
  append.files.push_back(EventsFile("file:///c", "end"));
  append.summary["tarn.rejects"] = "3";
  const Table table = Must(catalog->CommitAppends({append})).front();
  ExpectSummary(table, {{"operation", "append"},
                        {"added-data-files", "2"},
                        {"added-records", "20"},
                        {"added-files-size", "2000"},
                        {"changed-partition-count", "2"},
                        {"total-data-files", "3"},
                        {"total-records", "30"},
                        {"total-files-size", "3000"},
                        {"total-delete-files", "0"},
                        {"tarn.rejects", "3"},
                        {"engine-name", "tarn"}});
}

TEST(Append, MetadataGrowsAsIcebergV2Wants) {
  Lake lake;
  auto catalog = lake.Open();
  const Table made = Must(catalog->CreateTable(EventsTable()));
  const Table one = Must(catalog->CommitAppends({EventsAppend("file:///a")})).front();
  lake.clock.SetNow(1);  // the wall clock jumped back
  const Table two = Must(catalog->CommitAppends({EventsAppend("file:///b")})).front();
  EXPECT_EQ(two.snapshots[1].parent, one.current);
  EXPECT_EQ(two.snapshots[0].sequence_number, 1);
  EXPECT_EQ(two.snapshots[1].sequence_number, 2);
  EXPECT_GT(two.snapshots[1].timestamp_ms, two.snapshots[0].timestamp_ms);
  const Json json = lake.MetadataJson(*catalog, kEvents);
  EXPECT_EQ(Must(json.GetInt("last-sequence-number")), 2);
  EXPECT_EQ(Must(json.GetInt("current-snapshot-id")), two.current->number());
  EXPECT_EQ(Must(json.Find("refs")->Find("main")->GetInt("snapshot-id")), two.current->number());
  EXPECT_THAT(json.Find("snapshot-log")->as_array(), SizeIs(2));
  ASSERT_THAT(json.Find("metadata-log")->as_array(), SizeIs(2));
  EXPECT_EQ(Must(json.Find("metadata-log")->as_array()[0].GetString("metadata-file")),
            made.metadata_uri);
  EXPECT_THAT(two.metadata_uri, HasSubstr("/metadata/00002-"));
}

TEST(Append, TheWatermarkMovesOnlyFromWhereItIs) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  const Table one = Must(catalog->CommitAppends({EventsAppend("file:///a", 0, 10)})).front();
  EXPECT_EQ(one.watermarks.at(kKey), Lsn(10));
  EXPECT_EQ(one.properties.at("tarn.wm.n1.0"), "10");
  const size_t objects = lake.Keys("").size();
  const auto again = catalog->CommitAppends({EventsAppend("file:///b", 0, 10)});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(again.error().message(),
            "default.events: watermark n1.0 is at 10, the append begins after 0");
  EXPECT_EQ(catalog->CommitAppends({EventsAppend("file:///b", 12, 20)}).error().kind(),
            ErrorKind::kConflict);
  EXPECT_EQ(catalog->CommitAppends({EventsAppend("file:///b", 10, 9)}).error().kind(),
            ErrorKind::kInvalid);
  EXPECT_THAT(lake.Keys(""), SizeIs(objects));
  const Table two = Must(catalog->CommitAppends({EventsAppend("file:///b", 10, 20)})).front();
  EXPECT_EQ(two.watermarks.at(kKey), Lsn(20));
}

TEST(Append, AWatermarkAloneMovesInASnapshotOfTheSameFiles) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  TableAppend first = EventsAppend("", 0, 3);
  first.files.clear();
  const Table empty = Must(catalog->CommitAppends({first})).front();
  ASSERT_TRUE(empty.current);
  EXPECT_THAT(CurrentUris(*catalog, kEvents), IsEmpty());
  Must(catalog->CommitAppends({EventsAppend("file:///a", 3, 5)}));
  TableAppend moved = EventsAppend("", 5, 8);
  moved.files.clear();
  const Table table = Must(catalog->CommitAppends({moved})).front();
  EXPECT_EQ(table.watermarks.at(kKey), Lsn(8));
  EXPECT_EQ(SummaryOf(table, "added-data-files"), "0");
  EXPECT_EQ(SummaryOf(table, "total-data-files"), "1");
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///a"));
}

TEST(Append, NothingToAppendChangesNothing) {
  Lake lake;
  auto catalog = lake.Open();
  const Table made = Must(catalog->CreateTable(EventsTable()));
  TableAppend nothing;
  nothing.name = kEvents;
  EXPECT_EQ(Must(catalog->CommitAppends({nothing})).front().metadata_uri, made.metadata_uri);
}

TEST(Append, WatermarksOfOtherNodesAreCarriedForward) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  Must(catalog->CommitAppends({EventsAppend("file:///a", 0, 10)}));
  TableAppend other = EventsAppend("file:///b", 0, 7);
  other.progress->key = "n2.1";
  const Table table = Must(catalog->CommitAppends({other})).front();
  EXPECT_EQ(table.watermarks, (schema::Watermarks{{"n1.0", Lsn(10)}, {"n2.1", Lsn(7)}}));
  EXPECT_EQ(SummaryOf(table, "tarn.wm.n1.0"), "10");
}

TEST(Append, AWatermarkGivenAtCreationIsWhereTheFirstAppendBegins) {
  Lake lake;
  auto catalog = lake.Open();
  NewTable table = EventsTable();
  table.properties["tarn.wm.n1.0"] = "100";
  EXPECT_EQ(Must(catalog->CreateTable(table)).watermarks.at(kKey), Lsn(100));
  EXPECT_FALSE(catalog->CommitAppends({EventsAppend("file:///a", 0, 101)}));
  Must(catalog->CommitAppends({EventsAppend("file:///a", 100, 101)}));
}

TEST(Append, FilesThatDoNotFitTheTableAreInvalid) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  const auto refused = [&](auto&& spoil) {
    TableAppend append = EventsAppend("file:///a");
    spoil(append);
    const auto committed = catalog->CommitAppends({append});
    EXPECT_FALSE(committed);
    EXPECT_EQ(committed.error().kind(), ErrorKind::kInvalid) << committed.error().message();
  };
  refused([](TableAppend& append) { append.schema_id = 7; });
  refused([](TableAppend& append) { append.files[0].spec_id = 7; });
  refused([](TableAppend& append) { append.files[0].partition.pop_back(); });
  refused([](TableAppend& append) { append.files[0].partition[1] = schema::Value(int64_t{1}); });
  refused([](TableAppend& append) { append.files[0].size_bytes = 0; });
  refused([](TableAppend& append) { append.files[0].uri.clear(); });
  refused([](TableAppend& append) { append.files.push_back(append.files[0]); });
  EXPECT_EQ(
      catalog->CommitAppends({EventsAppend("file:///a"), EventsAppend("file:///b")}).error().kind(),
      ErrorKind::kInvalid);
  EXPECT_THAT(lake.Keys("-m0.avro"), IsEmpty());
}

TEST(Append, TablesOfOneCommitMoveTogetherOrNotAtAll) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTables({EventsTable(), EventsTable("events_rejects")}));
  const auto both = [&](uint64_t from, uint64_t to, uint64_t rejects_from) {
    return catalog->CommitAppends(
        {EventsAppend(Format("file:///a{}", to), from, to),
         EventsAppend(Format("file:///r{}", to), rejects_from, to, "events_rejects")});
  };
  EXPECT_THAT(Must(both(0, 5, 0)), SizeIs(2));
  const auto half = both(5, 9, 4);
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().kind(), ErrorKind::kConflict);
  EXPECT_THAT(half.error().message(), HasSubstr("default.events_rejects"));
  EXPECT_EQ(Must(catalog->LoadTable(kEvents)).watermarks.at(kKey), Lsn(5));
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///a5"));
}

TEST(Append, ACommitIsRebasedOntoAnotherWritersAndReusesItsManifest) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  auto other = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  faults.before_swap = [&] { Must(other->CommitAppends({EventsAppend("file:///theirs")})); };
  const Table table = Must(catalog->CommitAppends({EventsAppend("file:///ours", 0, 5)})).front();
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///ours", "file:///theirs"));
  EXPECT_EQ(table.snapshots.size(), 2U);
  EXPECT_EQ(SummaryOf(table, "total-records"), "20");
  // One manifest each, one list and one metadata file a version: the lost attempt's are gone.
  EXPECT_THAT(lake.Keys("-m0.avro"), SizeIs(2));
  EXPECT_THAT(lake.Keys("/snap-"), SizeIs(2));
  EXPECT_THAT(lake.Keys(".metadata.json"), SizeIs(3));
}

TEST(Append, AWatermarkTakenByAnotherWriterIsAConflict) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  auto other = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  faults.before_swap = [&] { Must(other->CommitAppends({EventsAppend("file:///a", 0, 5)})); };
  const auto lost = catalog->CommitAppends({EventsAppend("file:///b", 0, 5)});
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind(), ErrorKind::kConflict);
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///a"));
  EXPECT_THAT(lake.Keys("-m0.avro"), SizeIs(1));
}

TEST(Append, TwoThreadsOfTwoCatalogsLoseNoCommit) {
  Lake lake;
  Must(lake.Open()->CreateTable(EventsTable()));
  constexpr int kCommits = 100;
  CatalogOptions options = lake.Options();
  options.snapshots_max = 5;  // each also expires what the other may be building on
  options.manifests_merge_min = 8;
  const auto commit = [&](const std::string& node) {
    auto catalog = lake.Open(options);
    for (uint64_t i = 0; i < kCommits; ++i) {
      TableAppend append = EventsAppend(Format("file:///{}-{:03}", node, i), i, i + 1);
      append.progress->key = node + ".0";
      Must(catalog->CommitAppends({append}));
    }
  };
  std::thread other([&] { commit("n1"); });
  commit("n2");
  other.join();
  auto catalog = lake.Open();
  const Table table = Must(catalog->LoadTable(kEvents));
  EXPECT_EQ(table.watermarks, (schema::Watermarks{{"n1.0", Lsn(100)}, {"n2.0", Lsn(100)}}));
  EXPECT_EQ(SummaryOf(table, "total-data-files"), "200");
  const auto uris = CurrentUris(*catalog, kEvents);
  EXPECT_THAT(uris, SizeIs(2 * kCommits));
  EXPECT_EQ(std::set(uris.begin(), uris.end()).size(), 2U * kCommits);
}

TEST(Append, ColumnsAddedByAnotherWriterDoNotStopAnAppend) {
  Lake lake;
  auto catalog = lake.Open();
  const Table made = Must(catalog->CreateTable(EventsTable()));
  const schema::Field column{FieldId(0), "w", false, schema::Type::Of(schema::TypeKind::kInt), ""};
  Must(lake.Open()->AddColumns(made, {column}));
  const Table table = Must(catalog->CommitAppends({EventsAppend("file:///a")})).front();
  EXPECT_EQ(table.schema.schema_id, 1);
  EXPECT_EQ(table.snapshots.back().schema_id, 1);
}

TEST(Append, SmallManifestsAreMergedAndKeepTheirEntries) {
  Lake lake;
  CatalogOptions options = lake.Options();
  options.manifests_merge_min = 4;
  auto catalog = lake.Open(options);
  Must(catalog->CreateTable(EventsTable()));
  for (int i = 0; i < 5; ++i) {
    Must(catalog->CommitAppends({EventsAppend(Format("file:///{}", i))}));
  }
  const Table table = Must(catalog->LoadTable(kEvents));
  const auto snapshot = Must(catalog->LoadSnapshot(table, std::nullopt));
  EXPECT_THAT(snapshot.files, SizeIs(2));  // the new one, and four in one
  EXPECT_THAT(UrisOf(snapshot), SizeIs(5));

  TableFiles files(*lake.buckets, lake.entropy);
  const auto metadata = Must(files.Metadata(table.metadata_uri));
  const auto manifests = Must(files.Manifests(*metadata->FindSnapshot(*table.current)));
  const iceberg::ManifestFile& merged = manifests->at(1);
  EXPECT_EQ(merged.existing_files, 4);
  EXPECT_EQ(merged.existing_rows, 40);
  EXPECT_EQ(merged.added_files, 0);
  EXPECT_EQ(merged.sequence_number, 5);
  EXPECT_EQ(merged.min_sequence_number, 1);
  const auto entries = Must(files.Entries(*metadata, merged));
  ASSERT_THAT(entries, SizeIs(4));
  EXPECT_EQ(entries[0].status, iceberg::EntryStatus::kExisting);
  EXPECT_EQ(entries[0].sequence_number, 4);
  EXPECT_EQ(entries[0].snapshot_id, table.snapshots[3].id.number());
  EXPECT_EQ(entries[3].sequence_number, 1);
}

TEST(Append, SnapshotsOverTheCountAreForgottenWithTheirMetadataFiles) {
  Lake lake;
  CatalogOptions options = lake.Options();
  options.snapshots_max = 3;
  options.metadata_log_max = 2;
  options.manifests_merge_min = 4;
  auto catalog = lake.Open(options);
  Must(catalog->CreateTable(EventsTable()));
  for (uint64_t i = 0; i < 12; ++i) {
    Must(catalog->CommitAppends({EventsAppend(Format("file:///{:02}", i), i, i + 1)}));
  }
  const Table table = Must(catalog->LoadTable(kEvents));
  EXPECT_THAT(table.snapshots, SizeIs(3));
  EXPECT_THAT(lake.MetadataJson(*catalog, kEvents).Find("snapshot-log")->as_array(), SizeIs(3));
  EXPECT_THAT(CurrentUris(*catalog, kEvents), SizeIs(12));
  EXPECT_EQ(table.watermarks.at(kKey), Lsn(12));
  EXPECT_THAT(lake.Keys("/snap-"), SizeIs(3));
  EXPECT_THAT(lake.Keys(".metadata.json"), SizeIs(3));
  // Every manifest that is left is listed by a snapshot, and the other way round.
  std::set<std::string> listed;
  TableFiles files(*lake.buckets, lake.entropy);
  const auto metadata = Must(files.Metadata(table.metadata_uri));
  for (const auto& snapshot : metadata->snapshots) {
    for (const auto& manifest : *Must(files.Manifests(snapshot))) listed.insert(manifest.path);
    EXPECT_TRUE(lake.Open()->LoadSnapshot(table, snapshot.id));
  }
  EXPECT_THAT(lake.Keys("-m0.avro"), SizeIs(listed.size()));
}

TEST(Append, OldSnapshotsAreForgottenButNotTaggedOnesOrTheLastBefore) {
  Lake lake;
  auto catalog = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  Must(catalog->CommitAppends({EventsAppend("file:///a")}));
  Must(catalog->CommitAppends({EventsAppend("file:///b")}));
  lake.clock.Advance(6LL * 24 * 3600 * 1'000'000);
  const Table table = Must(catalog->CommitAppends({EventsAppend("file:///c")})).front();
  EXPECT_THAT(table.snapshots, SizeIs(2));  // the new one, and the one before
  EXPECT_THAT(CurrentUris(*catalog, kEvents), SizeIs(3));
}

TEST(Append, FilesOfAnotherWriterAreNeverDeleted) {
  Lake lake;
  CatalogOptions options = lake.Options();
  options.snapshots_max = 1;
  auto catalog = lake.Open(options);
  Must(catalog->CreateTable(EventsTable()));
  Must(catalog->CommitAppends({EventsAppend("file:///a")}));
  // The list as another writer would have made it: the same rows without Tarn's mark.
  const std::string key = lake.Keys("/snap-").front();
  std::string bytes = lake.GetObject(key);
  const size_t mark = bytes.find("created-by");
  bytes.replace(mark, 10, "other-mark");
  bytes.replace(bytes.find("tarn.xxh3"), 9, "nobodyxxx");
  lake.PutObject(key, bytes);
  auto fresh = lake.Open(options);
  for (int i = 0; i < 3; ++i) Must(fresh->CommitAppends({EventsAppend(Format("file:///{}", i))}));
  const auto keys = lake.Keys("/snap-");
  EXPECT_NE(std::ranges::find(keys, key), keys.end());
}

}  // namespace
}  // namespace tarn::catalog
