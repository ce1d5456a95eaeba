#include "serve/explore/table_question.h"

#include <gtest/gtest.h>

#include "schema/declaration.h"

namespace tarn::serve {
namespace {

const schema::TableName kTable{"default", "events"};

schema::TableSchema SchemaOf(std::string_view columns) {
  schema::TableSchema table;
  table.fields = schema::FieldsOf(*schema::ParseColumns(columns));
  return table;
}

const schema::TableSchema& Columns() {
  static const schema::TableSchema columns = SchemaOf(
      "ts timestamptz, day date, name string, n bigint, small int, price decimal(9,2), ok boolean, "
      "id uuid, raw binary, tags array<string>, user struct<plan:string,`a.b`:struct<c:double>>, "
      "`odd \"name\"` string");
  return columns;
}

Error ErrorOf(const std::string& filter) {
  const auto parsed = ParseFilter(filter, Columns());
  return parsed ? Error(ErrorKind::kInternal, "it was taken") : parsed.error();
}

RowsQuestion Rows(const std::string& filter) {
  RowsQuestion question{.choice = {.table = kTable}, .columns = {*FindColumn("n", Columns())}};
  question.choice.filters.push_back(*ParseFilter(filter, Columns()));
  return question;
}

std::string ConditionOf(const std::string& filter) {
  const std::string sql = SqlOf(Rows(filter)).sql;
  const size_t start = sql.find(" WHERE ") + 7;
  return sql.substr(start, sql.find(" LIMIT ") - start);
}

TEST(TableQuestion, RefusesFiltersThatAreNone) {
  for (const std::string filter :
       {"", "x", "{}", "[]", R"(["n"])", R"(["n","eq"])", R"(["n","eq",1,2])", R"([1,"eq",1])",
        R"(["n",1,1])", R"(["n","null",1])", R"(["n","like","x"])", R"(["n","in",1])"}) {
    EXPECT_EQ(ErrorOf(filter).kind(), ErrorKind::kInvalid) << filter;
  }
}

TEST(TableQuestion, RefusesColumnsThatTheTableLacks) {
  for (const std::string name : {"m", "N", "", "n;", "n\\\"", "user.", "user.plan.x", ".n",
                                 "user..plan", "tags.element", "\\\"n\\\"", "n) OR (1=1"}) {
    EXPECT_EQ(ErrorOf("[\"" + name + "\",\"eq\",1]").kind(), ErrorKind::kInvalid) << name;
  }
}

TEST(TableQuestion, RefusesValuesOfAnotherType) {
  for (const std::string filter :
       {R"(["n","eq","x"])", R"(["n","eq",1.5])", R"(["n","eq",null])", R"(["n","eq",[1]])",
        R"(["small","eq",3000000000])", R"(["name","eq",1])", R"(["ok","eq","true"])",
        R"(["ts","lt","yesterday"])", R"(["day","eq","2026-13-01"])", R"(["price","eq","1.234x"])",
        R"(["id","eq","'; DROP TABLE x"])", R"(["n","contains","1"])", R"(["tags","eq","x"])",
        R"(["raw","eq","x"])", R"(["user","eq","x"])", R"(["day","eq","5881580-07-11"])",
        R"(["ts","lt","294247-01-10T04:00:54.775807Z"])"}) {
    EXPECT_EQ(ErrorOf(filter).kind(), ErrorKind::kInvalid) << filter;
  }
}

TEST(TableQuestion, RefusesMoreThanItsLimits) {
  std::string values;
  for (size_t i = 0; i <= kFilterValuesMax; ++i) values += values.empty() ? "1" : ",1";
  EXPECT_EQ(ErrorOf(R"(["n","in",[)" + values + "]]").kind(), ErrorKind::kInvalid);
  EXPECT_EQ(ErrorOf(R"(["name","eq",")" + std::string(kFilterBytesMax, 'x') + R"("])").kind(),
            ErrorKind::kInvalid);
  std::string query;
  for (size_t i = 0; i <= kFiltersMax; ++i) query += "f=%5B%22n%22%2C%22null%22%5D&";
  const auto parameters = *Parameters::Read(query, {kFilterParameter});
  EXPECT_FALSE(ParseFilters(parameters, Columns()));
}

TEST(TableQuestion, BindsTextAndWritesNumbersItself) {
  const Statement statement = SqlOf(Rows(R"(["name","eq","'; DROP TABLE x --"])"));
  EXPECT_EQ(statement.sql,
            R"(SELECT "n" AS "n" FROM "default"."events" WHERE "name" = $1 LIMIT 201 OFFSET 0)");
  EXPECT_EQ(statement.parameters, (std::vector<schema::Value>{std::string("'; DROP TABLE x --")}));
  EXPECT_EQ(ConditionOf(R"(["ts","ge","2026-11-21T10:00:00+02:00"])"),
            R"("ts" >= TIMESTAMPTZ '2026-11-21T08:00:00.000000Z')");
  EXPECT_EQ(ConditionOf(R"(["day","lt","2026-11-21"])"), R"("day" < DATE '2026-11-21')");
  EXPECT_EQ(ConditionOf(R"(["price","eq","1.50"])"), R"("price" = CAST('1.50' AS DECIMAL(9, 2)))");
  EXPECT_EQ(ConditionOf(R"(["n","in",[]])"), "false");
  EXPECT_EQ(ConditionOf(R"(["n","in",["9007199254740993",2]])"), R"("n" IN ($1, $2))");
}

TEST(TableQuestion, QuotesNamesAndGoesDownStructsStepByStep) {
  EXPECT_EQ(ConditionOf(R"(["odd \"name\"","null"])"), R"("odd ""name""" IS NULL)");
  EXPECT_EQ(ConditionOf(R"(["user.plan","starts","a"])"), R"(starts_with(("user")."plan", $1))");
  EXPECT_EQ(ConditionOf(R"(["user.a.b.c","gt",1])"), R"((("user")."a.b")."c" > $1)");
  EXPECT_EQ(ConditionOf(R"(["name","ne","x"])"), R"("name" IS DISTINCT FROM $1)");
}

TEST(TableQuestion, AsksForARangeOfTheBestTime) {
  const auto parameters =
      *Parameters::Read("from=2026-11-21&to=2026-11-21T12:00:00Z", {"from", "to", "time"});
  const auto choice = *ParseChoice(parameters, kTable, SnapshotId(7), Columns());
  RowsQuestion question{.choice = choice, .columns = {*FindColumn("n", Columns())}};
  EXPECT_EQ(SqlOf(question).sql,
            R"(SELECT "n" AS "n" FROM "default"."events" AT (VERSION => 7) WHERE "ts" >= )"
            R"(TIMESTAMPTZ '2026-11-21T00:00:00.000000Z' AND "ts" < TIMESTAMPTZ )"
            R"('2026-11-21T12:00:00.000000Z' ORDER BY "ts" DESC NULLS LAST LIMIT 201 OFFSET 0)");
  question.choice.time = *FindColumn("day", Columns());
  EXPECT_NE(SqlOf(question).sql.find(R"("day" >= DATE '2026-11-21' AND "day" < DATE '2026-11-22')"),
            std::string::npos)
      << SqlOf(question).sql;
}

TEST(TableQuestion, RefusesRangesThatAreNone) {
  const auto choose = [](const std::string& query, const schema::TableSchema& columns) {
    return ParseChoice(*Parameters::Read(query, {"from", "to", "time"}), kTable, std::nullopt,
                       columns);
  };
  EXPECT_FALSE(choose("from=2026-11-22&to=2026-11-21", Columns()));
  EXPECT_FALSE(choose("from=soon", Columns()));
  EXPECT_FALSE(choose("time=name", Columns()));
  EXPECT_FALSE(choose("from=2026-11-21", SchemaOf("n bigint")));
  EXPECT_TRUE(choose("", SchemaOf("n bigint")));
}

TEST(TableQuestion, MeasuresNumbersOnly) {
  GroupsQuestion question;
  EXPECT_FALSE(ParseMeasure("sum", Columns(), &question));
  EXPECT_FALSE(ParseMeasure("sum:name", Columns(), &question));
  EXPECT_FALSE(ParseMeasure("median:n", Columns(), &question));
  EXPECT_TRUE(ParseMeasure("avg:user.a.b.c", Columns(), &question));
  EXPECT_TRUE(ParseMeasure("sum:price", Columns(), &question));
  EXPECT_FALSE(ParseTimeUnit("week"));
}

TEST(TableQuestion, PutsTheReceivedTimeFirst) {
  schema::TableSchema columns = SchemaOf("d date, t timestamp");
  schema::Field received{FieldId(3), std::string(schema::kReceivedAtColumn), false,
                         schema::Type::Of(schema::TypeKind::kTimestampTz)};
  columns.fields.push_back(received);
  EXPECT_EQ(TimeColumns(columns), (std::vector<std::string>{"_received_at", "d", "t"}));
}

TEST(Parameters, AreKnownGivenOnceAndInTheirLimits) {
  EXPECT_FALSE(Parameters::Read("limit=1&limit=2", {"limit"}));
  EXPECT_FALSE(Parameters::Read("sql=SELECT", {"limit"}));
  EXPECT_FALSE(Parameters::Read("limit=%ff", {"limit"}));
  const auto parameters =
      *Parameters::Read("limit=99999999999999999999&offset=-1&f=a&f=b", {"limit", "offset", "f"});
  EXPECT_FALSE(parameters.Integer("limit", 1, 1, 100));
  EXPECT_FALSE(parameters.Integer("offset", 0, 0, 100));
  EXPECT_EQ(*parameters.Integer("other", 7, 0, 100), 7);
  EXPECT_EQ(parameters.filters(), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace tarn::serve
