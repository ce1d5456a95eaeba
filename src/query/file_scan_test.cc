#include "query/file_scan_internal.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "base/time.h"
#include "query/query_testing.h"

namespace tarn::query {
namespace {

const schema::TableName kName{"default", "t"};

schema::Field Member(int id, const std::string& name, schema::TypeKind kind) {
  return {.id = FieldId(id), .name = name, .type = schema::Type::Of(kind)};
}

TEST(FileScan, ReadsFilesOfOlderSchemas) {
  DataDirectory data;
  const auto before = Columns("id int, ratio float, price decimal(5,2), gone string");
  auto later = before;
  later.fields[0].type = schema::Type::Of(schema::TypeKind::kLong);
  later.fields[1].type = schema::Type::Of(schema::TypeKind::kDouble);
  later.fields[2].type = schema::Type::Decimal(12, 2);
  later.fields[3] = Member(5, "gone", schema::TypeKind::kString);  // another column, same name
  later.fields[0].name = "number";
  FakeLake lake;
  lake.Put(
      Table(kName, later,
            {data.Write(before,
                        "SELECT 7::INT AS id, 0.5::FLOAT AS ratio, 1.25::DECIMAL(5,2) AS price, "
                        "'old' AS gone"),
             data.Write(later,
                        "SELECT 5_000_000_000 AS number, 0.1::DOUBLE AS ratio, "
                        "9999999.99::DECIMAL(12,2) AS price, 'new' AS gone")}));
  auto engine = OpenEngine(lake);
  EXPECT_EQ(Ask(*engine, "SELECT * FROM t ORDER BY number"),
            "7,0.5,1.25,\n5000000000,0.1,9999999.99,new\n");
  const std::vector<std::pair<std::string, std::string>> filters = {
      {"number = 7", "1"},          {"number > 4000000000", "1"},
      {"number < 4000000000", "1"}, {"number >= -1", "2"},
      {"ratio = 0.1", "1"},         {"ratio = 0.5", "1"},
      {"ratio < 0.2", "1"},         {"price > 1000", "1"},
      {"price = 1.25", "1"},        {"gone IS NULL", "1"},
      {"gone = 'old'", "0"},        {"gone = 'new'", "1"},
      {"number IN (7, 8)", "1"},    {"number IN (5000000000, 6000000000)", "1"},
  };
  for (const auto& [filter, count] : filters) {
    EXPECT_EQ(Ask(*engine, "SELECT count(*) FROM t WHERE " + filter), count + "\n") << filter;
  }
}

TEST(FileScan, ComparesWidenedFloatsAsDoubles) {
  DataDirectory data;
  const auto before = Columns("ratio float");
  const auto later = Columns("ratio double");
  FakeLake lake;
  lake.Put(Table(kName, later, {data.Write(before, "SELECT 0.1::FLOAT AS ratio")}));
  auto engine = OpenEngine(lake);
  EXPECT_EQ(Ask(*engine, "SELECT ratio FROM t"), "0.10000000149011612\n");
  EXPECT_EQ(Ask(*engine, "SELECT count(*) FROM t WHERE ratio = 0.1::DOUBLE"), "0\n");
  EXPECT_EQ(Ask(*engine, "SELECT count(*) FROM t WHERE ratio > 0.1::DOUBLE"), "1\n");
  EXPECT_EQ(Ask(*engine, "SELECT count(*) FROM t WHERE ratio = 0.10000000149011612::DOUBLE"),
            "1\n");
}

TEST(FileScan, FindsNestedMembersByFieldIds) {
  DataDirectory data;
  const auto before = Columns(
      "s struct<a:int,b:string>, l array<struct<x:int>>, m map<string,struct<y:int>>, "
      "d struct<e:struct<f:int>>");
  auto later = before;
  later.fields[0].type.fields[0].type = schema::Type::Of(schema::TypeKind::kLong);
  later.fields[0].type.fields[1].name = "renamed";
  later.fields[0].type.fields.push_back(Member(100, "b", schema::TypeKind::kString));
  later.fields[1].type.fields[0].type.fields.push_back(Member(101, "z", schema::TypeKind::kDouble));
  later.fields[2].type.fields[1].type.fields.insert(
      later.fields[2].type.fields[1].type.fields.begin(),
      Member(102, "w", schema::TypeKind::kBoolean));
  later.fields[3].type.fields[0].type.fields.push_back(Member(103, "g", schema::TypeKind::kString));
  FakeLake lake;
  lake.Put(Table(kName, later,
                 {data.Write(before,
                             "SELECT {a: 1::INT, b: 'x'} AS s, [{x: 2::INT}, NULL] AS l, "
                             "MAP {'k': {y: 3::INT}} AS m, {e: {f: 4::INT}} AS d"),
                  data.Write(later,
                             "SELECT {a: 5_000_000_000, renamed: 'r', b: 'new'} AS s, "
                             "[{x: 6::INT, z: 0.5::DOUBLE}] AS l, "
                             "MAP {'k': {w: true, y: 7::INT}} AS m, {e: {f: 8::INT, g: 'g'}} AS d"),
                  data.Write(before,
                             "SELECT NULL::STRUCT(a INT, b VARCHAR) AS s, "
                             "NULL::STRUCT(x INT)[] AS l, NULL::MAP(VARCHAR, STRUCT(y INT)) AS m, "
                             "NULL::STRUCT(e STRUCT(f INT)) AS d")}));
  auto engine = OpenEngine(lake);
  EXPECT_EQ(Ask(*engine, "SELECT s, l, m, d FROM t WHERE s IS NOT NULL ORDER BY s.a"),
            R"("{""a"":1,""renamed"":""x"",""b"":null}","[{""x"":2,""z"":null},null]",)"
            R"("{""k"":{""w"":null,""y"":3}}","{""e"":{""f"":4,""g"":null}}")"
            "\n"
            R"("{""a"":5000000000,""renamed"":""r"",""b"":""new""}","[{""x"":6,""z"":0.5}]",)"
            R"("{""k"":{""w"":true,""y"":7}}","{""e"":{""f"":8,""g"":""g""}}")"
            "\n");
  EXPECT_EQ(Ask(*engine, "SELECT count(*) FROM t WHERE s IS NULL"), "1\n");
  const std::vector<std::pair<std::string, std::string>> filters = {
      {"s.a = 1", "1"},      {"s.a > 4000000000", "1"}, {"s.b = 'new'", "1"},
      {"s.b IS NULL", "2"},  {"s.renamed = 'x'", "1"},  {"l[1].z = 0.5", "1"},
      {"m['k'].w", "1"},     {"d.e.g = 'g'", "1"},      {"d.e.f > 4", "1"},
      {"d.e.g IS NULL", "2"}};
  for (const auto& [filter, count] : filters) {
    EXPECT_EQ(Ask(*engine, "SELECT count(*) FROM t WHERE " + filter), count + "\n") << filter;
  }
  EXPECT_EQ(Ask(*engine, "SELECT s.b, d.e.g FROM t ORDER BY s.a NULLS FIRST"), ",\n,\nnew,g\n");
}

/// Ten files: file i has ids 10i to 10i+9, its name, and the hours of day i.
class PrunedScan : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = new Shared;
    for (int i = 0; i < 10; ++i) {
      shared_->files.push_back(shared_->data.Write(
          shared_->columns,
          Format("SELECT {0} * 10 + range AS id, 'a rather long name {0}' AS name, "
                 "TIMESTAMPTZ '2023-06-01 00:00:00+00' + INTERVAL 1 DAY * {0} + INTERVAL 2 HOUR "
                 "* range AS moment, CASE WHEN {0} = 3 THEN NULL WHEN {0} = 4 AND range = 0 THEN "
                 "'nan'::DOUBLE ELSE {0} + range / 10 END AS x FROM range(10)",
                 i)));
    }
    shared_->engine = OpenEngine(shared_->lake);
  }
  static void TearDownTestSuite() { delete std::exchange(shared_, nullptr); }

