#include "query/engine.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <duckdb/common/exception.hpp>
#include <thread>

#include "query/query_testing.h"

namespace tarn::query {
namespace {

using std::chrono::milliseconds;

/// Three events in a file and two that are live.
class EngineOverEvents : public testing::Test {
 protected:
  static void SetUpTestSuite() { shared_ = std::make_unique<DataDirectory>(); }
  static void TearDownTestSuite() { shared_.reset(); }

  EngineOverEvents()
      : columns_(Columns("id bigint, name string, moment timestamptz")),
        file_(
            data_.Write(columns_,
                        "SELECT range AS id, ['start', 'stop'][range % 2 + 1] AS name, "
                        "TIMESTAMPTZ '2023-06-18 14:27:52+00' + INTERVAL 1 HOUR * range AS moment "
                        "FROM range(3)")),
        live_(Batch(columns_, R"([{"id": 10, "name": "start", "moment": "2023-06-19 00:00:00Z"},
                                  {"id": 11, "name": "live", "moment": null}])")) {
    lake_.Put(Table({"default", "events"}, columns_, {file_}, {live_}));
    lake_.Put(Table({"default", "filed"}, columns_, {file_}));
    lake_.Put(Table({"default", "fresh"}, columns_, {}, {live_}));
    lake_.Put(Table({"default", "empty"}, columns_, {}));
    lake_.Put(Table({"web", "events"}, columns_, {}, {live_->Slice(0, 1)}));
    engine_ = OpenEngine(lake_);
  }

  std::string Ask(std::string_view sql) { return query::Ask(*engine_, sql); }

  static inline std::unique_ptr<DataDirectory> shared_;
  DataDirectory& data_ = *shared_;
  schema::TableSchema columns_;
  schema::DataFile file_;
  std::shared_ptr<arrow::RecordBatch> live_;
  FakeLake lake_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineOverEvents, AnswersOverFilesAndLiveRows) {
  EXPECT_EQ(Ask("SELECT * FROM events ORDER BY id"),
            "0,start,2023-06-18T14:27:52Z\n"
            "1,stop,2023-06-18T15:27:52Z\n"
            "2,start,2023-06-18T16:27:52Z\n"
            "10,start,2023-06-19T00:00:00Z\n"
            "11,live,\n");
  EXPECT_EQ(Ask("SELECT name, count(*), sum(id) FROM events GROUP BY name ORDER BY name"),
            "live,1,11\nstart,3,12\nstop,1,1\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM events"), "5\n");
  EXPECT_EQ(Ask("SELECT count(*), max(id) FROM filed"), "3,2\n");
  EXPECT_EQ(Ask("SELECT count(*), max(id) FROM fresh"), "2,11\n");
}

TEST_F(EngineOverEvents, AnswersOverAnEmptyTableWithItsColumns) {
  EXPECT_EQ(AskWithHeader(*engine_, "SELECT * FROM empty"), "id,name,moment\n");
  EXPECT_EQ(Ask("SELECT count(*), max(id) FROM empty"), "0,\n");
  EXPECT_EQ(Ask("SELECT e.id FROM events e JOIN empty USING (id)"), "");
}

TEST_F(EngineOverEvents, FiltersLiveRowsToo) {
  // arrow_scan takes filters and ignores them; a wrong answer here means that they reached it.
  EXPECT_EQ(Ask("SELECT sum(id) FROM fresh WHERE name = 'start'"), "10\n");
  EXPECT_EQ(Ask("SELECT sum(id) FROM events WHERE name = 'start'"), "12\n");
  EXPECT_EQ(Ask("SELECT id FROM events WHERE moment IS NULL"), "11\n");
  EXPECT_EQ(Ask("SELECT name FROM events WHERE id IN (1, 11) ORDER BY id"), "stop\nlive\n");
  EXPECT_EQ(Ask("SELECT e.name FROM events e JOIN (SELECT 11 AS id) x USING (id)"), "live\n");
  EXPECT_EQ(Ask("SELECT name FROM events ORDER BY id DESC LIMIT 2"), "live\nstart\n");
}

TEST_F(EngineOverEvents, SeesOneMomentInOneQuery) {
  lake_.AddLiveAfterOpen(live_);
  const int before = lake_.opens();
  EXPECT_EQ(Ask("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM default.events), "
                "(SELECT count(*) FROM events a JOIN tarn.default.EVENTS b USING (id))"),
            "5,5,5\n");
  EXPECT_EQ(lake_.opens(), before + 1);
}

