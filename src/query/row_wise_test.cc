#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "query/query_testing.h"

namespace tarn::query {
namespace {

/// A table of records, and a table beside it.
class RowWiseSelect : public testing::Test {
 protected:
  RowWiseSelect() {
    const auto columns = Columns("_record bigint, name string, tags array<string>, n bigint");
    records_ = Batch(columns, R"([{"_record": 0, "name": "a", "tags": ["x", "y"], "n": 1},
                                  {"_record": 1, "name": "b", "tags": [], "n": 2},
                                  {"_record": 2, "name": "c", "tags": null, "n": 3}])");
    lake_.Put(Table({"default", "records"}, columns, {}, {records_}));
    const auto other = Columns("id bigint");
    lake_.Put(Table({"default", "t"}, other, {}, {Batch(other, R"([{"id": 1}])")}));
    engine_ = OpenEngine(lake_, {.threads = 1});
  }

  Result<RowWiseRun> Start(std::string_view sql) {
    return engine_->RunRowWise(sql, {"records", "_record"}, {});
  }

  /// All rows, or the error.
  std::string Run(std::string_view sql) {
    auto run = Start(sql);
    if (!run) return run.error().message();
    std::string all;
    while (true) {
      const auto batch = run->rows->Next();
      if (!batch) return batch.error().message();
      if (*batch == nullptr) return all;
      for (int64_t row = 0; row < (*batch)->num_rows(); ++row) {
        for (int column = 0; column < (*batch)->num_columns(); ++column) {
          all += (column == 0 ? "" : ",");
          all += (*batch)->column(column)->GetScalar(row).ValueOrDie()->ToString();
        }
        all += '\n';
      }
    }
  }

  FakeLake lake_;
  std::shared_ptr<arrow::RecordBatch> records_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(RowWiseSelect, RefusesWhatPutsRecordsTogetherOrTakesThemApart) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"SELECT count(*) FROM records", "an aggregate"},
      {"SELECT name, sum(n) FROM records GROUP BY name", "GROUP BY"},
      {"SELECT name, sum(n) FROM records GROUP BY ALL", "GROUP BY"},
      {"SELECT n FROM records HAVING n > 1", "HAVING"},
      {"SELECT row_number() OVER () FROM records", "a window function"},
      {"SELECT n FROM records QUALIFY row_number() OVER () = 1", "QUALIFY"},
      {"SELECT unnest(tags) FROM records", "unnest"},
      {"SELECT n FROM records, t", "FROM anything but the table records"},
      {"SELECT n FROM records JOIN t ON t.id = n", "FROM anything but the table records"},
      {"SELECT n FROM records, unnest(tags) AS u(x)", "FROM anything but the table records"},
      {"SELECT n FROM (SELECT n, _record FROM records)", "FROM anything but the table records"},
      {"SELECT id FROM t", "FROM t"},
      {"SELECT * FROM \"default\".records", "FROM records"},
      {"SELECT 1", "SELECT without FROM records"},
      {"VALUES (1)", "FROM anything but the table records"},
      {"SELECT (SELECT max(id) FROM t) FROM records", "a query inside the SELECT"},
      {"SELECT n FROM records WHERE n IN (SELECT id FROM t)", "a query inside the SELECT"},
      {"SELECT n FROM records WHERE EXISTS (FROM t WHERE id = n)", "a query inside the SELECT"},
      {"SELECT n FROM records ORDER BY n", "ORDER BY, LIMIT or DISTINCT"},
      {"SELECT n FROM records LIMIT 1", "ORDER BY, LIMIT or DISTINCT"},
      {"SELECT DISTINCT n FROM records", "ORDER BY, LIMIT or DISTINCT"},
      {"SELECT n FROM records USING SAMPLE 1", "SAMPLE"},
      {"SELECT n FROM records TABLESAMPLE 10%", "SAMPLE"},
      {"SELECT n FROM records UNION ALL SELECT n FROM records", "UNION and the like"},
      {"WITH c AS (SELECT * FROM records) SELECT n FROM c", "WITH"},
      {"SELECT a FROM records r(a, b, c, d)", "a list of names behind the table"},
      {"DESCRIBE records", "FROM anything but the table records"},
      {"EXPLAIN SELECT n FROM records", "this statement"},
      {"PIVOT records ON name USING sum(n)", ""},
  };
  for (const auto& [sql, what] : cases) {
    const auto run = Start(sql);
    ASSERT_FALSE(run) << sql;
    EXPECT_EQ(run.error().kind(), ErrorKind::kUnsupported) << sql << ": " << run.error().message();
    EXPECT_NE(run.error().message().find(Format("{} is not supported: this SELECT makes", what)),
              std::string::npos)
        << sql << ": " << run.error().message();
  }
}