  PrunedScan() { Put(files_, {schema::PartitionSpec{}}); }

  void Put(std::vector<schema::DataFile> files, std::vector<schema::PartitionSpec> specs) {
    TableRows rows = Table(kName, columns_, std::move(files));
    rows.snapshot.specs = std::move(specs);
    lake_.Put(std::move(rows));
  }

  int FilesReadWhere(const std::string& filter) {
    return FilesRead(*engine_, "SELECT max(id) FROM t WHERE " + filter);
  }

  /// Made once for all tests; each puts its own table in.
  struct Shared {
    DataDirectory data;
    schema::TableSchema columns = Columns("id bigint, name string, moment timestamptz, x double");
    std::vector<schema::DataFile> files;
    FakeLake lake;
    std::unique_ptr<Engine> engine;
  };
  static inline Shared* shared_ = nullptr;

  const schema::TableSchema& columns_ = shared_->columns;
  const std::vector<schema::DataFile>& files_ = shared_->files;
  FakeLake& lake_ = shared_->lake;
  std::unique_ptr<Engine>& engine_ = shared_->engine;
};

TEST_F(PrunedScan, OpensOnlyFilesThatCanMatch) {
  const std::vector<std::pair<std::string, int>> cases = {
      {"true", 10},
      {"id = 35", 1},
      {"id BETWEEN 35 AND 52", 3},
      {"id > 95", 1},
      {"id < 0", 0},
      {"id IN (5, 95, 1000)", 2},
      {"id = 35 OR id = 71", 2},
      {"id > 35 AND id < 20", 0},
      {"id IS NULL", 10},  // nothing is known of nulls: manifests may leave their count out
      {"id + 0 = 35", 1},
      {"name = 'a rather long name 7'", 10},  // cut to 16 bytes: all the same
      {"name = 'b'", 0},
      {"name < 'a'", 0},
      {"name LIKE 'b%'", 0},
      {"starts_with(name, 'zz')", 0},
      {"moment >= '2023-06-03 00:00:00+00' AND moment < '2023-06-04 00:00:00+00'", 1},
      {"moment::DATE = '2023-06-03'", 10},  // DuckDB does not offer this one for pruning
      {"date_trunc('day', moment) = '2023-06-03 00:00:00+00'", 1},
      {"x > 8", 3},          // two files, and one with NaN, which is greater than all
      {"x IS NOT NULL", 9},  // file 3 has only nulls
      {"x < 1", 1},
      {"isnan(x)", 1},
      {"id = 35 AND x = 3.5", 0},
  };
  for (const auto& [filter, files] : cases) {
    EXPECT_EQ(FilesReadWhere(filter), files) << filter;
  }
}