TEST_F(EngineOverEvents, SeesTheNextMomentInTheNextQuery) {
  EXPECT_EQ(Ask("SELECT count(*) FROM events"), "5\n");
  lake_.Put(Table({"default", "events"}, columns_, {file_, file_}, {}));
  EXPECT_EQ(Ask("SELECT count(*) FROM events"), "6\n");
}

TEST_F(EngineOverEvents, FitsLiveRowsToTheTablesColumns) {
  const auto before = Columns("id int, name string");
  auto later = Columns("id bigint, name string, moment timestamptz, tags array<string>");
  lake_.Put(Table({"default", "grown"}, later, {file_},
                  {Batch(before, R"([{"id": 7, "name": "old"}])"),
                   Batch(later, R"([{"id": 8, "name": "new", "moment": null, "tags": ["x"]}])"),
                   Batch(later, "[]")}));
  EXPECT_EQ(Ask("SELECT id, name, tags FROM grown WHERE id > 1 ORDER BY id"),
            "2,start,\n7,old,\n8,new,\"[\"\"x\"\"]\"\n");
  EXPECT_EQ(Ask("SELECT sum(id) FROM grown"), "18\n");
}

TEST_F(EngineOverEvents, HasOneTypeForFilesAndLiveRows) {
  const auto columns = Columns(
      "k boolean, i int, l bigint, f float, d double, m decimal(30,4), y date, c time, "
      "t timestamp, z timestamptz, s string, b binary, u uuid, e struct<x:uuid,w:time>, "
      "a array<decimal(5,1)>, o map<string,binary>");
  const auto file = data_.Write(
      columns,
      "SELECT true AS k, 1::INT AS i, 2::BIGINT AS l, 0.5::FLOAT AS f, 0.25::DOUBLE AS d, "
      "1.5::DECIMAL(30,4) AS m, DATE '2023-06-18' AS y, TIME '01:02:03' AS c, "
      "TIMESTAMP '2023-06-18 01:02:03' AS t, TIMESTAMPTZ '2023-06-18 01:02:03+00' AS z, "
      "'text' AS s, 'bytes'::BLOB AS b, '30313233-3435-3637-3839-616263646566'::UUID AS u, "
      "{x: '30313233-3435-3637-3839-616263646566'::UUID, w: TIME '01:02:03'} AS e, "
      "[1.5::DECIMAL(5,1)] AS a, MAP {'k': 'bytes'::BLOB} AS o");
  const auto live = Batch(columns, R"([{"k": true, "i": 1, "l": 2, "f": 0.5, "d": 0.25,
      "m": "1.5000", "y": 19526, "c": 3723000000, "t": "2023-06-18 01:02:03",
      "z": "2023-06-18 01:02:03Z", "s": "text", "b": "bytes", "u": "0123456789abcdef",
      "e": {"x": "0123456789abcdef", "w": 3723000000}, "a": ["1.5"], "o": [["k", "bytes"]]}])");
  lake_.Put(Table({"default", "kinds"}, columns, {file}, {live}));
  const std::string row =
      R"(true,1,2,0.5,0.25,1.5000,2023-06-18,01:02:03,2023-06-18T01:02:03,2023-06-18T01:02:03Z,)"
      R"(text,Ynl0ZXM=,30313233-3435-3637-3839-616263646566,)"
      R"("{""x"":""30313233-3435-3637-3839-616263646566"",""w"":""01:02:03""}",)"
      R"("[""1.5""]","{""k"":""Ynl0ZXM=""}")"
      "\n";
  EXPECT_EQ(Ask("SELECT * FROM kinds"), row + row);
  EXPECT_EQ(Ask("SELECT count(*) FROM (SELECT DISTINCT * FROM kinds)"), "1\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM kinds WHERE u = '30313233-3435-3637-3839-616263646566' AND "
                "c = TIME '01:02:03' AND e.w = TIME '01:02:03' AND m = 1.5 AND b = 'bytes'::BLOB"),
            "2\n");
}

