#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "query/query_testing.h"

namespace tarn::query {
namespace {

/// A lake with one table of one file, and a file outside of it.
class Gate : public testing::TestWithParam<bool> {
 protected:
  static void SetUpTestSuite() { shared_ = std::make_unique<DataDirectory>(); }
  static void TearDownTestSuite() { shared_.reset(); }

  Gate() {
    const auto columns = Columns("id bigint, name string");
    const auto file = data_.Write(columns, "SELECT 1::BIGINT AS id, 'a' AS name");
    file_ = file.uri.substr(std::string("file://").size());
    lake_.Put(
        Table({"default", "t"}, columns, {file}, {Batch(columns, R"([{"id": 2, "name": "b"}])")}));
    std::ofstream(outside_.path() / "secret.csv") << "secret\n42\n";
    engine_ = OpenEngine(lake_, {.external_access = GetParam()});
  }

  /// Put the paths of this test into a statement: $OUT a file that is not there, $LAKE the table's
  /// data file, $SECRET a file outside of the lake.
  std::string WithPaths(std::string sql) const {
    const std::vector<std::pair<std::string, std::string>> names = {
        {"$OUT", (outside_.path() / "written").string()},
        {"$LAKE", file_},
        {"$SECRET", (outside_.path() / "secret.csv").string()}};
    for (const auto& [name, path] : names) {
      for (size_t at = sql.find(name); at != std::string::npos; at = sql.find(name)) {
        sql.replace(at, name.size(), path);
      }
    }
    return sql;
  }

  /// Every file of both directories with its size.
  std::string Files() const {
    std::string files;
    for (const auto& directory : {data_.path(), outside_.path()}) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (entry.is_directory()) continue;
        files += Format("{} {}\n", entry.path().string(), entry.file_size());
      }
    }
    return files;
  }

  static inline std::unique_ptr<DataDirectory> shared_;
  DataDirectory& data_ = *shared_;
  DataDirectory outside_;
  std::string file_;
  FakeLake lake_;
  std::unique_ptr<Engine> engine_;
};

INSTANTIATE_TEST_SUITE_P(LakeOnlyAndWithFiles, Gate, testing::Bool());

TEST_P(Gate, LetsThroughWhatReads) {
  const std::vector<std::string> statements = {
      "SELECT * FROM t",
      "SELECT * FROM t;",
      "WITH c AS (SELECT * FROM t) SELECT * FROM c",
      "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT * FROM r",
      "VALUES (1), (2)",
      "FROM t",
      "FROM t SELECT id WHERE id > 1",
      "TABLE t",
      "(SELECT id FROM t) UNION (SELECT 7)",
      "SELECT * FROM t EXCEPT SELECT * FROM t",
      "SELECT * FROM t a ASOF JOIN t b ON a.id >= b.id",
      "SELECT * FROM t POSITIONAL JOIN range(3)",
      "SELECT row_number() OVER (ORDER BY id) FROM t QUALIFY row_number() OVER () = 1",
      "SELECT * FROM t USING SAMPLE 50%",
      "SELECT unnest([1, 2, 3])",
      "SELECT * FROM json_each('[1, 2]')",
      "DESCRIBE t",
      "DESCRIBE SELECT 1",
      "SHOW TABLES",
      "SHOW ALL TABLES",
      "SHOW DATABASES",
      "SUMMARIZE t",
      "EXPLAIN SELECT * FROM t",
      "EXPLAIN ANALYZE SELECT * FROM t",
      "PIVOT t ON name USING sum(id)",
      "PIVOT t ON name IN ('a') USING sum(id)",
      "UNPIVOT t ON id INTO NAME k VALUE v",
      "SELECT * FROM query('SELECT 1')",
      "FROM histogram(t, id)",
      "SELECT * FROM information_schema.columns",
      "SELECT * FROM duckdb_functions() LIMIT 1",
      "SELECT now(), uuid(), random()",
  };
  for (const std::string& statement : statements) {
    const std::string answer = Ask(*engine_, statement);
    EXPECT_FALSE(answer.starts_with("unsupported")) << statement << "\n" << answer;
    EXPECT_FALSE(answer.starts_with("invalid")) << statement << "\n" << answer;
  }
}

