// Commits when the catalog or the store fails beneath them: all or nothing, and the truth about
// which.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/catalog_testing.h"

namespace tarn::catalog {
namespace {

using store::StoreCall;
using store::StoreFault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using What = PointerFaults::What;

TEST(CommitFaults, ALostReplyIsFoundAppliedAndNotRepeated) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  Must(catalog->CreateTable(EventsTable()));
  faults.next_swap = What::kLostReply;
  const Table table = Must(catalog->CommitAppends({EventsAppend("file:///a", 0, 5)})).front();
  EXPECT_EQ(table.watermarks.at(kKey), Lsn(5));
  EXPECT_THAT(table.snapshots, SizeIs(1));
  EXPECT_EQ(faults.swaps, 2);  // the creation and this one
}

TEST(CommitFaults, ALostReplyWithoutProgressIsFoundByTheSnapshotsId) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  Must(catalog->CreateTable(EventsTable()));
  faults.next_swap = What::kLostReply;
  EXPECT_THAT(Must(catalog->CommitAppends({EventsAppend("file:///a")})).front().snapshots,
              SizeIs(1));
}

TEST(CommitFaults, ALostRequestIsRepeated) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  Must(catalog->CreateTables({EventsTable(), EventsTable("other")}));
  faults.next_swap = What::kLostRequest;
  Must(catalog->CommitAppends(
      {EventsAppend("file:///a", 0, 5), EventsAppend("file:///b", 0, 5, "other")}));
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///a"));
  EXPECT_THAT(CurrentUris(*catalog, {"default", "other"}), ElementsAre("file:///b"));
  EXPECT_EQ(faults.swaps, 3);
}

TEST(CommitFaults, NothingIsDeletedOnceAnOutcomeWasUnknown) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  Must(catalog->CreateTable(EventsTable()));
  faults.next_swap = What::kLostRequest;
  Must(catalog->CommitAppends({EventsAppend("file:///a", 0, 5)}));
  EXPECT_THAT(lake.Keys(".metadata.json"), SizeIs(3));
  EXPECT_THAT(lake.Keys("/snap-"), SizeIs(2));
}

TEST(CommitFaults, TheCatalogIsReadUntilItAnswers) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  Must(catalog->CreateTable(EventsTable()));
  faults.next_swap = What::kLostReply;
  faults.failing_reads = 5;
  faults.swaps = 0;
  Must(catalog->CommitAppends({EventsAppend("file:///a", 0, 5)}));
  EXPECT_EQ(faults.swaps, 1);
}

TEST(CommitFaults, ACatalogThatNeverAnswersLeavesTheOutcomeUnknown) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  Must(catalog->CreateTable(EventsTable()));
  for (const What what : {What::kLostReply, What::kLostRequest}) {
    faults.next_swap = what;
    faults.failing_reads = 1000;
    faults.swaps = 0;
    const uint64_t at = what == What::kLostReply ? 0 : 5;
    const auto unknown =
        catalog->CommitAppends({EventsAppend(Format("file:///{}", at), at, at + 5)});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind(), ErrorKind::kUnknownOutcome);
    EXPECT_THAT(unknown.error().message(), HasSubstr("it may have been applied"));
    faults.failing_reads = 0;
  }
  // The caller reads the watermark, and everything that a snapshot lists is there.
  EXPECT_EQ(Must(catalog->LoadTable(kEvents)).watermarks.at(kKey), Lsn(5));
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///0"));
}

TEST(CommitFaults, AnUnknownSwapThatAnotherWriterExcludedIsRebased) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  auto other = lake.Open();
  Must(catalog->CreateTable(EventsTable()));
  faults.before_swap = [&] { Must(other->CommitAppends({EventsAppend("file:///theirs")})); };
  faults.next_swap = What::kLostRequest;
  Must(catalog->CommitAppends({EventsAppend("file:///ours", 0, 5)}));
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///ours", "file:///theirs"));
}

TEST(CommitFaults, ABusyCatalogMeansNothingWasAppliedAndNothingIsLeft) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  Must(catalog->CreateTable(EventsTable()));
  faults.next_swap = What::kBusy;
  const auto busy = catalog->CommitAppends({EventsAppend("file:///a", 0, 5)});
  EXPECT_EQ(busy.error().kind(), ErrorKind::kUnavailable);
  EXPECT_THAT(CurrentUris(*catalog, kEvents), IsEmpty());
  EXPECT_THAT(lake.Keys(".avro"), IsEmpty());
  EXPECT_THAT(lake.Keys(".metadata.json"), SizeIs(1));
  Must(catalog->CommitAppends({EventsAppend("file:///a", 0, 5)}));
}

TEST(CommitFaults, EndlessConflictsEndAsUnavailable) {
  Lake lake;
  PointerFaults faults;
  CatalogOptions options = lake.Options();
  options.commit_attempts_max = 3;
  options.retry_wait_ms = 0;
  auto other = lake.Open();
  Must(other->CreateTable(EventsTable()));
  auto catalog =
      MakeCatalog(options,
                  std::make_unique<FaultyPointers>(
                      Must(OpenSqliteStore(options.path, StoreAccess::kReadWrite)), faults),
                  *lake.buckets, lake.clock, lake.entropy);
  int writes = 0;
  std::function<void()> interfere = [&] {
    Must(other->CommitAppends({EventsAppend(Format("file:///{}", writes++))}));
    faults.before_swap = interfere;
  };
  faults.before_swap = interfere;
  const auto lost = catalog->CommitAppends({EventsAppend("file:///ours")});
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind(), ErrorKind::kUnavailable);
  EXPECT_THAT(lost.error().message(), HasSubstr("gave up after 3 conflicts"));
}