TEST_F(PrunedScan, PrunesByTheOtherSideOfAJoin) {
  EXPECT_EQ(
      FilesRead(*engine_, "SELECT count(t.x) FROM t JOIN (VALUES (41), (42)) v(id) USING (id)"), 1);
  EXPECT_EQ(Ask(*engine_, "SELECT count(*) FROM t JOIN (VALUES (41), (42)) v(id) USING (id)"),
            "2\n");
}

TEST_F(PrunedScan, PrunesByPartitionsWhereBoundsAreMissing) {
  const schema::PartitionSpec spec{
      .spec_id = 3,
      .fields = {{.source = FieldId(2), .field_id = 1000, .name = "name"},
                 {.source = FieldId(3),
                  .field_id = 1001,
                  .name = "d",
                  .transform = {.kind = schema::TransformKind::kDay}}}};
  auto files = files_;
  for (size_t i = 0; i < files.size(); ++i) {
    files[i].columns.clear();
    files[i].spec_id = 3;
    const auto day = static_cast<int32_t>(DaysFromCivil({.year = 2023, .month = 6, .day = 1})) +
                     static_cast<int32_t>(i);
    files[i].partition = {Format("a rather long name {}", i), day};
  }
  Put(files, {schema::PartitionSpec{}, spec});
  EXPECT_EQ(FilesReadWhere("name = 'a rather long name 7'"), 1);
  EXPECT_EQ(FilesReadWhere("name > 'a rather long name 7'"), 2);
  EXPECT_EQ(FilesReadWhere("name IS NULL"), 0);
  EXPECT_EQ(FilesReadWhere("moment = '2023-06-04 12:00:00+00'"), 1);
  EXPECT_EQ(FilesReadWhere("moment < '2023-06-03 00:00:00+00'"), 2);
  EXPECT_EQ(FilesReadWhere("moment <= '2023-06-03 00:00:00+00'"), 3);
  EXPECT_EQ(FilesReadWhere("id = 1"), 10);
  // A spec that the snapshot does not know says nothing.
  for (auto& file : files) file.spec_id = 99;
  Put(files, {spec});
  EXPECT_EQ(FilesReadWhere("name = 'a rather long name 7'"), 10);
}