TEST_P(Gate, RefusesWhatWritesByItsName) {
  const std::vector<std::pair<std::string, std::string>> statements = {
      {"COPY t TO '$OUT'", "COPY"},
      {"COPY (SELECT 1) TO '$LAKE' (FORMAT parquet)", "COPY"},
      {"COPY t FROM '$SECRET'", "COPY"},
      {"EXPLAIN ANALYZE COPY (SELECT 1) TO '$OUT'", "COPY"},
      {"EXPLAIN COPY (SELECT 1) TO '$OUT'", "COPY"},
      {"WITH c AS (COPY (SELECT 1) TO '$OUT') SELECT * FROM c", "COPY inside WITH"},
      {"WITH a AS (SELECT 1), c AS (COPY (SELECT 1) TO '$OUT') SELECT * FROM a, c",
       "COPY inside WITH"},
      {"EXPLAIN ANALYZE WITH c AS (COPY (SELECT 1) TO '$OUT') SELECT * FROM c", "COPY inside WITH"},
      {"WITH c AS MATERIALIZED (INSERT INTO t VALUES (1, 'x')) SELECT * FROM c",
       "INSERT inside WITH"},
      {"WITH c AS (DELETE FROM t) SELECT * FROM c", "DELETE inside WITH"},
      {"WITH c AS (UPDATE t SET id = 1) SELECT * FROM c", "UPDATE inside WITH"},
      {"INSERT INTO t VALUES (1, 'x')", "INSERT"},
      {"INSERT INTO default.t SELECT * FROM t", "INSERT"},
      {"UPDATE t SET id = 1", "UPDATE"},
      {"DELETE FROM t", "DELETE"},
      {"TRUNCATE t", "DELETE"},
      {"MERGE INTO t USING t AS s ON t.id = s.id WHEN MATCHED THEN DELETE", "MERGE INTO"},
      {"CREATE TABLE x (a INT)", "CREATE"},
      {"CREATE TABLE x AS SELECT * FROM t", "CREATE"},
      {"CREATE TEMP TABLE x AS SELECT 1", "CREATE"},
      {"CREATE OR REPLACE VIEW v AS SELECT 1", "CREATE"},
      {"CREATE SCHEMA s", "CREATE"},
      {"CREATE MACRO f(a) AS a", "CREATE"},
      {"CREATE TYPE mood AS ENUM ('a')", "CREATE"},
      {"CREATE SEQUENCE s", "CREATE"},
      {"CREATE SECRET (TYPE s3, KEY_ID 'x', SECRET 'y')", "CREATE"},
      {"CREATE PERSISTENT SECRET s (TYPE s3)", "CREATE"},
      {"DROP TABLE t", "DROP"},
      {"DROP VIEW IF EXISTS v", "DROP"},
      {"ALTER TABLE t ADD COLUMN x INT", "ALTER"},
      {"ATTACH '$OUT' AS other", "ATTACH"},
      {"ATTACH ':memory:' AS other", "ATTACH"},
      {"DETACH tarn", "DETACH"},
      {"USE memory", "SET"},
      {"SET enable_external_access = true", "SET"},
      {"SET GLOBAL memory_limit = '1TB'", "SET"},
      {"SET lock_configuration = false", "SET"},
      {"SET VARIABLE a = 1", "SET"},
      {"RESET threads", "SET"},
      {"PRAGMA enable_profiling", "PRAGMA"},
      {"PRAGMA database_list", "PRAGMA"},
      {"CALL pragma_version()", "CALL"},
      {"CALL enable_logging(storage := 'file', storage_path := '$OUT')", "CALL"},
      {"CHECKPOINT", "CALL"},
      {"INSTALL httpfs", "LOAD"},
      {"LOAD httpfs", "LOAD"},
      {"LOAD '$SECRET'", "LOAD"},
      {"UPDATE EXTENSIONS", "UPDATE EXTENSIONS"},
      {"EXPORT DATABASE '$OUT'", "EXPORT"},
      {"IMPORT DATABASE '$OUT'", "PRAGMA"},
      {"PREPARE p AS SELECT 1", "PREPARE"},
      {"EXECUTE p", "EXECUTE"},
      {"BEGIN", "TRANSACTION"},
      {"COMMIT", "TRANSACTION"},
      {"VACUUM", "VACUUM"},
      {"ANALYZE", "VACUUM"},
      {"CONNECT tarn", "CONNECT"},
      {"COMMENT ON TABLE t IS 'x'", "ALTER"},
  };
  const std::string before = Files();
  for (const auto& [statement, name] : statements) {
    EXPECT_EQ(Ask(*engine_, WithPaths(statement)),
              "unsupported: " + name +
                  " is not supported: SQL here only reads the lake (SELECT, WITH, VALUES, FROM, "
                  "DESCRIBE, SHOW, SUMMARIZE, EXPLAIN and PIVOT)")
        << statement;
  }
  EXPECT_EQ(Files(), before);
}

