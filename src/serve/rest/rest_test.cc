#include <gtest/gtest.h>

#include "schema/declaration.h"
#include "serve/rest/event_query.h"
#include "serve/rest/streams_api.h"
#include "serve/site_testing.h"

namespace tarn::serve {
namespace {

schema::TableSchema SchemaOf(std::string_view columns) {
  schema::TableSchema table;
  table.fields = schema::FieldsOf(*schema::ParseColumns(columns));
  return table;
}

constexpr std::string_view kIngestColumns =
    "event_timestamp timestamptz, event_type string, user_id bigint, _server_timestamp_utc "
    "timestamptz from _received_at";
constexpr const char* kGood =
    "/query?start_date=2025-11-20&end_date=2025-11-21&event_type=api_error";

TEST(EventQuery, AsksForDaysTypeAndUserWithValuesBound) {
  TestSite site;
  site.queries.tables["default.ingest"] = SchemaOf(kIngestColumns);
  site.queries.answer = JsonRows{R"([{"user_id":7}])", 1};
  const Reply reply = site.Answer({.target = std::string(kGood) + "&user_id=7&limit=5"});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"data":[{"user_id":7}],"count":1,"message":null})");
  EXPECT_EQ(
      site.queries.sql,
      R"(SELECT * FROM "default"."ingest" WHERE event_timestamp >= TIMESTAMPTZ '2025-11-20 00:00:00+00')"
      R"( AND event_timestamp < TIMESTAMPTZ '2025-11-22 00:00:00+00' AND event_type = $1)"
      R"( AND user_id = $2 ORDER BY "_server_timestamp_utc" DESC NULLS LAST LIMIT 5)");
  EXPECT_EQ(site.queries.parameters,
            (std::vector<schema::Value>{std::string("api_error"), int64_t{7}}));
}

TEST(EventQuery, NeverPastesAClientsText) {
  TestSite site;
  site.queries.tables["default.ingest"] = SchemaOf(kIngestColumns);
  site.Answer(
      {.target = "/api/query?start_date=2025-11-20&end_date=2025-11-21&event_type=%27%3B+DROP"});
  EXPECT_EQ(site.queries.sql.find("DROP"), std::string::npos);
  EXPECT_EQ(site.queries.parameters, (std::vector<schema::Value>{std::string("'; DROP")}));
}

TEST(EventQuery, FitsTheTablesTypes) {
  TestSite site;
  site.queries.tables["web.hits"] =
      SchemaOf("event_timestamp timestamp, event_type string, user_id string");
  site.Answer({.target = std::string(kGood) + "&user_id=7&table=Web.Hits"});
  EXPECT_NE(site.queries.sql.find(
                R"(FROM "web"."hits" WHERE event_timestamp >= TIMESTAMP '2025-11-20 00:00:00')"),
            std::string::npos)
      << site.queries.sql;
  EXPECT_NE(site.queries.sql.find(R"(ORDER BY "event_timestamp")"), std::string::npos);
  EXPECT_EQ(site.queries.parameters[1], schema::Value(std::string("7")));
  site.queries.tables["default.days"] = SchemaOf("event_timestamp date, event_type string");
  schema::Field received{FieldId(1), std::string(schema::kReceivedAtColumn), false,
                         schema::Type::Of(schema::TypeKind::kTimestampTz), ""};
  site.queries.tables["default.days"].fields.push_back(received);
  site.Answer({.target = std::string(kGood) + "&table=days"});
  EXPECT_NE(site.queries.sql.find("event_timestamp < DATE '2025-11-22'"), std::string::npos);
  EXPECT_NE(site.queries.sql.find(R"(ORDER BY "_received_at" DESC)"), std::string::npos);
}

TEST(EventQuery, SaysWhereNothingIsFound) {
  TestSite site;
  site.queries.tables["default.ingest"] = SchemaOf(kIngestColumns);
  EXPECT_EQ(site.Answer({.target = kGood}).body,
            R"({"data":[],"count":0,"message":"No events match."})");
}

