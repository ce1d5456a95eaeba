// Sources of loads: their states move with the table's pointer, or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "catalog/catalog_testing.h"

namespace tarn::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using What = PointerFaults::What;

const std::string kUri = "file:///a.ndjson";

SourceState At(uint64_t position, const std::string& load = "l1", const std::string& uri = kUri) {
  return {.uri = uri,
          .size_bytes = 100,
          .position = position,
          .hash = Format("{:064}", position),
          .first_seen_us = 7,
          .load = load};
}

TableAppend Step(const Table& table, const std::string& file, std::optional<SourceState> from,
                 const SourceState& to) {
  TableAppend append = EventsAppend(file);
  append.uuid = table.uuid;
  append.sources = {{std::move(from), to}};
  return append;
}

std::optional<SourceState> StateOf(Catalog& catalog, const std::string& uri = kUri) {
  const std::string uuid = Must(catalog.LoadTable(kEvents)).uuid;
  return Must(catalog.FindSources(uuid, {uri})).front();
}

TEST(SourceProgress, AStateIsKeptWholeAndByTable) {
  Lake lake;
  auto catalog = lake.Open();
  const auto tables = Must(catalog->CreateTables({EventsTable(), EventsTable("other")}));
  Must(catalog->CommitAppends({Step(tables[0], "file:///a", std::nullopt, At(5))}));
  EXPECT_EQ(StateOf(*catalog), At(5));
  EXPECT_THAT(Must(catalog->FindSources(tables[1].uuid, {kUri, "x"})),
              ElementsAre(std::nullopt, std::nullopt));
  SourceState anew = At(3, "l2");
  anew.round = 2;
  Must(catalog->CommitAppends({Step(tables[0], "file:///b", At(5), anew)}));
  EXPECT_EQ(StateOf(*catalog), anew);
  EXPECT_THAT(Must(catalog->FindSources(tables[0].uuid, {"x", kUri})),
              ElementsAre(std::nullopt, anew));
}

TEST(SourceProgress, AStepFromElsewhereAppliesNothing) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  Must(catalog->CommitAppends({Step(table, "file:///a", std::nullopt, At(5))}));
  SourceState other_round = At(5);
  other_round.round = 2;
  for (const auto& from : std::vector<std::optional<SourceState>>{std::nullopt, At(4),
                                                                  At(5, "another"), other_round}) {
    const auto late = catalog->CommitAppends({Step(table, "file:///b", from, At(9))});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind(), ErrorKind::kConflict);
    EXPECT_THAT(late.error().message(),
                HasSubstr("file:///a.ndjson: another load has taken it on meanwhile, from byte"));
    EXPECT_THAT(late.error().message(), HasSubstr("run the load again, it goes on from there"));
  }
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///a"));
  EXPECT_EQ(StateOf(*catalog), At(5));
}

TEST(SourceProgress, OneStaleSourceHoldsBackAllOthersAndTheTables) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  TableAppend append = Step(table, "file:///a", std::nullopt, At(5));
  append.sources.push_back({At(1, "l0", "file:///b.ndjson"), At(2, "l1", "file:///b.ndjson")});
  EXPECT_EQ(catalog->CommitAppends({append}).error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(StateOf(*catalog), std::nullopt);
  EXPECT_THAT(CurrentUris(*catalog, kEvents), IsEmpty());
  EXPECT_THAT(lake.Keys(".avro"), IsEmpty());
}

TEST(SourceProgress, AStepWithoutRowsMakesNoSnapshot) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  TableAppend append = Step(table, "file:///a", std::nullopt, At(5));
  append.files.clear();
  EXPECT_THAT(Must(catalog->CommitAppends({append})).front().snapshots, IsEmpty());
  EXPECT_EQ(StateOf(*catalog), At(5));
}

TEST(SourceProgress, StepsThatMakeNoSenseAreRefused) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  TableAppend nameless = Step(table, "file:///a", std::nullopt, At(5));
  nameless.uuid.clear();
  TableAppend twice = Step(table, "file:///a", std::nullopt, At(5));
  twice.sources.push_back(twice.sources.front());
  const TableAppend elsewhere = Step(table, "file:///a", At(1, "l1", "file:///other"), At(5));
  for (const TableAppend& append : {nameless, twice, elsewhere})
    EXPECT_EQ(catalog->CommitAppends({append}).error().kind(), ErrorKind::kInvalid);
}