TEST_P(Gate, RefusesWhatWritesByAnotherName) {
  const std::vector<std::string> statements = {
      "WITH a AS (WITH c AS (COPY (SELECT 1) TO '$OUT') SELECT * FROM c) SELECT * FROM a",
      "SELECT * FROM (WITH c AS (COPY (SELECT 1) TO '$OUT') SELECT * FROM c)",
      "SELECT (WITH c AS (COPY (SELECT 1) TO '$OUT') SELECT count(*) FROM c)",
      "SELECT * FROM query('WITH c AS (COPY (SELECT 1) TO ''$OUT'') SELECT * FROM c')",
      "SELECT * FROM query('COPY (SELECT 1) TO ''$OUT''')",
      "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
      "SELECT * FROM json_execute_serialized_sql(json_serialize_sql("
      "'WITH c AS (COPY (SELECT 1) TO ''$OUT'') SELECT * FROM c'))",
      "PIVOT (SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1 AS a'))) "
      "ON a USING count(*)",
      "SELECT * FROM checkpoint()",
      "SELECT * FROM force_checkpoint()",
      "SELECT * FROM enable_logging(storage := 'file', storage_path := '$OUT')",
      "SELECT * FROM tarn_files('default.t')",
      "SELECT * FROM tarn_live()",
      "SELECT * FROM arrow_scan(1, 2, 3)",
      "SELECT 1; COPY (SELECT 1) TO '$OUT'",
      "SELECT 1; SELECT 2",
      "",
      ";",
      "-- nothing",
  };
  const std::string before = Files();
  for (const std::string& statement : statements) {
    const std::string answer = Ask(*engine_, WithPaths(statement));
    EXPECT_TRUE(answer.starts_with("unsupported: ") || answer.starts_with("invalid: "))
        << statement << "\n"
        << answer;
  }
  EXPECT_EQ(Files(), before);
}

TEST_P(Gate, ReadsOtherFilesOnlyWhereItMay) {
  const std::vector<std::string> statements = {
      "SELECT * FROM read_csv('$SECRET')",
      "SELECT content FROM read_text('$SECRET')",
      "SELECT content FROM read_blob('$SECRET')",
      "SELECT * FROM '$SECRET'",
      "FROM '$SECRET'",
      "SELECT * FROM sniff_csv('$SECRET')",
      "SELECT * FROM glob('$SECRET')",
      "SELECT count(*) FROM read_parquet('$LAKE')",
      "SELECT count(*) FROM parquet_scan('$LAKE')",
      "SELECT count(*) FROM parquet_metadata('$LAKE')",
      "SELECT * FROM duckdb_settings() LIMIT 1",
  };
  for (const std::string& statement : statements) {
    const std::string answer = Ask(*engine_, WithPaths(statement));
    const bool refused = answer.starts_with("unsupported: ") || answer.starts_with("not found: ");
    EXPECT_EQ(refused, !GetParam()) << statement << "\n" << answer;
  }
}

