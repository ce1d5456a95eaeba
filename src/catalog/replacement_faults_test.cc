// Replacements when others write between, or the catalog or the store fails beneath them: all or
// nothing, and the truth about which.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "catalog/catalog_testing.h"

namespace tarn::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using What = PointerFaults::What;

/// The plan of the partition's run; empty: there is none.
std::string PlanOf(Catalog& catalog, const Table& table) {
  const auto runs = Must(catalog.ListDerivedRuns(table.uuid));
  return runs.empty() ? "" : runs.front().plan_id;
}

TEST(ReplacementFaults, AWriterOfAnotherPartitionInBetweenIsBuiltUpon) {
  TwoWriters writers;
  auto& [lake, faults, catalog, other, table] = writers;
  Must(catalog->CommitAppends({EventsAppend("file:///a")}));
  faults.before_swap = [&] {
    TableAppend append = EventsAppend("file:///theirs");
    append.files = {EventsFile("file:///theirs", "end")};
    Must(other->CommitAppends({append}));
  };
  const Table after =
      Must(catalog->CommitReplacements({EventsReplacement(table, {"file:///a"}, {"file:///b"})}))
          .front();
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///b", "file:///theirs"));
  EXPECT_EQ(after.snapshots.back().summary.at("total-data-files"), "2");
  // Theirs, the two of the first append (as it was, and without its file) and ours: nothing of the
  // lost attempt.
  EXPECT_THAT(lake.Keys("-m0.avro"), SizeIs(4));
  EXPECT_THAT(lake.Keys("/snap-"), SizeIs(3));
}

TEST(ReplacementFaults, ARunOfThePartitionInBetweenIsAConflictAndNothingIsLeft) {
  for (const bool has_files : {true, false}) {
    TwoWriters writers;
    auto& [lake, faults, catalog, other, table] = writers;
    faults.before_swap = [&] {
      Must(other->CommitReplacements({EventsReplacement(table, {}, {"file:///theirs"}, "p2")}));
    };
    std::vector<std::string> ours;
    if (has_files) ours.emplace_back("file:///ours");
    const auto lost = catalog->CommitReplacements({EventsReplacement(table, {}, ours, "p1")});
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().kind(), ErrorKind::kConflict);
    EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///theirs"));
    EXPECT_EQ(PlanOf(*catalog, table), "p2");
    EXPECT_THAT(lake.Keys(".avro"), SizeIs(2));
  }
}

TEST(ReplacementFaults, TheSamePlanCommittedInBetweenIsNoErrorAndLeavesNothing) {
  for (const bool before_read : {true, false}) {
    TwoWriters writers;
    auto& [lake, faults, catalog, other, table] = writers;
    const TableReplacement replacement = EventsReplacement(table, {}, {"file:///a"});
    const auto twin = [&] { Must(other->CommitReplacements({replacement})); };
    (before_read ? faults.after_read : faults.before_swap) = twin;
    EXPECT_THAT(Must(catalog->CommitReplacements({replacement})).front().snapshots, SizeIs(1));
    EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///a"));
    EXPECT_THAT(lake.Keys(".avro"), SizeIs(2));
  }
}

TEST(ReplacementFaults, RecordsThatMoveWithoutATableExcludeEachOtherToo) {
  TwoWriters writers;
  auto& [lake, faults, catalog, other, table] = writers;
  faults.before_swap = [&] {
    Must(other->CommitReplacements({EventsReplacement(table, {}, {}, "p2")}));
  };
  Must(catalog->CommitReplacements({EventsReplacement(table, {}, {}, "p1")}));
  EXPECT_EQ(PlanOf(*catalog, table), "p1");  // the later one, built on theirs
  EXPECT_EQ(faults.swaps, 3);                // the creation, the one that lost, the next
  EXPECT_EQ(catalog->CommitReplacements({EventsReplacement(table, {}, {}, "p2")}).error().kind(),
            ErrorKind::kConflict);
}