TEST(SourceProgress, ARowThatComesInBetweenIsAConflictAndAnotherTablesCommitIsNone) {
  TwoWriters writers;
  auto& [lake, faults, catalog, other, table] = writers;
  faults.before_swap = [&] {
    Must(other->CommitAppends({Step(table, "file:///theirs", std::nullopt, At(3, "theirs"))}));
  };
  EXPECT_EQ(
      catalog->CommitAppends({Step(table, "file:///ours", std::nullopt, At(5))}).error().kind(),
      ErrorKind::kConflict);
  const std::string uri = "file:///b.ndjson";
  faults.before_swap = [&] {
    Must(other->CommitAppends({Step(table, "file:///more", At(3, "theirs"), At(6, "theirs"))}));
  };
  Must(catalog->CommitAppends({Step(table, "file:///b", std::nullopt, At(5, "l1", uri))}));
  EXPECT_THAT(CurrentUris(*catalog, kEvents),
              ElementsAre("file:///b", "file:///more", "file:///theirs"));
}

TEST(SourceProgress, ALostReplyIsFoundAppliedWithOrWithoutRows) {
  for (const bool has_rows : {true, false}) {
    TwoWriters writers;
    auto& [lake, faults, catalog, other, table] = writers;
    TableAppend append = Step(table, "file:///a", std::nullopt, At(5));
    if (!has_rows) append.files.clear();
    faults.next_swap = What::kLostReply;
    Must(catalog->CommitAppends({append}));
    EXPECT_EQ(faults.swaps, 2);  // the creation and this one
    EXPECT_EQ(StateOf(*catalog), At(5));
    EXPECT_THAT(CurrentUris(*catalog, kEvents), SizeIs(has_rows ? 1 : 0));
  }
}

TEST(SourceProgress, ALostRequestIsRepeatedOrLostToAnotherLoad) {
  TwoWriters writers;
  auto& [lake, faults, catalog, other, table] = writers;
  faults.next_swap = What::kLostRequest;
  Must(catalog->CommitAppends({Step(table, "file:///a", std::nullopt, At(5))}));
  // The same bytes by another load: where it was faster, ours are not in.
  faults.next_swap = What::kLostRequest;
  faults.before_swap = [&] {
    Must(other->CommitAppends({Step(table, "file:///theirs", At(5), At(9, "theirs"))}));
  };
  EXPECT_EQ(catalog->CommitAppends({Step(table, "file:///ours", At(5), At(9))}).error().kind(),
            ErrorKind::kConflict);
  EXPECT_THAT(CurrentUris(*catalog, kEvents), ElementsAre("file:///a", "file:///theirs"));
}

TEST(SourceProgress, WhicheverStoreCallFailsStateAndRowsGoTogether) {
  Lake lake;
  const Table table = Must(lake.Open()->CreateTable(EventsTable()));
  std::optional<SourceState> at;
  uint64_t rows = 0;
  for (uint64_t call = 1; call < 12; ++call) {
    auto catalog = lake.Open();
    lake.faults.Fail({.what = store::StoreFault::What::kIo, .call = call});
    const SourceState to = At(call, Format("l{}", call));
    const auto committed =
        catalog->CommitAppends({Step(table, Format("file:///{}", call), at, to)});
    lake.faults.Clear();
    if (committed) {
      at = to;
      ++rows;
    }
    EXPECT_EQ(StateOf(*lake.Open()), at) << "call " << call;
    EXPECT_THAT(CurrentUris(*lake.Open(), kEvents), SizeIs(rows)) << "call " << call;
  }
  EXPECT_GT(rows, 3U);
}

