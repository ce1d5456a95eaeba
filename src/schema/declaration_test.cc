#include "schema/declaration.h"

#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

std::vector<ColumnDeclaration> Parsed(std::string_view text) { return Need(ParseColumns(text)); }

ColumnDeclaration One(std::string_view text) {
  std::vector<ColumnDeclaration> columns = Parsed(text);
  EXPECT_EQ(columns.size(), 1u) << text;
  return columns.empty() ? ColumnDeclaration() : columns[0];
}

std::string Refused(std::string_view text) { return Failure(ParseColumns(text)); }

/// What the stream `ingest` declares.
constexpr const char* kIngestColumns =
    "_ingest_id string from _record_id, _server_timestamp_utc timestamptz from _received_at, "
    "event_timestamp timestamptz from timestamp_utc default _received_at, "
    "event_type string default 'unknown', user_id bigint default -1, timestamp_utc string";

TEST(Columns, OfTheIngestStreamAreRead) {
  const std::vector<ColumnDeclaration> columns = Parsed(kIngestColumns);
  ASSERT_EQ(columns.size(), 6u);
  EXPECT_EQ(columns[0].name, "_ingest_id");
  EXPECT_EQ(columns[0].source, ColumnSource::kRecordId);
  EXPECT_EQ(columns[0].member, "");
  EXPECT_EQ(columns[1].source, ColumnSource::kReceivedAt);
  EXPECT_EQ(columns[1].type, Of(TypeKind::kTimestampTz));
  EXPECT_EQ(columns[2].source, ColumnSource::kMember);
  EXPECT_EQ(columns[2].member, "timestamp_utc");
  EXPECT_TRUE(columns[2].default_is_received_at);
  EXPECT_EQ(columns[3].member, "event_type");
  EXPECT_EQ(columns[3].default_value, Value(std::string("unknown")));
  EXPECT_EQ(columns[4].default_value, Value(int64_t{-1}));
  EXPECT_FALSE(columns[5].default_value);
}

TEST(Columns, TextGoesBothWays) {
  for (const char* text : {kIngestColumns,
                           "name string",
                           "user struct<id:string,plan:string> from usr",
                           "p json<os:string,\"a b\":array<double>> from payload, json string",
                           "\"a b\" int from \"c d\"",
                           "\"größe\" int",
                           "a.b array<map<string,int>> from a.b.c",
                           "c string default 'it''s'",
                           "c string default ''",
                           "c string default '_received_at'",
                           "c double default -1.5",
                           "c double default 1e+300",
                           "c double default NaN",
                           "c float default -Infinity",
                           "c decimal(5,2) default 1.50",
                           "c boolean default false",
                           "c date default '2026-11-21'",
                           "c time default '08:48:41.954871'",
                           "c timestamp default '2026-11-21T08:48:41.954871'",
                           "c timestamptz default '2026-11-21T08:48:41.954871Z'",
                           "c timestamp default _received_at",
                           "c uuid default 'f79c3e09-677c-4bbd-a479-3f349cb785e7'",
                           "c binary default 'AP8Q'",
                           "from string, default int, string string from from default 'default'"}) {
    EXPECT_EQ(ColumnsText(Parsed(text)), text);
  }
}

TEST(Columns, MembersWithDotsAreOneName) {
  EXPECT_EQ(One("id string from user.id").member, "user.id");
  EXPECT_EQ(One("user.id string").name, "user.id");
}

TEST(Columns, KeywordsAndTypesStandInAnyCase) {
  EXPECT_EQ(Parsed("T TimestampTZ FROM t DEFAULT _Received_At"),
            Parsed("T timestamptz from t default _received_at"));
  EXPECT_EQ(Parsed("a int from a"), Parsed("a int"));
  EXPECT_EQ(One("a string from _RECORD_ID").source, ColumnSource::kRecordId);
  EXPECT_EQ(One("a string from \"_record_id\"").source, ColumnSource::kRecordId);
  EXPECT_EQ(Parsed(" a\tint ,\n b int "), Parsed("a int,b int"));
}

TEST(Columns, OfJsonInTextsAreStructsToTheTable) {
  const std::vector<ColumnDeclaration> columns = Parsed("p JSON<os string, v: double>, q int");
  EXPECT_TRUE(columns[0].is_json_text);
  EXPECT_FALSE(columns[1].is_json_text);
  EXPECT_EQ(FieldsOf(columns), FieldsOf(Parsed("p struct<os:string,v:double>, q int")));
  EXPECT_EQ(HiveTypeText(columns[0].type), "struct<os:string,v:double>");
}