TEST(ReplacementFaults, ALostReplyIsFoundAppliedWithOrWithoutFiles) {
  for (const bool has_files : {true, false}) {
    TwoWriters writers;
    auto& [lake, faults, catalog, other, table] = writers;
    std::vector<std::string> added;
    if (has_files) added.emplace_back("file:///a");
    faults.next_swap = What::kLostReply;
    Must(catalog->CommitReplacements({EventsReplacement(table, {}, added)}));
    EXPECT_EQ(faults.swaps, 2);  // the creation and this one
    EXPECT_EQ(PlanOf(*catalog, table), "p1");
    EXPECT_THAT(CurrentUris(*catalog, kEvents), SizeIs(has_files ? 1 : 0));
  }
}

TEST(ReplacementFaults, ALostReplyWithoutRunsIsFoundByTheSnapshotsId) {
  TwoWriters writers;
  auto& [lake, faults, catalog, other, table] = writers;
  TableReplacement replacement = EventsReplacement(table, {}, {"file:///a"});
  replacement.runs.clear();
  faults.next_swap = What::kLostReply;
  EXPECT_THAT(Must(catalog->CommitReplacements({replacement})).front().snapshots, SizeIs(1));
}

TEST(ReplacementFaults, ALostRequestIsRepeatedOrLostToAnotherRun) {
  TwoWriters writers;
  auto& [lake, faults, catalog, other, table] = writers;
  faults.next_swap = What::kLostRequest;
  Must(catalog->CommitReplacements({EventsReplacement(table, {}, {"file:///a"}, "p1")}));
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///a"));
  faults.next_swap = What::kLostRequest;
  faults.before_swap = [&] {
    Must(other->CommitReplacements(
        {EventsReplacement(table, {"file:///a"}, {"file:///theirs"}, "p2")}));
  };
  EXPECT_EQ(
      catalog->CommitReplacements({EventsReplacement(table, {"file:///a"}, {"file:///ours"}, "p3")})
          .error()
          .kind(),
      ErrorKind::kConflict);
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///theirs"));
  EXPECT_EQ(PlanOf(*catalog, table), "p2");
}

TEST(ReplacementFaults, ACatalogThatNeverAnswersLeavesTheOutcomeUnknownAndTheNextCommitLearnsIt) {
  for (const What what : {What::kLostReply, What::kLostRequest}) {
    TwoWriters writers;
    auto& [lake, faults, catalog, other, table] = writers;
    const TableReplacement replacement = EventsReplacement(table, {}, {"file:///a"});
    faults.next_swap = what;
    faults.failing_reads = 1000;
    faults.swaps = 0;
    const auto unknown = catalog->CommitReplacements({replacement});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind(), ErrorKind::kUnknownOutcome);
    faults.failing_reads = 0;
    EXPECT_THAT(Must(catalog->CommitReplacements({replacement})).front().snapshots, SizeIs(1));
    EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///a"));
  }
}

TEST(ReplacementFaults, ABusyCatalogMeansNothingWasAppliedAndNothingIsLeft) {
  TwoWriters writers;
  auto& [lake, faults, catalog, other, table] = writers;
  faults.next_swap = What::kBusy;
  EXPECT_EQ(
      catalog->CommitReplacements({EventsReplacement(table, {}, {"file:///a"})}).error().kind(),
      ErrorKind::kUnavailable);
  EXPECT_THAT(lake.Keys(".avro"), IsEmpty());
  EXPECT_EQ(PlanOf(*catalog, table), "");
}

