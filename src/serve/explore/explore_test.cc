#include <gtest/gtest.h>

#include "schema/declaration.h"
#include "serve/explore/histogram_buckets.h"
#include "serve/explore/overview.h"
#include "serve/explore/stream_rates.h"
#include "serve/site_testing.h"
#include "serve/ui/dashboard.h"

namespace tarn::serve {
namespace {

constexpr int64_t kHour = 3'600'000'000;

catalog::Table TableOf(std::string_view columns) {
  catalog::Table table;
  table.name = {"default", "events"};
  table.uuid = "u";
  table.location = "file:///lake/default/events";
  table.schema.fields = schema::FieldsOf(*schema::ParseColumns(columns));
  table.current = SnapshotId(2);
  table.snapshots = {{SnapshotId(1), std::nullopt, 1, 1000, 0, {{"operation", "append"}}},
                     {SnapshotId(2),
                      SnapshotId(1),
                      2,
                      2000,
                      0,
                      {{"operation", "append"},
                       {"added-records", "5"},
                       {"total-records", "9"},
                       {"total-data-files", "2"},
                       {"total-files-size", "700"}}}};
  return table;
}

void AddTable(TestSite& site) {
  const catalog::Table table = TableOf("ts timestamptz, name string");
  site.catalog.tables[table.name] = table;
}

Json JsonOf(const Reply& reply) { return *Json::Parse(reply.body); }

TEST(Explore, KnowsOnlyTheTablesOfTheCatalog) {
  TestSite site;
  AddTable(site);
  for (const char* table : {"default/nothing", "default/..%2f..%2fetc%2fpasswd", "%2e%2e/events",
                            "default/events%22%3b--", "default/events%00"}) {
    for (const char* what : {"", "/rows", "/histogram", "/values?column=name", "/groups?by=name",
                             "/snapshots", "/partitions"}) {
      const std::string target = Format("/api/v1/tables/{}{}", table, what);
      EXPECT_EQ(site.Answer({.target = target}).status, 404) << target;
    }
  }
  EXPECT_EQ(site.queries.sql, "");
}

TEST(Explore, RefusesParametersThatItDoesNotKnow) {
  TestSite site;
  AddTable(site);
  for (const char* what : {"/rows?sql=SELECT",
                           "/rows?limit=10001",
                           "/rows?limit=0",
                           "/rows?offset=-1",
                           "/rows?order=name",
                           "/rows?format=xml",
                           "/rows?columns=other",
                           "/rows?snapshot=x",
                           "/rows?format=csv&limit=100001",
                           "/histogram?buckets=501",
                           "/histogram?by=other",
                           "/values",
                           "/values?column=other",
                           "/values?column=name&limit=1001",
                           "/groups",
                           "/groups?by=name,name,name",
                           "/groups?by=name&measure=sum:name",
                           "/snapshots?limit=0",
                           "/partitions?sql=1",
                           "?x=1"}) {
    const Reply reply = site.Answer({.target = Format("/api/v1/tables/default/events{}", what)});
    EXPECT_EQ(reply.status, 400) << what << reply.body;
    EXPECT_TRUE(JsonOf(reply).GetString("error")) << what;
  }
  EXPECT_EQ(site.Answer({.target = "/api/v1/tables/default/events/rows?snapshot=99"}).status, 404);
}

TEST(Explore, GivesRowsAsCells) {
  TestSite site;
  AddTable(site);
  site.queries.page = query::Page{R"([["2026-11-21T00:00:00.000000Z","a"]])", 1, true, {3, 400}};
  const Json rows = JsonOf(site.Answer({.target = "/api/v1/tables/default/events/rows?limit=1"}));
  EXPECT_EQ(rows.Find("columns")->Dump(),
            R"([{"name":"ts","type":"timestamptz"},{"name":"name","type":"string"}])");
  EXPECT_EQ(rows.Find("rows")->as_array().size(), 1u);
  EXPECT_TRUE(rows.Find("more")->as_bool());
  EXPECT_EQ(*rows.Find("stats")->GetInt("bytes_read"), 1200);  // its times, their number, its rows
  EXPECT_EQ(*rows.Find("stats")->GetInt("files_read"), 3);
}

TEST(Explore, FillsEmptyBucketsAndCountsRowsWithoutATime) {
  TestSite site;
  AddTable(site);
  site.queries.page = query::Page{
      R"([[0,"a",false,2],[2,null,true,3],[2,null,false,1],[null,null,false,4]])", 4, false, {}};
  const Json histogram = JsonOf(
      site.Answer({.target = "/api/v1/tables/default/events/histogram?from=2026-11-21T00:00:00Z"
                             "&to=2026-11-21T03:00:00Z&buckets=3&by=name"}));
  EXPECT_EQ(*histogram.GetInt("bucket_ms"), 3'600'000);
  EXPECT_EQ(*histogram.GetInt("total"), 6);
  EXPECT_EQ(*histogram.GetInt("outside"), 4);
  EXPECT_EQ(
      histogram.Find("buckets")->Dump(),
      R"([{"from":"2026-11-21T00:00:00.000000Z","count":2,"by":{"a":2},"nulls":0,"others":0},)"
      R"({"from":"2026-11-21T01:00:00.000000Z","count":0,"by":{},"nulls":0,"others":0},)"
      R"({"from":"2026-11-21T02:00:00.000000Z","count":4,"by":{},"nulls":1,"others":3}])");
}

TEST(Explore, CountsTheValuesNullAndOtherApartFromMissingAndFurtherOnes) {
  TestSite site;
  AddTable(site);
  site.queries.page = query::Page{
      R"([[0,"null",false,1],[0,"other",false,2],[0,"nulls",false,3],[0,null,false,10],[0,null,true,20]])",
      5,
      false,
      {}};
  constexpr const char* kTarget =
      "/api/v1/tables/default/events/histogram?from=2026-11-21T00:00:00Z&to=2026-11-21T01:00:00Z&"
      "buckets=1&by=name";
  const Json histogram = JsonOf(site.Answer({.target = kTarget}));
  EXPECT_EQ(histogram.Find("buckets")->Dump(),
            R"([{"from":"2026-11-21T00:00:00.000000Z","count":36,)"
            R"("by":{"null":1,"nulls":3,"other":2},"nulls":10,"others":20}])");
  // Where no row is counted, the members are there all the same.
  site.queries.page = query::Page{"[[null,null,false,0]]", 1, false, {}};
  EXPECT_EQ(JsonOf(site.Answer({.target = kTarget})).Find("buckets")->Dump(),
            R"([{"from":"2026-11-21T00:00:00.000000Z","count":0,"by":{},"nulls":0,"others":0}])");
}

TEST(Explore, CountsBucketsAloneWhereNoColumnDividesThem) {
  TestSite site;
  AddTable(site);
  site.queries.page = query::Page{"[[0,null,false,2],[null,null,false,0]]", 2, false, {}};
  const Json histogram =
      JsonOf(site.Answer({.target = "/api/v1/tables/default/events/histogram?buckets=1&from="
                                    "2026-11-21T00:00:00Z&to=2026-11-21T01:00:00Z"}));
  EXPECT_EQ(histogram.Find("buckets")->Dump(),
            R"([{"from":"2026-11-21T00:00:00.000000Z","count":2}])");
}

TEST(Explore, AHistogramOfOpenRangeEndsWithTheCalendar) {
  TestSite site;
  AddTable(site);
  site.queries.page =
      query::Page{R"([["-9000000000000000000","9000000000000000000",false,1]])", 1, false, {}};
  const Json histogram =
      JsonOf(site.Answer({.target = "/api/v1/tables/default/events/histogram?buckets=2"}));
  EXPECT_EQ(*histogram.GetString("from"), "0001-01-01T00:00:00.000000Z");
  EXPECT_EQ(*histogram.GetString("to"), "10000-01-01T00:00:00.000000Z");
  const Json::Array& buckets = histogram.Find("buckets")->as_array();
  ASSERT_EQ(buckets.size(), 2U);
  // What it answers, it takes: to press the first bar and the last one asks for them.
  for (const std::string& range :
       {"from=" + *buckets[0].GetString("from") + "&to=" + *buckets[1].GetString("from"),
        "from=" + *buckets[1].GetString("from") + "&to=" + *histogram.GetString("to")}) {
    EXPECT_EQ(site.Answer({.target = "/api/v1/tables/default/events/histogram?" + range}).status,
              200)
        << range;
  }
}

TEST(Explore, TellsTheValuesOfAColumn) {
  TestSite site;
  AddTable(site);
  site.queries.page =
      query::Page{R"([[10,1,2,"a","b","a",6],[10,1,2,"a","b","b",3]])", 2, false, {}};
  const Json values = JsonOf(
      site.Answer({.target = "/api/v1/tables/default/events/values?column=name&search=%27x"}));
  EXPECT_EQ(values.Find("values")->Dump(), R"([{"value":"a","count":6},{"value":"b","count":3}])");
  EXPECT_EQ(*values.GetInt("distinct"), 2);
  EXPECT_EQ(site.queries.parameters, (std::vector<schema::Value>{std::string("'x")}));
}

TEST(Explore, ShowsTablesAndSnapshotsNewestFirst) {
  TestSite site;
  AddTable(site);
  site.streams.live_rows = 3;
  const Json table = JsonOf(site.Answer({.target = "/api/v1/tables/default/events"}));
  EXPECT_EQ(*table.GetInt("rows"), 9);
  EXPECT_EQ(*table.GetInt("live_rows"), 3);
  EXPECT_EQ(table.Find("time_columns")->Dump(), R"(["ts"])");
  const Json all = JsonOf(site.Answer({.target = "/api/v1/tables/default/events/snapshots"}));
  EXPECT_EQ(*all.Find("snapshots")->as_array()[0].GetString("id"), "2");
  EXPECT_FALSE(all.Find("more")->as_bool());
  const Json one =
      JsonOf(site.Answer({.target = "/api/v1/tables/default/events/snapshots?limit=1"}));
  EXPECT_TRUE(one.Find("more")->as_bool());
}

TEST(Explore, AsksForRowsOfThePagesTimesAlone) {
  TestSite site;
  AddTable(site);
  site.queries.page = query::Page{"[[10000,20000,true]]", 1, false, {2, 100}};
  const Json rows = JsonOf(site.Answer({.target = "/api/v1/tables/default/events/rows?limit=5"}));
  EXPECT_EQ(site.queries.sql,
            R"(SELECT "ts" AS "ts", "name" AS "name" FROM "default"."events" WHERE "ts" >= )"
            R"(TIMESTAMPTZ '1970-01-01T00:00:00.010000Z' AND "ts" < TIMESTAMPTZ )"
            R"('1970-01-01T00:00:00.020001Z' ORDER BY "ts" DESC NULLS LAST, "ts", "name" )"
            R"(LIMIT 6 OFFSET 0)");
  EXPECT_EQ(*rows.Find("stats")->GetInt("bytes_read"), 300);
  EXPECT_EQ(*rows.Find("stats")->GetInt("files_read"), 2);
  // Where they are too many of one time, they come as they are read.
  site.queries.page = query::Page{"[[1000000000,1000000000,true]]", 1, false, {}};
  site.Answer({.target = "/api/v1/tables/default/events/rows?limit=5"});
  EXPECT_NE(site.queries.sql.find(R"("ts" DESC NULLS LAST LIMIT 6)"), std::string::npos)
      << site.queries.sql;
  // Where rows without a time are among them, no range holds them.
  site.queries.page = query::Page{"[[1000000,2000000,false]]", 1, false, {}};
  site.Answer({.target = "/api/v1/tables/default/events/rows?limit=5"});
  EXPECT_EQ(site.queries.sql.find("WHERE"), std::string::npos) << site.queries.sql;
}

TEST(Explore, WhatIsCutShortIsNoAnswer) {
  TestSite site;
  AddTable(site);
  site.queries.page = query::Page{R"([[10,1,2,"a","b","a",6]])", 1, true, {}};
  const Reply values =
      site.Answer({.target = "/api/v1/tables/default/events/values?column=name&limit=1000"});
  EXPECT_EQ(values.status, 413);
  EXPECT_NE(values.body.find("choose fewer"), std::string::npos) << values.body;
  site.queries.page = query::Page{R"([[0,"a",false,6]])", 1, true, {}};
  const Reply histogram =
      site.Answer({.target = "/api/v1/tables/default/events/histogram?by=name&from=2026-11-21&"
                             "to=2026-11-22"});
  EXPECT_EQ(histogram.status, 413);
}

TEST(RecentRejects, AreNotCountedPastTheDeadlineNorForOneWhoLeft) {
  FakeQueries queries;
  queries.page = query::Page{"[[7]]", 1, false, {}};
  FakeClock clock;
  RecentRejects rejects(queries, clock);
  ClientPresence client;
  const auto now = std::chrono::steady_clock::now();
  EXPECT_EQ(rejects.Of({"default", "t"}, now, client), std::nullopt);
  EXPECT_EQ(queries.sql, "");
  EXPECT_EQ(rejects.Of({"default", "t"}, now + std::chrono::minutes(1), client), 7);
  client.Leave();
  queries.sql = "";
  EXPECT_EQ(rejects.Of({"default", "t"}, now, client), 7);  // known
  EXPECT_EQ(rejects.Of({"default", "u"}, now + std::chrono::minutes(1), client), std::nullopt);
  EXPECT_EQ(queries.sql, "");
}

TEST(Explore, ATailNeedsAStream) {
  TestSite site;
  EXPECT_EQ(site.Answer({.target = "/api/v1/streams/nothing/tail"}).status, 404);
}

TEST(HistogramBuckets, AreRoundAndNoMoreThanAskedFor) {
  const BucketRange range = ChooseBuckets(kHour + 1, 3 * kHour, 60);
  EXPECT_EQ(range.width_us, 2 * 60'000'000);
  EXPECT_EQ(range.first_us % range.width_us, 0);
  for (const int64_t buckets : {1, 2, 7, 60, 500}) {
    for (const auto& [from, to] : {std::pair<int64_t, int64_t>{0, 1},
                                   {-1, 1},
                                   {-5 * kHour, 70'000 * kHour},
                                   {1, 1'000'000},
                                   {-62'135'596'800'000'000, 253'402'300'799'999'999}}) {
      const BucketRange one = ChooseBuckets(from, to, buckets);
      EXPECT_LE(one.count, buckets) << from << " " << to;
      EXPECT_LE(one.first_us, from);
      EXPECT_GE(one.first_us + one.count * one.width_us, to);
      EXPECT_EQ(one.width_us % 1000, 0);
    }
  }
}

class SteppingClock : public FakeClock {
 public:
  int64_t SteadyMicros() override { return now_us; }
  int64_t now_us = 0;
};

TEST(StreamRates, AreTakenOverTheLastSeconds) {
  FakeStreams streams;
  SteppingClock clock;
  StreamRates rates(streams, clock);
  const StreamId id = streams.Create({.name = "s"})->id;
  EXPECT_EQ(rates.Of(id).records_per_second, 0);
  for (int second = 0; second <= 30; ++second) {
    clock.now_us = second * 1'000'000;
    streams.Change("s", [&](flow::StreamInfo& info) {
      info.records = second < 20 ? 100 * static_cast<uint64_t>(second) : 2000;
      info.bytes_received = info.records * 8;
    });
    rates.Sample();
    if (second == 15) {
      EXPECT_EQ(rates.Of(id).records_per_second, 100);
      EXPECT_EQ(rates.Of(id).bytes_per_second, 800);
    }
  }
  EXPECT_EQ(rates.Of(id).records_per_second, 0);
}

TEST(ClientPresence, CallsOnceAndNotAfterTheWatchIsGone) {
  ClientPresence client;
  int first = 0;
  int second = 0;
  const auto watch = client.WhenGone([&] { ++first; });
  client.WhenGone([&] { ++second; }).reset();
  client.Leave();
  EXPECT_TRUE(client.is_gone());
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 0);
  const auto late = client.WhenGone([&] { ++second; });
  EXPECT_EQ(second, 1);
}

Reply Show(std::span<const Asset> assets, std::string path, std::string_view accepted) {
  const Dashboard dashboard(assets);
  Request request;
  request.parameters = {{"path", std::move(path)}};
  request.headers = {{"accept-encoding", accepted}};
  Reply shown;
  dashboard.Show(request, Responder([&](Reply reply) { shown = std::move(reply); }));
  return shown;
}

TEST(Dashboard, ServesFilesAsTheClientTakesThem) {
  constexpr Asset kAssets[] = {{"assets/index-1.js", "plain", "zip", "br"},
                               {"index.html", "<p>", "zip2", "br2"}};
  const Reply script = Show(kAssets, "assets/index-1.js", "gzip, deflate, br");
  EXPECT_EQ(script.body, "br");
  EXPECT_EQ(HeaderOf(script, "Content-Encoding"), "br");
  EXPECT_EQ(HeaderOf(script, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(Show(kAssets, "assets/index-1.js", "gzip").body, "zip");
  EXPECT_EQ(Show(kAssets, "assets/index-1.js", "gzip;q=0").body, "plain");
  const Reply page = Show(kAssets, "tables/default/events", "");
  EXPECT_EQ(page.body, "<p>");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(HeaderOf(page, "Cache-Control"), "no-cache");
  EXPECT_EQ(HeaderOf(page, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(HeaderOf(page, "Content-Security-Policy").find("unsafe"), std::string::npos);
  EXPECT_EQ(Show(kAssets, "assets/other.js", "").status, 404);
  EXPECT_EQ(Show(kAssets, "tables/default/events.2026", "").body, "<p>");
}

TEST(Dashboard, SaysThatABuildHasNone) {
  const Reply page = Show({}, "", "");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("without the dashboard"), std::string::npos);
}

}  // namespace
}  // namespace tarn::serve