TEST_F(RowWiseSelect, RefusesWhatGivesSomethingElseEachTime) {
  const std::vector<const char*> hostile = {
      "random()",
      "uuid()",
      "now()",
      "current_timestamp",
      "today()",
      "current_date",
      "localtime",
      "localtimestamp",
      "ago(INTERVAL 1 DAY)",
      "age(TIMESTAMPTZ '2020-01-01')",
      "age(TIMESTAMP '2020-01-01')",
      "current_setting('memory_limit')",
      // What DuckDB works out before there is a plan: arguments that are constants to it.
      "year(now())",
      "epoch(today())",
      "strftime(now(), '%Y')",
      "now() + INTERVAL 1 DAY",
      "age(now(), TIMESTAMPTZ '2020-01-01')",
      "upper(current_setting('memory_limit'))",
      "current_user || version() || current_query()",
      // What lambdas do is no part of the call.
      "list_transform([1], lambda a: now())",
      "list_transform([n], lambda a: today())",
      "list_transform([n], lambda a: random())",
      "list_transform([n], lambda a: age(TIMESTAMPTZ '2020-01-01'))",
      "list_filter([n], lambda a: current_date > DATE '2020-01-01')",
      "list_reduce([n, n], lambda a, b: year(now()))",
      "list_transform([[n]], lambda a: list_transform(a, lambda b: now()))",
  };
  for (const char* call : hostile) {
    for (const auto& sql : {Format("SELECT n, {} AS x FROM records", call),
                            Format("SELECT n FROM records WHERE ({}) IS NULL", call)}) {
      const auto run = Start(sql);
      EXPECT_EQ(run ? "" : run.error().message().substr(0, 13), "the function ") << sql;
      if (run) continue;
      EXPECT_EQ(run.error().kind(), ErrorKind::kUnsupported);
      EXPECT_TRUE(run.error().message().ends_with("a record makes the same row each time"))
          << run.error().message();
    }
  }
  // Other queries may use them.
  EXPECT_TRUE(engine_->Run("SELECT year(now()), random() FROM records", {}, {}, "default"));
}

TEST_F(RowWiseSelect, RefusesToReadTheNumber) {
  for (const char* sql :
       {"SELECT _record AS x FROM records", "SELECT _record FROM records", "SELECT * FROM records",
        "SELECT r.* FROM records AS r", "SELECT COLUMNS('.*') FROM records",
        "SELECT n + _RECORD AS x FROM records",
        "SELECT \"_record\"::VARCHAR AS x, x || '!' AS y FROM records",
        "SELECT n FROM records WHERE _record % 2 = 0", "SELECT n FROM records WHERE _record = 1",
        "SELECT to_json(records) AS x FROM records", "SELECT r AS x FROM records AS r",
        "SELECT list_transform([n], lambda a: a + _record) AS x FROM records",
        "SELECT n FROM records WHERE len(list_filter([n], lambda a: a > _record)) = 1"}) {
    const auto run = Start(sql);
    ASSERT_FALSE(run) << sql;
    EXPECT_EQ(run.error().kind(), ErrorKind::kUnsupported) << sql;
    EXPECT_TRUE(run.error().message().starts_with("to read _record is not supported"))
        << sql << ": " << run.error().message();
  }
  EXPECT_EQ(Run("SELECT * EXCLUDE (_record) FROM records WHERE n = 2"),
            Run("SELECT name, tags, n FROM records WHERE n = 2"));
  EXPECT_EQ(Run("SELECT n AS _record FROM records WHERE n = 2"), "2,1\n");
}