TEST_F(EngineOverEvents, FindsTablesByTheirNames) {
  for (const char* name :
       {"events", "EVENTS", "\"events\"", "default.events", "\"default\".events",
        "tarn.default.events", "Tarn.DEFAULT.Events", "\"tarn\".\"default\".\"events\""}) {
    EXPECT_EQ(Ask(Format("SELECT count(*) FROM {}", name)), "5\n") << name;
  }
  EXPECT_EQ(Ask("SELECT count(*) FROM web.events"), "1\n");
  EXPECT_EQ(Ask("SELECT events.ID, Name FROM events WHERE Id = 1"), "1,stop\n");
  auto rows = engine_->Run("SELECT count(*) AS n FROM events", {}, {}, "web");
  ASSERT_TRUE(rows) << rows.error().message();
  EXPECT_EQ((*(*rows)->Next())->ToString(), "n:   [\n    1\n  ]\n");
}

TEST_F(EngineOverEvents, ListsTables) {
  EXPECT_EQ(Ask("SHOW TABLES"), "empty\nevents\nfiled\nfresh\n");
  EXPECT_EQ(Ask("SELECT table_schema, table_name, table_type FROM information_schema.tables "
                "WHERE table_name = 'events' ORDER BY 1"),
            "default,events,BASE TABLE\nweb,events,BASE TABLE\n");
  EXPECT_EQ(Ask("SELECT column_name, data_type, is_nullable FROM information_schema.columns "
                "WHERE table_schema = 'web' ORDER BY ordinal_position"),
            "id,BIGINT,YES\nname,VARCHAR,YES\nmoment,TIMESTAMP WITH TIME ZONE,YES\n");
  EXPECT_EQ(Ask("SELECT column_name, column_type FROM (DESCRIBE events)"),
            "id,BIGINT\nname,VARCHAR\nmoment,TIMESTAMP WITH TIME ZONE\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM (SHOW ALL TABLES)"), "5\n");
  EXPECT_EQ(Ask("SELECT column_name, count FROM (SUMMARIZE events)"), "id,5\nname,5\nmoment,5\n");
}

TEST_F(EngineOverEvents, TravelsInTime) {
  lake_.PutVersion(41, 1'000'000, Table({"default", "events"}, columns_, {}));
  lake_.PutVersion(42, 2'000'000, Table({"default", "events"}, columns_, {file_}));
  EXPECT_EQ(Ask("SELECT count(*) FROM events AT (VERSION => 41)"), "0\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM default.events e AT (VERSION => 42) WHERE e.id > 0"), "2\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM events AT (TIMESTAMP => '1970-01-01 00:00:01.5')"), "0\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM events AT (TIMESTAMP => TIMESTAMPTZ '2000-01-01 00:00:00Z')"),
            "3\n");
  EXPECT_EQ(Ask("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM events "
                "AT (VERSION => 41)), (SELECT count(*) FROM events AT (VERSION => 42))"),
            "5,0,3\n");
  EXPECT_EQ(Ask("SELECT * FROM events AT (VERSION => 7)"),
            "not found: table default.events has no such snapshot");
  EXPECT_EQ(Ask("SELECT * FROM events AT (VERSION => 'x')"),
            "invalid: Invalid Input Error: Failed to cast value: Could not convert string 'x' to "
            "INT64");
  EXPECT_TRUE(Ask("SELECT * FROM events AT (VERSION => NULL)").starts_with("invalid: Binder"));
}

TEST_F(EngineOverEvents, BindsParameters) {
  const auto ask = [&](std::string_view sql, const std::vector<schema::Value>& parameters) {
    return query::Ask(*engine_, sql, parameters);
  };
  EXPECT_EQ(
      ask("SELECT id FROM events WHERE name = ? AND id < ?", {std::string("start"), int64_t{2}}),
      "0\n");
  EXPECT_EQ(ask("SELECT $2, $1, $1", {int32_t{1}, std::string("x'; DROP TABLE t; --")}),
            "x'; DROP TABLE t; --,1,1\n");
  EXPECT_EQ(ask("SELECT $1, $2, $3, $4, $5",
                {true, 0.5, 0.25F, schema::Value(), static_cast<schema::Int128>(1) << 100}),
            "true,0.5,0.25,,1267650600228229401496703205376\n");
  EXPECT_EQ(ask("SELECT count(*) FROM events WHERE moment >= $1::TIMESTAMPTZ",
                {std::string("2023-06-18T15:00:00Z")}),
            "3\n");
  EXPECT_TRUE(ask("SELECT $1, $2", {int32_t{1}}).starts_with("invalid: "));
  EXPECT_TRUE(ask("SELECT 1", {int32_t{1}}).starts_with("invalid: "));
}