TEST(CommitFaults, ABaseWhoseFilesOthersHaveExpiredMeanwhileIsReadAnew) {
  Lake lake;
  PointerFaults faults;
  CatalogOptions options = lake.Options();
  options.snapshots_max = 1;
  auto other = lake.Open(options);
  Must(other->CreateTable(EventsTable()));
  Must(other->CommitAppends({EventsAppend("file:///0")}));
  auto catalog = lake.OpenFaulty(faults);
  Must(catalog->LoadTable(kEvents));  // its metadata is cached, its manifest list is not
  faults.after_read = [&] {
    for (int i = 1; i < 4; ++i) Must(other->CommitAppends({EventsAppend(Format("file:///{}", i))}));
  };
  Must(catalog->CommitAppends({EventsAppend("file:///ours", 0, 5)}));
  EXPECT_THAT(CurrentUris(*catalog, kEvents), SizeIs(5));
}

TEST(CommitFaults, WhicheverStoreCallFailsACommitIsWholeOrNotThere) {
  for (const auto what : {StoreFault::What::kUnavailable, StoreFault::What::kIo,
                          StoreFault::What::kLostReply, StoreFault::What::kLostRequest}) {
    Lake lake;
    CatalogOptions options = lake.Options();
    options.manifests_merge_min = 3;
    options.snapshots_max = 2;
    Must(lake.Open(options)->CreateTable(EventsTable()));
    uint64_t at = 0;
    for (uint64_t call = 1; call < 40; ++call) {
      auto catalog = lake.Open(options);  // nothing cached: every file is read
      lake.faults.Fail({.what = what, .call = call});
      const auto committed =
          catalog->CommitAppends({EventsAppend(Format("file:///{:03}", at), at, at + 1)});
      lake.faults.Clear();
      if (committed) {
        ++at;
      } else {
        EXPECT_NE(committed.error().kind(), ErrorKind::kUnknownOutcome);
        EXPECT_NE(committed.error().kind(), ErrorKind::kConflict);
      }
      EXPECT_THAT(CurrentUris(*lake.Open(), kEvents), SizeIs(at)) << "call " << call;
    }
    EXPECT_GT(at, 20U);
  }
}

TEST(CommitFaults, ACreationWithALostReplyIsFoundMade) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  for (const What what : {What::kLostReply, What::kLostRequest}) {
    faults.next_swap = what;
    const std::string name = what == What::kLostReply ? "reply" : "request";
    const Table table = Must(catalog->CreateTable(EventsTable(name)));
    EXPECT_EQ(Must(catalog->LoadTable(table.name)).uuid, table.uuid);
  }
}

TEST(CommitFaults, ColumnsWithALostReplyAreAddedOnce) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  const Table made = Must(catalog->CreateTable(EventsTable()));
  const schema::Field column{FieldId(0), "w", false, schema::Type::Of(schema::TypeKind::kInt), ""};
  faults.next_swap = What::kLostReply;
  EXPECT_THAT(Must(catalog->AddColumns(made, {column})).schemas, SizeIs(2));
}

TEST(CommitFaults, ColumnsAddedByTwoWritersAtOnceAreBothThere) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  auto other = lake.Open();
  const Table made = Must(catalog->CreateTable(EventsTable()));
  const auto column = [](const char* name) {
    return schema::Field{FieldId(0), name, false, schema::Type::Of(schema::TypeKind::kInt), ""};
  };
  faults.before_swap = [&] { Must(other->AddColumns(made, {column("theirs")})); };
  const Table table = Must(catalog->AddColumns(made, {column("ours")}));
  EXPECT_EQ(table.schema.Find("theirs")->id, FieldId(4));
  EXPECT_EQ(table.schema.Find("ours")->id, FieldId(5));
}

TEST(CommitFaults, AnotherTableThatTakesTheNameIsGivenNoColumns) {
  Lake lake;
  PointerFaults faults;
  auto catalog = lake.OpenFaulty(faults);
  const auto tables = Must(catalog->CreateTables({EventsTable(), EventsTable("other")}));
  const schema::Field column{FieldId(0), "w", false, schema::Type::Of(schema::TypeKind::kInt), ""};
  faults.before_swap = [&] {
    Must(Must(OpenSqliteStore(lake.Options().path, StoreAccess::kReadWrite))
             ->Swap({{kEvents, tables[0].metadata_uri, tables[1].metadata_uri}}, {}));
  };
  const auto added = catalog->AddColumns(tables[0], {column});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().kind(), ErrorKind::kNotFound);
  const Table now = Must(catalog->LoadTable(kEvents));
  EXPECT_EQ(now.uuid, tables[1].uuid);
  EXPECT_EQ(now.schema.Find("w"), nullptr);
}

}  // namespace
}  // namespace tarn::catalog