TEST_F(RowWiseSelect, RefusesWhatIsNoRecord) {
  const std::vector<const char*> hostile = {
      "SELECT * FROM read_csv('/etc/passwd')",
      "SELECT * FROM '/etc/passwd'",
      "SELECT n, (SELECT content FROM read_text('/etc/passwd')) FROM records",
      "COPY (SELECT n FROM records) TO '/dev/null'",
      "COPY records TO '/dev/null'",
      "ATTACH '/dev/null' AS x",
      "PRAGMA database_list",
      "SET threads = 8",
      "SET VARIABLE x = 1",
      "RESET threads",
      "INSTALL httpfs",
      "LOAD httpfs",
      "SELECT getenv('HOME') FROM records",
      "SELECT n FROM records; SELECT n FROM records",
      "SELECT n FROM records; DROP TABLE records",
      "INSERT INTO records VALUES (1)",
      "CREATE TABLE x AS SELECT n FROM records",
      "CALL pragma_version()",
      "EXPORT DATABASE '/tmp/x'",
      "SELECT * FROM query('SELECT n FROM records')",
      "SELECT * FROM duckdb_settings()",
      "EXECUTE x",
      "",
      ";",
  };
  for (const char* sql : hostile) EXPECT_FALSE(Start(sql)) << sql;
}

TEST_F(RowWiseSelect, TellsWhereTheTextIsWrong) {
  const std::string error = Run("SELECT n,\n  nmae\nFROM records");
  EXPECT_NE(error.find("\"nmae\""), std::string::npos) << error;
  EXPECT_NE(error.find("LINE 2"), std::string::npos) << error;
  EXPECT_NE(Run("SELECT n FORM records WHERE").find("LINE 1"), std::string::npos);
}

TEST_F(RowWiseSelect, NumbersItsRowsAndKeepsTheirOrder) {
  EXPECT_EQ(Run("SELECT n * 10 AS n FROM records"), "10,0\n20,1\n30,2\n");
  EXPECT_EQ(Run("FROM records SELECT name WHERE n <> 2"), "a,0\nc,2\n");
  EXPECT_EQ(Run("SELECT len(tags) AS l FROM Records AS r WHERE r.n < 3"), "2,0\n0,1\n");
  EXPECT_EQ(Run("SELECT list_filter(tags, lambda t: t > 'x')[1] AS t, t || '!' AS u FROM records"),
            "y,y!,0\nnull,null,1\nnull,null,2\n");
  EXPECT_EQ(Run("SELECT n FROM records WHERE false"), "");
}

TEST_F(RowWiseSelect, SaysWhichColumnsItReads) {
  using Names = std::vector<std::string>;
  const auto read = [&](std::string_view sql) { return Start(sql)->columns_read; };
  EXPECT_EQ(read("SELECT n FROM records"), (Names{"_record", "n"}));
  EXPECT_EQ(read("SELECT 1 AS x FROM records"), (Names{"_record"}));
  EXPECT_EQ(read("SELECT n FROM records WHERE name = 'a'").size(), 3U);
  EXPECT_EQ(read("SELECT * EXCLUDE (_record) FROM records").size(), 4U);
}

TEST_F(RowWiseSelect, AFailingRecordFailsTheQueryWithItsReason) {
  EXPECT_NE(Run("SELECT name::INT AS i FROM records").find("Could not convert string 'a'"),
            std::string::npos);
}

TEST_F(RowWiseSelect, MeansTheSameWithOtherSpaceAndComments) {
  const auto meaning = [&](std::string_view sql) { return Start(sql)->meaning; };
  const std::string one = meaning("SELECT n, 'x  -- y' AS t FROM records WHERE n > 1");
  EXPECT_EQ(
      meaning("select n -- the number\n , 'x  -- y' /* text */\nas t from records\nwhere n > 1;"),
      one);
  EXPECT_NE(meaning("SELECT n, 'x -- y' AS t FROM records WHERE n > 1"), one);
  EXPECT_NE(meaning("SELECT n, 'x  -- y' AS t FROM records WHERE n > 2"), one);
}

TEST(EngineVersion, IsDuckDbs) { EXPECT_TRUE(EngineVersion().starts_with("v")); }

}  // namespace
}  // namespace tarn::query