TEST(EventQuery, NamesEachBadParameter) {
  TestSite site;
  site.queries.tables["default.ingest"] = SchemaOf(kIngestColumns);
  const Reply all = site.Answer({.target = "/query"});
  EXPECT_EQ(all.status, 422);
  EXPECT_EQ(all.body,
            R"({"detail":[{"loc":["query","start_date"],"msg":"Field required","type":"missing"},)"
            R"({"loc":["query","end_date"],"msg":"Field required","type":"missing"},)"
            R"({"loc":["query","event_type"],"msg":"Field required","type":"missing"}]})");
  struct Case {
    std::string target;
    std::string detail;
  };
  for (
      const Case& c : std::vector<Case>{
          {"/query?start_date=x&end_date=2025-02-29&event_type=e",
           R"([{"loc":["query","start_date"],"msg":"Input should be a valid date in the format YYYY-MM-DD","type":"date_from_datetime_parsing"},)"
           R"({"loc":["query","end_date"],"msg":"Input should be a valid date in the format YYYY-MM-DD","type":"date_from_datetime_parsing"}])"},
          {"/query?start_date=0000-01-01&end_date=2025-11-21&event_type=e",
           R"([{"loc":["query","start_date"],"msg":"Input should be a valid date in the format YYYY-MM-DD","type":"date_from_datetime_parsing"}])"},
          {std::string(kGood) + "&limit=0",
           R"([{"loc":["query","limit"],"msg":"Input should be greater than or equal to 1","type":"greater_than_equal"}])"},
          {std::string(kGood) + "&limit=1001",
           R"([{"loc":["query","limit"],"msg":"Input should be less than or equal to 1000","type":"less_than_equal"}])"},
          {std::string(kGood) + "&limit=1.5&user_id=x",
           R"([{"loc":["query","user_id"],"msg":"Input should be a valid integer, unable to parse string as an integer","type":"int_parsing"},)"
           R"({"loc":["query","limit"],"msg":"Input should be a valid integer, unable to parse string as an integer","type":"int_parsing"}])"},
          {std::string(kGood) + "&table=a%22b",
           R"([{"loc":["query","table"],"msg":"Input should be the name of a table: 1 to 64 of a-z, 0-9 and _","type":"string_pattern_mismatch"}])"},
          {std::string(kGood) + "&table=none",
           R"([{"loc":["query","table"],"msg":"There is no table default.none","type":"value_error"}])"}}) {
    const Reply reply = site.Answer({.target = c.target});
    EXPECT_EQ(reply.status, 422) << c.target;
    EXPECT_EQ(reply.body, R"({"detail":)" + c.detail + "}") << c.target;
  }
  EXPECT_EQ(site.Answer({.target = "/query?a=%zz"}).status, 422);
  EXPECT_EQ(site.queries.sql, "");
}

TEST(EventQuery, RefusesBytesThatAreNoTextByTheirParameter) {
  TestSite site;
  site.queries.tables["default.ingest"] = SchemaOf(kIngestColumns);
  const std::string reason =
      R"("msg":"Input should be a valid string, unable to parse raw data as a unicode string","type":"string_unicode")";
  for (const char* path : {"/query", "/api/query"}) {
    for (const char* parameter :
         {"start_date", "end_date", "event_type", "user_id", "limit", "table", "unknown"}) {
      const std::string query = std::string(kGood).substr(std::string(kGood).find('?'));
      const Reply reply = site.Answer({.target = Format("{}{}&{}=%ff", path, query, parameter)});
      EXPECT_EQ(reply.status, 422) << parameter;
      EXPECT_EQ(reply.body,
                Format(R"({{"detail":[{{"loc":["query","{}"],{}}}]}})", parameter, reason));
    }
    EXPECT_EQ(site.Answer({.target = std::string(path) + "?%ff=%ff"}).body,
              Format(R"({{"detail":[{{"loc":["query"],{}}}]}})", reason));
  }
  EXPECT_EQ(site.queries.sql, "");
}