TEST_F(EngineOverEvents, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(Ask("SELEC 1"),
            "invalid: Parser Error: syntax error at or near \"SELEC\"\n\n"
            "LINE 1: SELEC 1\n"
            "        ^^^^^");
  EXPECT_EQ(Ask("SELECT nam FROM events"),
            "invalid: Binder Error: Referenced column \"nam\" not found in FROM clause!\n"
            "Candidate bindings: \"name\", \"moment\"\n\n"
            "LINE 1: SELECT nam FROM events\n"
            "               ^^^");
  EXPECT_EQ(Ask("SELECT * FROM event"),
            "not found: Catalog Error: Table with name event does not exist!\n"
            "Did you mean \"events\"?\n\n"
            "LINE 1: SELECT * FROM event\n"
            "                      ^^^^^");
  EXPECT_TRUE(Ask("SELECT * FROM nowhere.events").starts_with("not found: Catalog Error: Table"));
  EXPECT_TRUE(Ask("SELECT nofunction(1)").starts_with("invalid: Catalog Error: Scalar Function"));
  EXPECT_EQ(Ask("SELECT 1; SELECT 2"), "invalid: expected one SQL statement, found 2");
  EXPECT_EQ(Ask(""), "invalid: expected one SQL statement, found 0");
  EXPECT_TRUE(Ask("SELECT CAST(name AS INT) FROM events").starts_with("invalid: Conversion Error"));
}

TEST_F(EngineOverEvents, EndsTheQueryWithTheSourcesError) {
  lake_.Break({"default", "events"}, Error(ErrorKind::kUnavailable, "the catalog is away {} %s"));
  EXPECT_EQ(Ask("SELECT * FROM events"), "unavailable: the catalog is away {} %s");
  EXPECT_EQ(Ask("SHOW TABLES"), "unavailable: the catalog is away {} %s");
  EXPECT_EQ(Ask("SELECT count(*) FROM filed"), "3\n");
}

TEST_F(EngineOverEvents, EndsAtTheRowLimit) {
  EXPECT_EQ(query::Ask(*engine_, "SELECT id FROM events ORDER BY id", {}, {.rows_max = 2}),
            "0\n1\n");
  EXPECT_EQ(query::Ask(*engine_, "SELECT id FROM fresh ORDER BY id", {}, {.rows_max = 2}),
            "10\n11\n");
  EXPECT_EQ(query::Ask(*engine_, "SELECT count(*) FROM events", {}, {.rows_max = 1}), "5\n");
  auto rows = engine_->Run("SELECT * FROM range(1_000_000_000)", {}, {.rows_max = 10'000});
  ASSERT_TRUE(rows);
  int64_t count = 0;
  for (auto batch = (*rows)->Next(); batch && *batch; batch = (*rows)->Next()) {
    count += (*batch)->num_rows();
  }
  EXPECT_EQ(count, 10'000);
}

constexpr const char* kEndless =
    "SELECT count(*) FROM range(100_000_000_000) a WHERE hash(a.range) % 1000 = 7";

TEST_F(EngineOverEvents, EndsAtTheTimeLimit) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(query::Ask(*engine_, kEndless, {}, {.time_max = milliseconds(150)}),
            "overloaded: the query ran longer than its limit of 150 ms");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(Ask("SELECT count(*) FROM events"), "5\n");
}

TEST_F(EngineOverEvents, EndsAtTheTimeLimitBetweenBatches) {
  auto rows =
      engine_->Run("SELECT * FROM range(1_000_000_000)", {}, {.time_max = milliseconds(500)});
  ASSERT_TRUE(rows);
  ASSERT_TRUE((*rows)->Next());
  std::this_thread::sleep_for(milliseconds(600));
  const auto late = (*rows)->Next();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind(), ErrorKind::kOverloaded);
}

TEST_F(EngineOverEvents, CancelsFromAnotherThread) {
  auto rows = engine_->Run(kEndless, {}, {});
  ASSERT_TRUE(rows);
  std::thread canceller([&] {
    std::this_thread::sleep_for(milliseconds(50));
    (*rows)->Cancel();
  });
  const auto batch = (*rows)->Next();
  canceller.join();
  ASSERT_FALSE(batch);
  EXPECT_EQ(batch.error().kind(), ErrorKind::kCancelled);
  EXPECT_EQ(batch.error().message(), "the query was cancelled");
}

TEST_F(EngineOverEvents, ForgetsAQueryThatIsDropped) {
  for (int i = 0; i < 5; ++i) {
    auto rows = engine_->Run("SELECT * FROM range(1_000_000_000)", {}, {});
    ASSERT_TRUE(rows);
    ASSERT_TRUE((*rows)->Next());
  }
  EXPECT_EQ(Ask("SELECT count(*) FROM events"), "5\n");
}

TEST_F(EngineOverEvents, EndsAtTheMemoryLimit) {
  auto engine = OpenEngine(lake_, {.memory_bytes_max = size_t{64} << 20});
  const std::string answer = query::Ask(
      *engine, "SELECT count(*) FROM (SELECT range, count(*) FROM range(50_000_000) GROUP BY 1)");
  EXPECT_TRUE(answer.starts_with("overloaded: Out of Memory Error")) << answer;
  EXPECT_EQ(query::Ask(*engine, "SELECT count(*) FROM events"), "5\n");
}

TEST_F(EngineOverEvents, SpillsWhereItMay) {
  DataDirectory spill;
  auto engine = OpenEngine(
      lake_, {.memory_bytes_max = size_t{64} << 20, .spill_directory = spill.path().string()});
  EXPECT_EQ(query::Ask(*engine,
                       "SELECT count(*) FROM (SELECT range, count(*) FROM range(4_000_000) "
                       "GROUP BY 1)"),
            "4000000\n");
  EXPECT_TRUE(query::Ask(*engine, Format("SELECT * FROM glob('{}/**')", spill.path().string()))
                  .starts_with("unsupported: "));
}

TEST_F(EngineOverEvents, RunsQueriesSideBySide) {
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        right += Ask("SELECT name, count(*) FROM events GROUP BY name ORDER BY name") ==
                 "live,1\nstart,3\nstop,1\n";
        right += Ask("SELECT count(*) FROM information_schema.tables") == "5\n";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 80);
}