TEST_P(Gate, KnowsNoOtherSpellingOfADataFile) {
  // What EXPLAIN ANALYZE shows is a name for this query's scan only.
  for (const std::string path : {"tarn://0/0$LAKE", "tarn://0/0/../..$SECRET", "tarn://0/0$SECRET",
                                 "tarn://00/0$LAKE", "tarn://**", "tarn://9/9$LAKE"}) {
    const std::string answer =
        Ask(*engine_, WithPaths("SELECT content FROM read_blob('" + path + "'), t WHERE t.id = 1"));
    EXPECT_FALSE(answer.find("c2VjcmV0") != std::string::npos) << path;
    EXPECT_TRUE(GetParam() || answer.starts_with("unsupported: ")) << path << "\n" << answer;
  }
}

TEST_P(Gate, QuotesTheDatabaseNamedDefault) {
  const std::vector<std::pair<std::string, std::string>> statements = {
      {"SELECT count(*) FROM default.t", "2\n"},
      {"SELECT count(*) FROM DEFAULT.T", "2\n"},
      {"SELECT count(*) FROM \"default\".t", "2\n"},
      {"SELECT count(*) FROM tarn.default.t", "2\n"},
      {"SELECT count(*) FROM default /* here */ . -- and\n t", "2\n"},
      {"SELECT default.t.id FROM default.t WHERE default.t.id = 2", "2\n"},
      {"SELECT 1 FROM default.t,default.t AS u LIMIT 1", "1\n"},
      {"SELECT count(*) FROM(SELECT 1 FROM default.t)", "2\n"},
      {"SHOW TABLES FROM default", "t\n"},
      {"SELECT 'default.t'", "default.t\n"},
      {"SELECT 'it''s default.t'", "it's default.t\n"},
      {"SELECT E'\\'default.t'", "'default.t\n"},
      {"SELECT $$default.t$$", "default.t\n"},
      {"SELECT $x$ $$default.t$$ $x$", " $$default.t$$ \n"},
      {"SELECT \"default.t\" FROM (SELECT 5 AS \"default.t\")", "5\n"},
      {"SELECT \"a\"\"default.t\" FROM (SELECT 6 AS \"a\"\"default.t\")", "6\n"},
      {"SELECT 7 -- default.t", "7\n"},
      {"SELECT 8 /* default.t */", "8\n"},
      {"SELECT x.defaults FROM (SELECT 9 AS defaults) x", "9\n"},
      {"SELECT defaults.a FROM (SELECT 10 AS a) defaults", "10\n"},
      {"SELECT my_default.a FROM (SELECT 11 AS a) my_default", "11\n"},
  };
  for (const auto& [statement, expected] : statements) {
    EXPECT_EQ(Ask(*engine_, statement), expected) << statement;
  }
}

TEST_P(Gate, RefusesTextThatIsTooLong) {
  const std::string sql = "SELECT 1 --" + std::string(kSqlBytesMax, 'x');
  EXPECT_EQ(Ask(*engine_, sql),
            Format("too large: the SQL text has {} bytes; at most 1048576 are taken", sql.size()));
}

TEST_P(Gate, SurvivesDeepNesting) {
  const std::string deep = std::string(20'000, '(') + "1" + std::string(20'000, ')');
  EXPECT_TRUE(Ask(*engine_, "SELECT " + deep).starts_with("invalid: "));
  std::string sum = "1";
  for (int i = 0; i < 2000; ++i) sum += "+1";
  EXPECT_FALSE(Ask(*engine_, "SELECT " + sum).empty());
}

}  // namespace
}  // namespace tarn::query