TEST(EventQuery, NamesTheColumnThatATableLacks) {
  TestSite site;
  site.queries.tables["default.a"] = SchemaOf("event_timestamp timestamptz, event_type string");
  site.queries.tables["default.b"] = SchemaOf("event_type bigint");
  EXPECT_EQ(site.Answer({.target = std::string(kGood) + "&table=a"}).status, 200);
  const Reply user = site.Answer({.target = std::string(kGood) + "&table=a&user_id=1"});
  EXPECT_EQ(user.status, 422);
  EXPECT_NE(user.body.find("Table default.a has no column 'user_id'"), std::string::npos);
  const Reply both = site.Answer({.target = std::string(kGood) + "&table=b"});
  EXPECT_NE(both.body.find("Table default.b has no column 'event_timestamp'"), std::string::npos);
  EXPECT_NE(both.body.find("Column 'event_type' of table default.b has a type"), std::string::npos);
}

TEST(EventQuery, PassesFailuresOn) {
  TestSite site;
  site.queries.tables["default.ingest"] = SchemaOf(kIngestColumns);
  site.queries.answer = std::unexpected(Error(ErrorKind::kIo, "a file is gone"));
  const Reply failed = site.Answer({.target = kGood});
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.body, R"({"detail":"Error querying data lake: a file is gone"})");
  site.queries.answer = std::unexpected(Error(ErrorKind::kOverloaded, "over the time of 30 s"));
  EXPECT_EQ(site.Answer({.target = kGood}).status, 503);
}

TEST(StreamsApi, DeletesByForceWhatItMayNotOtherwise) {
  TestSite site;
  ASSERT_TRUE(site.streams.Create({.name = "s"}).has_value());
  site.streams.refuse_delete = Error(ErrorKind::kUnavailable, "it is held back");
  const auto remove = [&](const char* query) {
    return site.Answer({.method = Method::kDelete, .target = Format("/v1/streams/s{}", query)})
        .status;
  };
  EXPECT_EQ(remove(""), 503);
  EXPECT_EQ(remove("?force=false"), 503);
  EXPECT_EQ(remove("?force=yes"), 400);
  EXPECT_EQ(remove("?froce=true"), 400);
  EXPECT_EQ(remove("?force=true"), 204);
  EXPECT_TRUE(site.streams.List().empty());
}

TEST(StreamsApi, CreatesListsDescribesAndDeletes) {
  TestSite site;
  const Reply created = site.Answer(
      {.method = Method::kPost,
       .target = "/v1/streams",
       .body =
           R"({"name":"s","columns":"name string, n bigint default -1","partition_by":"name","buffer_seconds":5,"buffer_bytes":1048576,"compression":"none","table":"web.hits","may_evolve":false})"});
  EXPECT_EQ(created.status, 201) << created.body;
  const flow::StreamDefinition definition = site.streams.Find("s")->definition;
  EXPECT_FALSE(definition.inferred);
  EXPECT_EQ(definition.columns.size(), 2u);
  EXPECT_EQ(definition.table.ToString(), "web.hits");
  EXPECT_EQ(definition.partition_by, "name");
  EXPECT_EQ(definition.buffer_seconds, 5);
  EXPECT_EQ(definition.buffer_bytes, 1 * kMiB);
  EXPECT_EQ(definition.compression, "none");
  EXPECT_FALSE(definition.may_evolve);
  EXPECT_TRUE(definition.may_create_table);

  const Reply described = site.Answer({.target = "/v1/streams/s"});
  EXPECT_EQ(described.status, 200);
  EXPECT_EQ(described.body, created.body);
  EXPECT_NE(described.body.find(R"("created_at":"2025-11-21T08:48:41.954871Z")"), std::string::npos)
      << described.body;
  EXPECT_EQ(site.Answer({.target = "/v1/streams"}).body, R"({"streams":[)" + described.body + "]}");
  const Ask remove{.method = Method::kDelete, .target = "/v1/streams/s"};
  EXPECT_EQ(site.Answer(remove).status, 204);
  EXPECT_EQ(site.Answer(remove).status, 404);
  EXPECT_EQ(site.Answer({.target = "/v1/streams/s"}).status, 404);
}