TEST_F(PrunedScan, PrunesByBuckets) {
  constexpr schema::Transform kBuckets{.kind = schema::TransformKind::kBucket, .parameter = 16};
  const schema::PartitionSpec spec{
      .spec_id = 3,
      .fields = {{.source = FieldId(2), .field_id = 1000, .name = "b", .transform = kBuckets}}};
  const auto bucket = [&](const std::string& name) {
    return schema::Apply(kBuckets, schema::Type::Of(schema::TypeKind::kString), name);
  };
  const auto name = [](size_t i) { return Format("a rather long name {}", i); };
  auto files = files_;
  for (size_t i = 0; i < files.size(); ++i) {
    files[i].columns.clear();
    files[i].spec_id = 3;
    files[i].partition = {bucket(name(i))};
  }
  Put(files, {spec});
  const auto files_of = [&](const std::vector<std::string>& names) {
    return std::ranges::count_if(files, [&](const schema::DataFile& file) {
      return std::ranges::any_of(
          names, [&](const std::string& other) { return file.partition[0] == bucket(other); });
    });
  };
  ASSERT_LT(files_of({name(7), name(2)}), 6);
  EXPECT_EQ(FilesReadWhere(Format("name = '{}'", name(7))), files_of({name(7)}));
  EXPECT_EQ(FilesReadWhere(Format("'{}' = name AND id > 0", name(7))), files_of({name(7)}));
  EXPECT_EQ(FilesReadWhere(Format("name IN ('{}', '{}')", name(7), name(2))),
            files_of({name(7), name(2)}));
  EXPECT_EQ(FilesReadWhere(Format("name = '{}' OR name = 'none'", name(7))),
            files_of({name(7), "none"}));
  for (const char* open : {"name > 'a rather long name 7'", "name <> 'x'", "name LIKE '%7'",
                           "upper(name) = 'A RATHER LONG NAME 7'", "name IS NULL"}) {
    EXPECT_EQ(FilesReadWhere(open), 10) << open;
  }
  EXPECT_EQ(Ask(*engine_, Format("SELECT count(*) FROM t WHERE name = '{}'", name(7))), "10\n");
}

TEST_F(PrunedScan, KeepsFilesWhoseBoundsCannotBeRead) {
  auto files = files_;
  for (auto& file : files) {
    for (auto& column : file.columns) {
      column.lower = "??";
      column.upper = "??";
    }
  }
  Put(files, {schema::PartitionSpec{}});
  EXPECT_EQ(FilesReadWhere("id = 35"), 10);
  EXPECT_EQ(Ask(*engine_, "SELECT x FROM t WHERE id = 55"), "5.5\n");
}

TEST_F(PrunedScan, CountsRowsWithoutOpeningFiles) {
  auto files = files_;
  for (auto& file : files) file.uri += ".gone";
  Put(files, {schema::PartitionSpec{}});
  EXPECT_EQ(Ask(*engine_, "SELECT count(*) FROM t"), "100\n");
  EXPECT_EQ(Ask(*engine_, "SELECT count(*) FROM t WHERE id < 0"), "0\n");
}

TEST_F(PrunedScan, GivesMinimumAndMaximumFromTheData) {
  // The bounds of `name` are cut; they must never be taken for values.
  EXPECT_EQ(Ask(*engine_, "SELECT min(name), max(name), min(id), max(id) FROM t"),
            "a rather long name 0,a rather long name 9,0,99\n");
}