TEST(SourceProgress, ForgettingTakesOldOnesOfAPrefixAndKeepsUntilWhen) {
  Lake lake;
  auto catalog = lake.Open();
  const auto tables = Must(catalog->CreateTables({EventsTable(), EventsTable("other")}));
  const std::vector<std::string> uris = {"s3://raw/a/1", "s3://raw/a/2", "s3://raw/a", "s3://raw/b",
                                         "s3://raw/a~"};
  for (const Table& table : tables) {
    TableAppend append{.name = table.name, .uuid = table.uuid};
    for (const std::string& uri : uris) append.sources.push_back({std::nullopt, At(5, "l", uri)});
    append.sources[1].to.first_seen_us = 8;
    Must(catalog->CommitAppends({append}));
  }
  const auto known = [&](const Table& table) {
    std::vector<std::string> found;
    for (const auto& state : Must(catalog->FindSources(table.uuid, uris)))
      if (state) found.push_back(state->uri);
    return found;
  };
  const auto forgotten_until = [&] {
    const auto all = Must(catalog->FindForgotten(tables[0].uuid));
    return all.empty() ? 0 : all.front().until_us;
  };
  EXPECT_EQ(forgotten_until(), 0);
  EXPECT_EQ(Must(catalog->ForgetSources(tables[0].uuid, "s3://raw/a/", 7)), 0U);  // seen at 7
  EXPECT_EQ(forgotten_until(), 0);
  EXPECT_EQ(Must(catalog->ForgetSources(tables[0].uuid, "s3://raw/a/", 8)), 1U);
  EXPECT_THAT(known(tables[0]),
              ElementsAre("s3://raw/a/2", "s3://raw/a", "s3://raw/b", "s3://raw/a~"));
  EXPECT_THAT(known(tables[1]), SizeIs(5));
  EXPECT_EQ(forgotten_until(), 8);
  EXPECT_EQ(Must(catalog->ForgetSources(tables[0].uuid, "s3://raw/a/", 3)), 0U);
  EXPECT_EQ(forgotten_until(), 8);
  EXPECT_EQ(Must(catalog->ForgetSources(tables[0].uuid, "s3://raw/a/", 9)), 1U);
  EXPECT_THAT(Must(catalog->FindForgotten(tables[0].uuid)),
              ElementsAre(ForgottenSources{"s3://raw/a/", 9}));
  EXPECT_THAT(Must(catalog->FindForgotten(tables[1].uuid)), IsEmpty());
}

TEST(SourceProgress, ForgettingTakesOnlyUrisOfTheShape) {
  Lake lake;
  auto catalog = lake.Open();
  const Table table = Must(catalog->CreateTable(EventsTable()));
  const std::vector<std::string> others = {"s3://raw/in/1", "s3://raw/202x/01/k", "s3://raw/2026/1",
                                           "s3://raw/2026/01"};
  TableAppend append{.name = table.name, .uuid = table.uuid};
  append.sources.push_back({std::nullopt, At(5, "l", "s3://raw/2026/01/k")});
  for (const std::string& uri : others) append.sources.push_back({std::nullopt, At(5, "l", uri)});
  Must(catalog->CommitAppends({append}));
  EXPECT_EQ(Must(catalog->ForgetSources(table.uuid, "s3://raw/####/##/", 8)), 1U);
  for (const std::string& uri : others) EXPECT_TRUE(StateOf(*catalog, uri)) << uri;
  EXPECT_EQ(Must(catalog->ForgetSources(table.uuid, "s3://raw/in/", 8)), 1U);
  EXPECT_THAT(
      Must(catalog->FindForgotten(table.uuid)),
      ElementsAre(ForgottenSources{"s3://raw/####/##/", 8}, ForgottenSources{"s3://raw/in/", 8}));
}

TEST(SourceProgress, ACatalogFromBeforeLoadsGetsTheirTable) {
  Lake lake;
  const Table table = Must(lake.Open()->CreateTable(EventsTable()));
  sqlite3* older = nullptr;
  ASSERT_EQ(sqlite3_open(lake.Options().path.c_str(), &older), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(older, "DROP TABLE tarn_sources", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(older);
  auto catalog = lake.Open();
  Must(catalog->CommitAppends({Step(table, "file:///a", std::nullopt, At(5))}));
  EXPECT_EQ(StateOf(*catalog), At(5));
}

}  // namespace
}  // namespace tarn::catalog