TEST(Columns, DefaultsAreReadAsTheirType) {
  EXPECT_EQ(One("c int default +5").default_value, Value(int32_t{5}));
  EXPECT_EQ(One("c float default 1e-3").default_value, Value(1e-3f));
  EXPECT_EQ(One("c timestamptz default '2026-11-21 09:48:41+01:00'").default_value,
            Value(int64_t{1'795'250'921'000'000}));
  EXPECT_EQ(One("c string default 'a, b from \"c\"'").default_value,
            Value(std::string("a, b from \"c\"")));
}

TEST(Columns, SayWhereAndWhatWasExpected) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"", "at 1: expected a column's name, found the end"},
      {"a int,", "at 7: expected a column's name, found the end"},
      {"a", "at 2: expected a type, found the end"},
      {"a int b", "at 7: expected ',', 'from', 'default' or the end, found 'b'"},
      {"a int default 1 from b", "at 17: expected ',', 'from', 'default' or the end, found 'from'"},
      {"a int from", "at 11: expected a JSON member, found the end"},
      {"a int from 'b'", "at 12: expected a JSON member, found '''"},
      {"a int default", "at 14: expected a default, found the end"},
      {"a int default ,", "at 15: expected a default, found ','"},
      {"a int default null", "at 15: expected an integer of 32 bits, found 'null'"},
      {"a int default x", "at 15: expected an integer of 32 bits, found 'x'"},
      {"a int default 2147483648", "at 15: expected an integer of 32 bits, found '2147483648'"},
      {"a int default '1'", "at 15: a default of type int stands without single quotes"},
      {"a string default x", "at 18: a default of type string stands in single quotes"},
      {"a string default \"x\"", "at 18: expected a default, found '\"'"},
      {"a string default 'x", "at 18: the ' that opens here is never closed"},
      {"a date default 2026-11-21", "at 16: a default of type date stands in single quotes"},
      {"a date default '2026-11-31'", "at 16: expected a date like 2026-11-21, found '2026-11-31'"},
      {"a decimal(3,2) default 10.5",
       "at 24: expected a number that fits decimal(3,2), found '10.5'"},
      {"a boolean default 1", "at 19: expected true or false, found '1'"},
      {"a array<int> default 1", "at 22: a struct, array or map takes no default"},
      {"a json, b int", "at 7: expected '<', found ','"},
      {"a json<>", "at 8: expected a member's name, found '>'"},
      {"a json<b:json<c:int>>", "at 10: json<…> is the type of a whole column only"},
      {"a json<b:int> from _record_id",
       "at 1: column 'a' has type json<b:int>; _record_id fills a string"},
      {"a json<b:int> default 1", "at 23: a struct, array or map takes no default"},
      {"a struct<b:int> default _received_at", "at 25: a struct, array or map takes no default"},
      {"a date default _received_at",
       "at 1: column 'a' has type date; _received_at fits a timestamptz or a timestamp"},
      {"a date from _received_at",
       "at 1: column 'a' has type date; _received_at fills a timestamptz or a timestamp"},
      {"a bigint from _record_id", "at 1: column 'a' has type bigint; _record_id fills a string"},
      {"x int, a string from _rest",
       "at 22: '_rest' is no source; name a JSON member, _received_at or _record_id"},
      {"a string from _record_id default 'x'",
       "at 1: column 'a' is filled for every record: it has no use for a default"},
      {"a timestamptz from _received_at default _received_at",
       "at 1: column 'a' is filled for every record: it has no use for a default"},
      {"a int, _received_at timestamptz",
       "at 8: '_received_at' is a name that Tarn keeps for itself; choose another"},
      {"_Rest string", "at 1: '_Rest' is a name that Tarn keeps for itself; choose another"},
      {"\"_record_id\" string from _record_id",
       "at 1: '_record_id' is a name that Tarn keeps for itself; choose another"},
      {"name int, Name string",
       "column 'Name' is there twice; names must differ in more than case"},
      {"a struct<b:int,c:struct<d:int,D:int>>",
       "at 31: member 'D' is there twice; names must differ in more than case"},
      {"\"a\tb\" int", "column 'a\tb': the name has a control character"},
      {"\"\" int", "column '' has an empty name"},
      {"a strng",
       "at 3: 'strng' is no type; known: boolean, int, bigint, float, double, "
       "decimal(p,s), date, time, timestamp, timestamptz, string, binary, uuid, "
       "array<…>, map<…,…>, struct<name:type,…>, json<name:type,…>"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(Refused(text), std::string("invalid: ") + message) << text;
  }
  EXPECT_EQ(Refused("a\xFF int"), "invalid: the columns are not UTF-8");
}

TEST(Columns, AreBounded) {
  EXPECT_EQ(Refused(std::string(kColumnsTextBytesMax + 1, ' ')),
            "too large: the columns have 1048577 bytes of text, 1048576 are allowed");
  std::string text = "c0 int";
  for (size_t i = 1; i <= kFieldsMax; ++i) text += Format(",c{} int", i);
  EXPECT_EQ(Refused(text), "invalid: a table may have at most 10000 columns, nested ones included");
}

TEST(Columns, AnyByteChangedIsReadOrRefused) {
  const std::string text = "u json<id:string> from usr, n bigint default -1, s string default 'x'";
  for (size_t at = 0; at < text.size(); ++at) {
    for (const char byte : {'\0', '"', '\'', '`', '<', ',', ' ', '\xC3', '9'}) {
      std::string changed = text;
      changed[at] = byte;
      const auto columns = ParseColumns(changed);
      if (!columns) continue;
      EXPECT_EQ(Need(ParseColumns(ColumnsText(*columns))), *columns) << changed;
      EXPECT_EQ(Need(ColumnsFromJson(ToJson(*columns))), *columns) << changed;
    }
  }
}

TEST(Columns, MakeFieldsInOrderAllOptional) {
  const std::vector<Field> fields = FieldsOf(Parsed("a int, b array<string>"));
  EXPECT_EQ(fields,
            (std::vector<Field>{MakeField("a", Of(TypeKind::kInt)),
                                MakeField("b", Type::List(MakeField("", Of(TypeKind::kString))))}));
}

TEST(ColumnsJson, HoldsTextsOnly) {
  EXPECT_EQ(ToJson(Parsed("id string from _record_id, t timestamptz from ts default _received_at, "
                          "n bigint default -1, s string default '_received_at'"))
                .Dump(),
            R"([{"name":"id","type":"string","from":"_record_id"},)"
            R"({"name":"t","type":"timestamptz","from":"ts","default_from":"_received_at"},)"
            R"({"name":"n","type":"bigint","default":"-1"},)"
            R"({"name":"s","type":"string","default":"_received_at"}])");
  EXPECT_EQ(ToJson({}).Dump(), "[]");
}

TEST(ColumnsJson, GoesBothWays) {
  for (const char* text : {kIngestColumns, "p json<a:string,b:array<int>> from q, s string"}) {
    const std::vector<ColumnDeclaration> columns = Parsed(text);
    EXPECT_EQ(Need(ColumnsFromJson(Need(Json::Parse(ToJson(columns).Dump())))), columns);
  }
  EXPECT_TRUE(Need(ColumnsFromJson(Json::MakeArray())).empty());
}

TEST(ColumnsJson, SaysWhichColumnIsWrong) {
  const struct {
    const char* json;
    const char* message;
  } cases[] = {
      {R"({})", "columns: expected an array"},
      {R"([1])", "column 1: expected an object"},
      {R"([{"name":"a","type":"int"},{"name":"b","type":"in"}])",
       "column 2: at 1: 'in' is no type; known: boolean, int, bigint, float, double, "
       "decimal(p,s), date, time, timestamp, timestamptz, string, binary, uuid, array<…>, "
       "map<…,…>, struct<name:type,…>, json<name:type,…>"},
      {R"([{"name":"a","type":"json<b:int"}])",
       "column 1: at 11: expected ',' or '>', found the end"},
      {R"([{"name":"a","type":"json<b:int> c"}])",
       "column 1: at 13: expected the end of the type, found 'c'"},
      {R"([{"name":"a","type":"int","form":"b"}])", "column 1: unknown member 'form'"},
      {R"([{"name":"a","type":"int","default":"x"}])",
       "column 1: expected an integer of 32 bits, found 'x'"},
      {R"([{"name":"a","type":"int","default_from":"x"}])",
       "column 1: default_from is 'x', expected '_received_at'"},
      {R"([{"name":"a","type":"timestamp","default":"2026-11-21","default_from":"_received_at"}])",
       "column 1: default and default_from exclude each other"},
      {R"([{"name":"a","type":"int","default_from":"_received_at"}])",
       "column 1: column 'a' has type int; _received_at fits a timestamptz or a timestamp"},
      {R"([{"name":"_rest","type":"string"}])",
       "column 1: '_rest' is a name that Tarn keeps for itself; choose another"},
      {R"([{"name":"a","type":"array<int>","default":"1"}])",
       "column 1: expected a primitive type; array<int> has no single values"},
      {R"([{"name":"a","type":"int"},{"name":"A","type":"int"}])",
       "column 'A' is there twice; names must differ in more than case"},
  };
  for (const auto& [json, message] : cases) {
    EXPECT_EQ(Failure(ColumnsFromJson(Need(Json::Parse(json)))),
              std::string("invalid: ") + message);
  }
  for (const char* json : {R"([{"type":"int"}])", R"([{"name":1,"type":"int"}])",
                           R"([{"name":"a"}])", R"([{"name":"a","type":"int","default":1}])"}) {
    EXPECT_FALSE(ColumnsFromJson(Need(Json::Parse(json)))) << json;
  }
}

}  // namespace
}  // namespace tarn::schema