TEST_F(PrunedScan, ReadsWideRowsLate) {
  EXPECT_EQ(Ask(*engine_, "SELECT id, name FROM t ORDER BY moment DESC LIMIT 2"),
            "99,a rather long name 9\n98,a rather long name 9\n");
  EXPECT_EQ(Ask(*engine_, "SELECT * FROM t ORDER BY x DESC NULLS LAST, id LIMIT 2"),
            "40,a rather long name 4,2023-06-05T00:00:00Z,nan\n"
            "99,a rather long name 9,2023-06-10T18:00:00Z,9.9\n");
}

TEST_F(PrunedScan, StopsAtALimit) {
  std::vector<schema::DataFile> files;
  for (int i = 0; i < 500; ++i) files.push_back(files_[static_cast<size_t>(i) % 10]);
  Put(files, {schema::PartitionSpec{}});
  const int read = FilesRead(*engine_, "SELECT id FROM t LIMIT 1");
  EXPECT_GT(read, 0);
  EXPECT_LT(read, 100);  // DuckDB reads some files ahead
}

TEST_F(PrunedScan, SaysWhichFileIsMissing) {
  auto files = files_;
  files[2].uri += ".gone";
  Put(files, {schema::PartitionSpec{}});
  EXPECT_EQ(Ask(*engine_, "SELECT x FROM t WHERE id = 55"), "5.5\n");
  const std::string answer = Ask(*engine_, "SELECT sum(x) FROM t");
  EXPECT_TRUE(answer.starts_with("io: IO Error: Cannot open file")) << answer;
  EXPECT_NE(answer.find("/2.parquet.gone"), std::string::npos) << answer;
}

TEST_F(PrunedScan, SurvivesDamagedFiles) {
  const std::string path = *LocalPath(files_[2].uri);
  std::ifstream in(path, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  for (size_t cut = 0; cut < whole.size(); cut += 61) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole.substr(0, cut);
    const std::string answer = Ask(*engine_, "SELECT sum(x), max(name) FROM t WHERE id = 25");
    EXPECT_NE(answer.find(": "), std::string::npos) << cut << " " << answer;
  }
  for (size_t at = 0; at < whole.size(); at += 13) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x55);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << flipped;
    Ask(*engine_, "SELECT sum(x), max(name) FROM t WHERE id = 25");
  }
  std::ofstream(path, std::ios::binary | std::ios::trunc) << whole;
  EXPECT_EQ(Ask(*engine_, "SELECT sum(id) FROM t"), "4950\n");
}

TEST_F(PrunedScan, RefusesFilesOfOtherStores) {
  auto files = files_;
  files[0].uri = "s3://bucket/key.parquet";
  Put(files, {schema::PartitionSpec{}});
  EXPECT_EQ(Ask(*engine_, "SELECT x FROM t WHERE id = 5"),
            "unsupported: Not implemented Error: data file 's3://bucket/key.parquet' is not on "
            "this machine");
}

TEST_F(PrunedScan, PlansThousandsOfFiles) {
  std::vector<schema::DataFile> files;
  for (int i = 0; i < 5000; ++i) {
    files.push_back(files_[5]);
    if (i == 2500) continue;
    files.back().uri = Format("file:///nowhere/{}.parquet", i);
    const int64_t lower = 1'000'000 + i * 10;
    const schema::Type type = schema::Type::Of(schema::TypeKind::kLong);
    files.back().columns[0].lower = schema::ToIcebergBytes(type, lower);
    files.back().columns[0].upper = schema::ToIcebergBytes(type, lower + 9);
  }
  Put(files, {schema::PartitionSpec{}});
  EXPECT_EQ(Ask(*engine_, "SELECT x FROM t WHERE id = 55"), "5.5\n");
  EXPECT_EQ(Ask(*engine_, "SELECT count(*) FROM t"), "50000\n");
}

// --- pruning never changes an answer ----------------------------------------------------------

/// A column of the property test, how to fill it, and constants to compare it with.
struct RandomColumn {
  const char* name;
  const char* expression;  ///< over `f` (the file) and `r` (the row); none: of another column
  std::vector<std::string> constants;
};