/// A source in which something goes wrong that DuckDB cannot recover from.
class FatalLake : public FakeLake {
 public:
  Result<TableRows> Open(const schema::TableName& name, const std::optional<At>& at) override {
    if (is_fatal) throw duckdb::FatalException("the engine is hurt");
    return FakeLake::Open(name, at);
  }
  std::atomic<bool> is_fatal = false;
};

TEST_F(EngineOverEvents, StartsANewInstanceAfterAFatalFailure) {
  FatalLake lake;
  lake.Put(Table({"default", "events"}, columns_, {file_}, {live_}));
  auto engine = OpenEngine(lake);
  lake.is_fatal = true;
  EXPECT_TRUE(query::Ask(*engine, "SELECT * FROM events").starts_with("internal: FATAL Error"));
  lake.is_fatal = false;
  EXPECT_EQ(query::Ask(*engine, "SELECT count(*) FROM events"), "5\n");
}

TEST_F(EngineOverEvents, StreamsInsteadOfCollecting) {
  auto engine = OpenEngine(lake_, {.memory_bytes_max = size_t{64} << 20});
  auto rows = engine->Run("SELECT range, repeat('x', 100) FROM range(1_000_000)", {}, {});
  ASSERT_TRUE(rows) << rows.error().message();
  int64_t count = 0;
  while (true) {
    auto batch = (*rows)->Next();
    ASSERT_TRUE(batch) << batch.error().message();
    if (!*batch) break;
    count += (*batch)->num_rows();
  }
  EXPECT_EQ(count, 1'000'000);
}

TEST_F(EngineOverEvents, GivesArrowTypesThatOthersKnow) {
  auto rows = engine_->Run(
      "SELECT moment, moment::TIMESTAMP AS plain, id, 1.5::DECIMAL(9,2) AS d, sum(id) OVER () AS "
      "total, "
      "'00000000-0000-0000-0000-00000000000a'::UUID AS u, [1] AS l, MAP {'a': 1} AS m "
      "FROM events LIMIT 0",
      {}, {});
  ASSERT_TRUE(rows) << rows.error().message();
  EXPECT_EQ((*rows)->schema()->ToString(),
            "moment: timestamp[us, tz=UTC]\n"
            "plain: timestamp[us]\n"
            "id: int64\n"
            "d: decimal128(9, 2)\n"
            "total: decimal128(38, 0)\n"
            "u: string\n"
            "l: list<l: int32>\n"
            "m: map<string, int32>");
  const auto end = (*rows)->Next();
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, nullptr);
}

TEST(QuoteIdentifier, DoublesQuotes) {
  EXPECT_EQ(QuoteIdentifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(QuoteIdentifier(""), "\"\"");
}

}  // namespace
}  // namespace tarn::query