TEST(ReplacementFaults, TwoThreadsOfTwoCatalogsReplaceEachItsPartitionAndLoseNoFile) {
  Lake lake;
  const Table table = Must(lake.Open()->CreateTable(EventsTable()));
  CatalogOptions options = lake.Options();
  options.snapshots_max = 4;  // each also expires what the other may be building on
  options.manifests_merge_min = 3;
  const auto replace = [&](const std::string& name) {
    auto catalog = lake.Open(options);
    std::vector<std::string> at;
    for (int i = 0; i < 40; ++i) {
      const std::string file_name = Format("{}-{:02}.parquet", name, i);
      lake.PutObject("default/events/" + file_name, "rows");
      TableReplacement replacement = EventsReplacement(table, at, {}, file_name);
      replacement.files = {EventsFile(table.location + "/" + file_name, name)};
      replacement.partitions = {replacement.files[0].partition};
      replacement.runs[0].partition = "name=" + name;
      Must(catalog->CommitReplacements({replacement}));
      at = {replacement.files[0].uri};
    }
  };
  std::thread other([&] { replace("end"); });
  replace("start");
  other.join();
  auto catalog = lake.Open();
  const Table after = Must(catalog->LoadTable(kEvents));
  EXPECT_THAT(
      UrisOf(Must(catalog->LoadSnapshot(after, std::nullopt))),
      ElementsAre(table.location + "/end-39.parquet", table.location + "/start-39.parquet"));
  EXPECT_THAT(Must(catalog->ListDerivedRuns(table.uuid)), SizeIs(2));
  for (const SnapshotSummary& snapshot : after.snapshots) {
    for (const std::string& uri : UrisOf(Must(catalog->LoadSnapshot(after, snapshot.id)))) {
      EXPECT_THAT(lake.Keys(uri.substr(uri.rfind('/'))), SizeIs(1)) << uri;
    }
  }
  EXPECT_LT(lake.Keys(".parquet").size(), 80U);
}

TEST(ReplacementFaults, WhicheverStoreCallFailsFilesAndRecordsGoTogether) {
  for (const auto what :
       {store::StoreFault::What::kUnavailable, store::StoreFault::What::kIo,
        store::StoreFault::What::kLostReply, store::StoreFault::What::kLostRequest}) {
    Lake lake;
    CatalogOptions options = lake.Options();
    options.manifests_merge_min = 3;
    options.snapshots_max = 2;
    const Table table = Must(lake.Open()->CreateTable(EventsTable()));
    TableAppend append = EventsAppend("file:///kept");
    append.files = {EventsFile("file:///kept", "end")};
    for (int i = 0; i < 2; ++i) {
      append.files[0].uri = Format("file:///kept{}", i);
      Must(lake.Open(options)->CommitAppends({append}));
    }
    std::vector<std::string> at;
    std::string plan;
    int committed = 0;
    for (uint64_t call = 1; call < 40; ++call) {
      auto catalog = lake.Open(options);  // nothing cached: every file is read
      const std::string file = table.location + Format("/{:03}.parquet", call);
      lake.PutObject(Format("default/events/{:03}.parquet", call), "rows");
      lake.faults.Fail({.what = what, .call = call});
      const auto result =
          catalog->CommitReplacements({EventsReplacement(table, at, {file}, Format("p{}", call))});
      lake.faults.Clear();
      if (result) {
        at = {file};
        plan = Format("p{}", call);
        ++committed;
      } else {
        EXPECT_NE(result.error().kind(), ErrorKind::kUnknownOutcome);
        EXPECT_NE(result.error().kind(), ErrorKind::kConflict);
      }
      auto fresh = lake.Open();
      const auto uris = CurrentUris(*fresh, kEvents);
      EXPECT_THAT(uris, SizeIs(2 + at.size())) << "call " << call;
      EXPECT_EQ(PlanOf(*fresh, table), plan) << "call " << call;
      for (const std::string& uri : at) {
        EXPECT_THAT(lake.Keys(uri.substr(uri.rfind('/'))), SizeIs(1)) << "it is listed";
      }
    }
    EXPECT_GT(committed, 15);
  }
}

}  // namespace
}  // namespace tarn::catalog