const std::vector<RandomColumn>& RandomColumns() {
  static const std::vector<RandomColumn> columns = {
      {"i",
       "CASE WHEN hash(f, r) % 7 = 0 THEN NULL ELSE (f * 5 + r % 12)::INT END",
       {"0", "7", "23", "41", "-1", "4000000000"}},
      {"d",
       "CASE hash(f, r, 1) % 9 WHEN 0 THEN NULL WHEN 1 THEN IF(f % 3 = 0, 'nan', '-0.0')::DOUBLE "
       "ELSE f + r / 8 END",
       {"0.0", "2.5", "-1.0", "'nan'::DOUBLE", "'inf'::DOUBLE", "7.25"}},
      {"s",
       "CASE WHEN hash(f, r, 2) % 6 = 0 THEN NULL WHEN f % 4 = 0 THEN repeat(chr(128512), 6) || r "
       "ELSE 'common prefix of all ' || chr(97 + f) || r END",
       {"'common prefix of all c1'", "'common prefix o'", "'common prefix p'", "''",
        "repeat(chr(128512), 6) || '3'", "'zz'"}},
      {"b", "encode(chr(250 + f) || r)", {"encode(chr(252))", "encode('')", "'\\xFF'::BLOB"}},
      {"t",
       "TIMESTAMPTZ '2023-06-01 00:00:00+00' + INTERVAL 7 HOUR * (f * 3 + r % 5)",
       {"TIMESTAMPTZ '2023-06-02 12:00:00+00'", "TIMESTAMPTZ '2023-06-05 00:00:00+00'",
        "TIMESTAMPTZ '1990-01-01 00:00:00+00'"}},
      {"date_trunc('day', t)",
       nullptr,
       {"TIMESTAMPTZ '2023-06-02 00:00:00+00'", "TIMESTAMPTZ '2023-06-04 12:00:00+00'"}},
      {"y",
       "DATE '2023-06-01' + (f * 2 + r % 3)::INT",
       {"DATE '2023-06-05'", "DATE '2023-06-11'", "DATE '2030-01-01'"}},
      {"m", "((f * 100 + r) / 4)::DECIMAL(12,2)", {"50.00", "101.25", "-3.5", "1000000"}},
      {"k", "f % 2 = 0 AND r > 1", {"true", "false"}},
      {"p",
       "CASE WHEN f = 5 THEN NULL ELSE 'part ' || f END",
       {"'part 2'", "'part 4'", "'part 99'", "''"}},
  };
  return columns;
}

/// The test's random numbers: same seed, same queries.
class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  size_t Below(size_t limit) { return engine_() % limit; }
  template <class T>
  const T& Pick(const std::vector<T>& values) {
    return values[Below(values.size())];
  }

 private:
  std::mt19937 engine_;
};

std::string RandomPredicate(Dice* dice, int depth) {
  if (depth > 0 && dice->Below(3) == 0) {
    return "(" + RandomPredicate(dice, depth - 1) + (dice->Below(2) ? " AND " : " OR ") +
           RandomPredicate(dice, depth - 1) + ")";
  }
  if (depth > 0 && dice->Below(8) == 0) return "NOT " + RandomPredicate(dice, depth - 1);
  const RandomColumn& column = dice->Pick(RandomColumns());
  const std::string name = column.name;
  const std::string& a = dice->Pick(column.constants);
  const std::string& b = dice->Pick(column.constants);
  static const std::vector<std::string> kOperators = {
      "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"};
  switch (dice->Below(8)) {
    case 0:
      return "(" + name + " IS NULL)";
    case 1:
      return "(" + name + " IS NOT NULL)";
    case 2:
      return "(" + name + " IN (" + a + ", " + b + "))";
    case 3:
      return "(" + name + " NOT IN (" + a + ", " + b + "))";
    case 4:
      return "(" + name + " BETWEEN " + a + " AND " + b + ")";
    case 5:
      if (name == "s" || name == "p") return "(" + name + " LIKE " + a + " || '%')";
      [[fallthrough]];
    default:
      return "(" + name + " " + dice->Pick(kOperators) + " " + a + ")";
  }
}