TEST(StreamsApi, KeepsTheStreamThatIngestFeeds) {
  TestSite site;
  site.Answer({.method = Method::kPost, .target = "/v1/streams", .body = R"({"name":"ingest"})"});
  const Reply reply = site.Answer({.method = Method::kDelete, .target = "/v1/streams/ingest"});
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.body,
            R"({"error":"POST /ingest feeds the stream 'ingest': it stays","kind":"conflict"})");
  EXPECT_EQ(site.Answer({.target = "/v1/streams/ingest"}).status, 200);
  const Ask by_force{.method = Method::kDelete, .target = "/v1/streams/ingest?force=true"};
  EXPECT_EQ(site.Answer(by_force).status, 409);
  site.streams.Change("ingest", [](flow::StreamInfo& info) { info.held_back = true; });
  EXPECT_EQ(site.Answer({.method = Method::kDelete, .target = "/v1/streams/ingest"}).status, 409);
  EXPECT_EQ(site.Answer(by_force).status, 204);
  EXPECT_TRUE(site.streams.List().empty());
}

TEST(StreamsApi, TellsWhatHasNoColumnWhereThatWasAskedFor) {
  flow::StreamInfo info;
  EXPECT_EQ(ToJson(info).Find("without_column"), nullptr);
  info.without_column.emplace();
  EXPECT_EQ(ToJson(info).Find("without_column")->Dump(), "[]");
  for (int i = 0; i < 101; ++i) info.without_column->push_back({"x", "unknown", 2});
  const Json json = ToJson(info);
  const Json::Array& paths = json.Find("without_column")->as_array();
  ASSERT_EQ(paths.size(), 100U);
  EXPECT_EQ(paths.front().Dump(), R"({"path":"x","why":"unknown","count":2})");
}

TEST(StreamsApi, TellsNoPartitionsFromThoseOfTheDefault) {
  EXPECT_EQ(DefinitionFromRequest(*Json::Parse(R"({"name":"s"})"))->partition_by, std::nullopt);
  EXPECT_EQ(DefinitionFromRequest(*Json::Parse(R"({"name":"s","partition_by":""})"))->partition_by,
            "");
}

TEST(StreamsApi, InfersWhereNoColumnsAreNamed) {
  EXPECT_TRUE(DefinitionFromRequest(*Json::Parse(R"({"name":"s"})"))->inferred);
  EXPECT_FALSE(
      DefinitionFromRequest(*Json::Parse(R"({"name":"s","columns":"a string"})"))->inferred);
  EXPECT_TRUE(
      DefinitionFromRequest(*Json::Parse(R"({"name":"s","columns":"a string","inferred":true})"))
          ->inferred);
}

TEST(StreamsApi, NamesWhatIsWrongInARequest) {
  TestSite site;
  for (const auto& [body, message] : std::vector<std::pair<std::string, std::string>>{
           {"", "JSON"},
           {"[]", "must be a JSON object"},
           {"{}", "name"},
           {R"({"name":"s","colums":"a string"})",
            "'colums' is no member of a stream: known are name, table, columns"},
           {R"({"name":"s","columns":"a strin"})", "columns: "},
           {R"({"name":"s","inferred":"yes"})", "inferred"},
           {R"({"name":"s","buffer_seconds":-1})", "buffer_seconds is -1"},
           {R"({"name":"s","buffer_bytes":-1})", "buffer_bytes is negative"}}) {
    const Reply reply =
        site.Answer({.method = Method::kPost, .target = "/v1/streams", .body = body});
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_NE(reply.body.find(message), std::string::npos) << body << "\n" << reply.body;
  }
  site.Answer({.method = Method::kPost, .target = "/v1/streams", .body = R"({"name":"s"})"});
  EXPECT_EQ(
      site.Answer({.method = Method::kPost, .target = "/v1/streams", .body = R"({"name":"s"})"})
          .status,
      409);
}

}  // namespace
}  // namespace tarn::serve