TEST(FileScan, NeverLosesARowByPruning) {
  DataDirectory data;
  auto columns = Columns(
      "i int, d double, s string, b binary, t timestamptz, y date, m decimal(12,2), k boolean, "
      "p string");
  const schema::PartitionSpec spec{
      .spec_id = 1,
      .fields = {{.source = FieldId(9), .field_id = 1000, .name = "p"},
                 {.source = FieldId(6),
                  .field_id = 1001,
                  .name = "y_month",
                  .transform = {.kind = schema::TransformKind::kMonth}}}};
  constexpr schema::Transform kBuckets{.kind = schema::TransformKind::kBucket, .parameter = 4};
  const schema::PartitionSpec by_bucket{
      .spec_id = 2,
      .fields = {{.source = FieldId(9), .field_id = 1002, .name = "b", .transform = kBuckets}}};
  std::vector<schema::DataFile> pruned;
  std::vector<schema::DataFile> whole;
  for (int f = 0; f < 8; ++f) {
    std::string select = "SELECT ";
    for (const RandomColumn& column : RandomColumns()) {
      if (column.expression == nullptr) continue;
      select += Format("{} AS {}, ", column.expression, column.name);
    }
    select.resize(select.size() - 2);
    // Bounds of strings are cut to 4 to 32 bytes.
    schema::DataFile file = data.Write(
        columns, select + Format(" FROM (SELECT {}::INT AS f, range::INT AS r FROM range(30))", f),
        static_cast<size_t>(4 + f * 4));
    whole.push_back(file);
    whole.back().columns.clear();
    file.spec_id = 1;
    file.partition = {f == 5 ? schema::Value() : schema::Value(Format("part {}", f)),
                      int32_t{(2023 - 1970) * 12 + 5}};
    if (f % 3 == 1) {
      file.spec_id = 2;
      file.partition = {schema::Apply(kBuckets, columns.fields[8].type, file.partition[0])};
    }
    std::erase_if(file.columns, [](const auto& column) { return column.id == FieldId(9); });
    if (f == 6)
      std::erase_if(file.columns, [](const auto& column) { return column.id == FieldId(6); });
    if (f == 2) {
      for (auto& column : file.columns) column.upper.reset();
    }
    if (f == 3) {
      for (auto& column : file.columns) column.nan_count.reset();
    }
    pruned.push_back(std::move(file));
  }
  columns.fields[0].type = schema::Type::Of(schema::TypeKind::kLong);  // widened since
  FakeLake lake;
  TableRows rows = Table({"default", "pruned"}, columns, pruned);
  rows.snapshot.specs = {schema::PartitionSpec{}, spec, by_bucket};
  lake.Put(std::move(rows));
  lake.Put(Table({"default", "whole"}, columns, whole));
  auto engine = OpenEngine(lake);
  Dice dice(20261121);
  int matching = 0;
  for (int i = 0; i < 150; ++i) {
    const std::string predicate = RandomPredicate(&dice, 2);
    const auto ask = [&](const char* table) {
      return Ask(*engine,
                 Format("SELECT count(*), count(d), sum(i), sum(length(s)) FROM {} WHERE ", table) +
                     predicate);
    };
    const std::string expected = ask("whole");
    ASSERT_EQ(expected.find(": "), std::string::npos) << predicate << "\n" << expected;
    ASSERT_EQ(ask("pruned"), expected) << predicate;
    matching += !expected.starts_with("0,");
  }
  EXPECT_GT(matching, 70);
}

TEST(LocalPath, TakesFileUrisLiterally) {
  EXPECT_EQ(*LocalPath("file:///a/b%2Fc d"), "/a/b%2Fc d");
  EXPECT_EQ(*LocalPath("file:/a"), "/a");
  EXPECT_EQ(*LocalPath("/a"), "/a");
  EXPECT_FALSE(LocalPath("s3://bucket/a"));
  EXPECT_FALSE(LocalPath("relative"));
}

}  // namespace
}  // namespace tarn::query
