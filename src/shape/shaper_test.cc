#include "shape/shaper.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/format.h"
#include "shape/shape_testing.h"

namespace tarn::shape {
namespace {

using schema::Field;
using schema::Type;
using schema::TypeKind;
using Texts = std::vector<std::string>;

schema::TableSchema TableOf(std::vector<Field> fields) {
  schema::TableSchema table;
  table.fields = std::move(fields);
  schema::AssignFieldIds(FieldId(0), &table.fields);
  return table;
}

Field Column(std::string name, TypeKind kind, bool required = false) {
  return {.name = std::move(name), .required = required, .type = Type::Of(kind)};
}

Field Rest() { return Column("_rest", TypeKind::kString); }

Shaping Declared(std::string_view columns, bool inferred = false) {
  Shaping shaping;
  shaping.inferred = inferred;
  if (!columns.empty()) shaping.declared = *schema::ParseColumns(columns);
  return shaping;
}

TEST(Shaper, LeavesGoodRecordsAloneAmongBadOnes) {
  TestStream stream("n bigint, l array<bigint>", false);
  const Shaped shaped =
      stream.Shape({R"({"n":1,"l":[1,2]})", "", R"({"n":2,"l":[3,"x"]})", R"({"n":3,"l":[4]})",
                    R"({"n":"x"})", "[]", "{", "\xff", R"({"n":4})"});
  EXPECT_EQ(shaped.outcomes,
            (Texts{"n: 1; l: [1,2]", "reject not_json: nothing but white space",
                   "reject wrong_type at l[1]: expected bigint, found the text \"x\"",
                   "n: 3; l: [4]", "reject wrong_type at n: expected bigint, found the text \"x\"",
                   "reject not_one_object: a JSON array, not an object",
                   "reject not_json: not JSON at byte 1: expected a member's name in double quotes",
                   "reject not_utf8: the bytes at 0 are not UTF-8", "n: 4"}));
  EXPECT_EQ(shaped.rejects[0].received_at_us, TestStream::kReceivedAtUs);
  EXPECT_EQ(shaped.rejects[0].lsn, Lsn(2));
  EXPECT_EQ(shaped.rejects[0].source, schema::Source::kFirehose);
}

TEST(Shaper, SaysWhatDoesNotFit) {
  TestStream stream("u struct<id:bigint,t:array<struct<at:timestamptz>>>, d decimal(5,2)", false);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"u":{"id":1e30}})",
       "reject out_of_range at u.id: the number 1e30 is beyond what bigint can hold"},
      {R"({"u":[1]})",
       "reject wrong_type at u: expected struct<id:bigint,t:array<struct<at:timestamptz>>>, found "
       "an array"},
      {R"({"u":{"t":[null,{"at":true}]}})",
       "reject wrong_type at u.t[1].at: expected timestamptz, found true"},
      {R"({"u":{"t":[[]]}})",
       "reject wrong_type at u.t[0]: expected struct<at:timestamptz>, found an array"},
      {R"({"d":{"a":1}})", "reject wrong_type at d: expected decimal(5,2), found an object"},
      {R"({"d":")" + std::string(58, 'x') + R"(éé"})",
       "reject wrong_type at d: expected decimal(5,2), found the text \"" + std::string(58, 'x') +
           "…"}};
  for (const auto& [record, outcome] : cases) {
    EXPECT_EQ(stream.Shape({record}).outcomes, Texts{outcome}) << record;
  }
}

TEST(Shaper, FillsTheColumnsThatTarnKnows) {
  Shaping shaping = Declared(
      "id string from _record_id, at timestamptz from _received_at, e timestamp from ts default "
      "_received_at",
      true);
  shaping.node_id = TestStream::kNodeId;
  schema::TableSchema table = TableOf(InitialColumns(shaping));
  table.fields.push_back(Column("_record_id", TypeKind::kString));
  schema::AssignFieldIds(table.LastFieldId(), &table.fields);
  auto shaper = Shaper::Make(shaping, table);
  ASSERT_TRUE(shaper) << shaper.error().message();
  columns::Batch batch(columns::Layout::Make(table));
  std::vector<schema::Reject> rejects;
  const Texts records = {R"({"_record_id":"mine","_received_at":0})", R"({"ts":0})",
                         R"({"ts":"soon"})"};
  (*shaper)->Shape(ViewsOf(records), &batch, &rejects);
  const std::string arrived = "2025-11-21T08:48:41.954871";
  EXPECT_EQ(RowTexts(batch),
            (Texts{Format("id: 00000000000000aa0000000000000001; at: {0}Z; e: {0}; _rest: "
                          "{{\"_record_id\":\"mine\",\"_received_at\":0}}",
                          arrived),
                   Format("id: 00000000000000aa0000000000000002; at: {}Z; e: "
                          "1970-01-01T00:00:00.000000",
                          arrived),
                   Format("id: 00000000000000aa0000000000000003; at: {0}Z; e: {0}; _rest: "
                          "{{\"ts\":\"soon\"}}",
                          arrived)}));
  const auto arrow_batch = columns::ToArrow(batch);
  ASSERT_TRUE(arrow_batch);
  const auto received = (*arrow_batch)->GetColumnByName("_received_at");
  EXPECT_EQ(dynamic_cast<const arrow::TimestampArray&>(*received).Value(0),
            TestStream::kReceivedAtUs);
  const auto ids = (*arrow_batch)->GetColumnByName("_record_id");
  EXPECT_EQ(dynamic_cast<const arrow::StringArray&>(*ids).GetView(2),
            "00000000000000aa0000000000000003");
}

TEST(Shaper, ShapesWebEvents) {
  TestStream stream(
      "event_timestamp timestamptz from timestamp_utc default _received_at, event_type string "
      "default 'unknown', user_id bigint default -1, timestamp_utc string",
      true);
  const Shaped shaped = stream.Land(
      {R"({"event_type":"api_error","user_id":7,"timestamp_utc":"2023-10-27T10:00:00Z","code":500})",
       "{}", R"({"timestamp_utc":"yesterday","user_id":"7"})"});
  EXPECT_EQ(shaped.outcomes,
            (Texts{"event_timestamp: 2023-10-27T10:00:00.000000Z; event_type: api_error; user_id: "
                   "7; timestamp_utc: 2023-10-27T10:00:00Z; code: 500",
                   "event_timestamp: 2025-11-21T08:48:41.954871Z; event_type: unknown; user_id: -1",
                   "event_timestamp: 2025-11-21T08:48:41.954871Z; event_type: unknown; user_id: "
                   "-1; timestamp_utc: yesterday; _rest: "
                   "{\"timestamp_utc\":\"yesterday\",\"user_id\":\"7\"}"}));
}

TEST(Shaper, StoresDefaultsOfEveryType) {
  TestStream stream(
      "a boolean default true, b int default -7, c bigint default 1, d float default 0.5, e double "
      "default 1.5, f decimal(5,2) default 1.5, g decimal(30,2) default -2, h date default "
      "'2026-11-21', i time default '08:00', j timestamp default '2026-11-21 08:00:00', k "
      "timestamptz default '2026-11-21T08:00:00Z', l string default '', m uuid default "
      "'0f8fad5b-d9cb-469f-a165-70867728950e', n binary default 'aGVsbG8='",
      false);
  EXPECT_EQ(stream.Shape({"{}"}).outcomes,
            Texts{"a: true; b: -7; c: 1; d: 0.5; e: 1.5; f: 1.50; g: -2.00; h: 2026-11-21; i: "
                  "08:00:00.000000; j: 2026-11-21T08:00:00.000000; k: "
                  "2026-11-21T08:00:00.000000Z; l: (empty); m: "
                  "0f8fad5b-d9cb-469f-a165-70867728950e; n: aGVsbG8="});
}

TEST(Shaper, FillsColumnsThatOthersAddedToTheTable) {
  for (const bool inferred : {false, true}) {
    TestStream stream(Declared("a bigint", inferred),
                      TableOf({Column("b", TypeKind::kString), Column("a", TypeKind::kLong), Rest(),
                               Column("Cased", TypeKind::kBoolean)}));
    EXPECT_EQ(stream.Shape({R"({"a":1,"b":"x","Cased":true,"cased":false})"}).outcomes,
              Texts{"b: x; a: 1; Cased: true; _rest: {\"cased\":false}"});
  }
}

TEST(Shaper, RefusesRecordsWithoutARequiredValueInEveryStream) {
  const Field inner = {.name = "s", .type = Type::Struct({Column("x", TypeKind::kLong, true)})};
  for (const bool inferred : {false, true}) {
    Shaping shaping;
    shaping.inferred = inferred;
    TestStream stream(shaping, TableOf({Column("a", TypeKind::kLong, true), inner, Rest()}));
    const Shaped shaped =
        stream.Shape({R"({"a":1,"s":{"x":2}})", "{}", R"({"a":null})", R"({"a":"x"})",
                      R"({"a":1e99})", R"({"a":3,"s":{}})", R"({"a":4,"s":null})"});
    EXPECT_EQ(shaped.outcomes[0], R"(a: 1; s: {"x":2})");
    const std::string missing =
        "reject missing_required at a: a value is required, but it is missing or null";
    EXPECT_EQ(shaped.outcomes[1], missing);
    EXPECT_EQ(shaped.outcomes[2], missing);
    EXPECT_EQ(shaped.outcomes[3], "reject wrong_type at a: expected bigint, found the text \"x\"");
    EXPECT_EQ(shaped.outcomes[4],
              "reject out_of_range at a: the number 1e99 is beyond what bigint can hold");
    EXPECT_EQ(shaped.outcomes[5],
              inferred ? R"(a: 3; _rest: {"s":{}})"
                       : "reject missing_required at s.x: a value is required, but it is missing "
                         "or null");
    EXPECT_EQ(shaped.outcomes[6], "a: 4");
  }
}

TEST(Shaper, SaysOfARequiredTextWhyItHoldsNoObject) {
  const Field in_text = {
      .name = "p", .required = true, .type = Type::Struct({Column("x", TypeKind::kLong)})};
  for (const bool inferred : {false, true}) {
    TestStream stream(Declared("p json<x bigint>", inferred), TableOf({in_text, Rest()}));
    EXPECT_EQ(stream.Shape({R"({"p":"{\"x\":1}"})", R"({"p":"[1]"})", R"({"p":7})"}).outcomes,
              (Texts{R"(p: {"x":1})",
                     "reject wrong_type at p: expected a text that holds one JSON object, found "
                     "the text \"[1]\": a JSON array, not an object",
                     "reject wrong_type at p: expected struct<x:bigint>, found the number 7"}));
  }
}

TEST(Shaper, KeepsListsWholeWhereTheirStructsLackWhatIsRequired) {
  const Type item =
      Type::Struct({Column("x", TypeKind::kLong, true), Column("y", TypeKind::kLong)});
  const Field list = {.name = "l",
                      .type = Type::List({.name = "element", .required = true, .type = item})};
  TestStream stream(Shaping{}, TableOf({list, Rest()}));
  EXPECT_EQ(stream
                .Shape({R"({"l":[{"x":1,"y":"a"}]})", R"({"l":[{"x":1},{"y":2}]})",
                        R"({"l":[{"x":1},null]})", R"({"l":[{"x":1},{"x":"a"}]})"})
                .outcomes,
            (Texts{R"(l: [{"x":1,"y":null}]; _rest: {"l":[{"y":"a"}]})",
                   R"(_rest: {"l":[{"x":1},{"y":2}]})", R"(_rest: {"l":[{"x":1},null]})",
                   R"(_rest: {"l":[{"x":1},{"x":"a"}]})"}));
}

TEST(Shaper, KeepsNulInText) {
  TestStream stream("a string", false);
  const Shaped shaped = stream.Shape({R"({"a":"x\u0000y","b\u0000":"\u0000"})"});
  EXPECT_EQ(shaped.outcomes, Texts{std::string("a: x\0y", 6) + R"(; _rest: {"b\u0000":"\u0000"})"});
}

TEST(Shaper, ShapesManyRecordsInOrder) {
  TestStream stream("n bigint, l array<string>, s string", false);
  Texts records;
  Texts wanted;
  for (int i = 0; i < 1500; ++i) {
    if (i % 7 == 3) {
      records.push_back(Format("{{\"n\":{}", i));
      wanted.push_back("reject not_json: not JSON at byte " + std::to_string(records[i].size()) +
                       ": expected a comma or }");
    } else {
      records.push_back(Format(R"({{"n":{0},"l":["a\n{0}","b"],"s":"\u00e9{0}"}})", i));
      wanted.push_back(Format("n: {0}; l: [\"a\\n{0}\",\"b\"]; s: é{0}", i));
    }
  }
  EXPECT_EQ(stream.Shape(records).outcomes, wanted);
  EXPECT_EQ(stream.Shape(records).outcomes, wanted) << "again, with the memory of the first time";
}

TEST(Shaper, CountsWhatHasNoColumn) {
  Shaping shaping = Declared(
      "a bigint, u struct<x:bigint>, l array<struct<y:bigint>>, m "
      "map<string,struct<z:bigint>>",
      true);
  shaping.may_evolve = false;
  shaping.partition_names = {"d"};
  TestStream stream(shaping);
  const Shaped shaped = stream.Shape(
      {R"({"a":"x","u":{"x":1e30,"q":1},"l":[{"w":1},{"w":2}],"m":{"k":{"v":1},"j":{"v":2}}})",
       R"({"a":1,"a":2,"A":3,"_rest":4,"d":5,"":6,"n":7,"none":null})", R"({"n":8})"});
  EXPECT_EQ(shaped.counts,
            " bad_name 1; A case_clash 1; _rest reserved 1; a duplicate_key 1; a type_clash 1; d "
            "partition_name 1; l[].w unknown 2; m.*.v unknown 2; n unknown 2; u.q unknown 1; u.x "
            "out_of_range 1");
  EXPECT_EQ(stream.Shape({"{}"}).counts, "");
}

TEST(Shaper, CountsOnlyWhatBecameARow) {
  TestStream stream("a bigint", false);
  EXPECT_EQ(stream.Shape({R"({"b":1,"a":"x"})"}).counts, "");
  EXPECT_EQ(stream.Shape({R"({"b":1,"b":2})"}).counts, "b duplicate_key 1; b unknown 1");
}

TEST(Shaper, BoundsThePathsThatItCounts) {
  TestStream stream("a bigint", false);
  Texts records;
  for (int i = 0; i < 3000; ++i) records.push_back(Format("{{\"m{}\":1}}", i));
  records.push_back("{\"" + std::string(5000, 'x') + "\":1}");
  const std::string counts = stream.Shape(records).counts;
  EXPECT_EQ(std::ranges::count(counts, ';'), 1000);
  EXPECT_TRUE(counts.ends_with("… unknown 2001")) << counts.substr(counts.size() - 40);
}

TEST(Shaper, TakesRecordsWithManyMembers) {
  TestStream stream("a bigint", false);
  std::string record = "{\"a\":1";
  std::string rest;
  for (int i = 0; i < 20'000; ++i) {
    record += Format(",\"m{}\":{}", i % 15'000, i);
    if (i >= 5000) rest += Format("{}\"m{}\":{}", rest.empty() ? "" : ",", i % 15'000, i);
  }
  EXPECT_EQ(stream.Shape({record + "}"}).outcomes, Texts{"a: 1; _rest: {" + rest + "}"});
}

TEST(Shaper, RefusesATableThatDoesNotHoldItsColumns) {
  const auto message = [](std::string_view columns, std::vector<Field> fields) {
    const auto shaper = Shaper::Make(Declared(columns), TableOf(std::move(fields)));
    return shaper ? "made" : std::string(shaper.error().message());
  };
  EXPECT_EQ(message("a bigint", {Column("a", TypeKind::kLong)}),
            "the table has no column '_rest' (string), which keeps what has no column");
  EXPECT_EQ(message("a bigint", {Rest()}),
            "the table has no column 'a', which the stream declares");
  EXPECT_EQ(message("a bigint", {Column("a", TypeKind::kString), Rest()}),
            "column 'a' is declared bigint, but the table has it as string");
  EXPECT_EQ(message("a decimal(5,2)", {{.name = "a", .type = Type::Decimal(5, 1)}, Rest()}),
            "column 'a' is declared decimal(5,2), but the table has it as decimal(5,1)");
  EXPECT_EQ(message("a map<int,int>", schema::FieldsOf(*schema::ParseColumns("a map<int,int>, r "
                                                                             "string"))),
            "the table has no column '_rest' (string), which keeps what has no column");
  std::vector<Field> with_map = schema::FieldsOf(*schema::ParseColumns("a map<int,int>"));
  with_map.push_back(Rest());
  EXPECT_EQ(message("a map<int,int>", with_map),
            "column 'a' is declared map<int,int>: the keys of a map must be strings, as JSON's "
            "names are");
  EXPECT_EQ(message("", {Column("_rest", TypeKind::kLong)}),
            "column '_rest' is bigint, but must be string");
}

TEST(Shaper, TakesATableWhoseStructsHaveGrown) {
  std::vector<Field> fields = schema::FieldsOf(*schema::ParseColumns("a struct<x:int,y:int>"));
  fields.push_back(Rest());
  TestStream stream(Declared("a struct<y:int>"), TableOf(fields));
  EXPECT_EQ(stream.Shape({R"({"a":{"x":1,"y":2}})"}).outcomes, Texts{R"(a: {"x":1,"y":2})"});
}

TEST(Shaper, NeverFillsAMapWhoseKeysAreNotText) {
  std::vector<Field> fields = schema::FieldsOf(*schema::ParseColumns("m map<int,int>"));
  fields.push_back(Rest());
  TestStream stream(Shaping{}, TableOf(fields));
  EXPECT_EQ(stream.Shape({R"({"m":{"1":2}})"}).outcomes, Texts{R"(_rest: {"m":{"1":2}})"});
}

TEST(Shaper, LeavesOutButCountsWhatATableWithoutRestCannotKeep) {
  for (const bool inferred : {false, true}) {
    Shaping shaping = Declared("a bigint, u struct<id:bigint>", inferred);
    shaping.may_evolve = false;
    shaping.keep_rest = false;
    shaping.add_received_at = false;
    TestStream stream(shaping);
    EXPECT_EQ(stream.columns(), "a bigint, u struct<id:bigint>");
    EXPECT_EQ(stream.table().fields.size(), 2U) << "no columns of Tarn's own";
    const Shaped shaped = stream.Shape({R"({"a":1,"b":[2],"_rest":3,"u":{"id":4,"x":5}})",
                                        R"({"b":6,"b":7})", R"({"u":{"x":{}}})"});
    EXPECT_EQ(shaped.outcomes, (Texts{R"(a: 1; u: {"id":4})", "(all NULL)", R"(u: {"id":null})"}));
    EXPECT_EQ(shaped.counts, "_rest reserved 1; b duplicate_key 1; b unknown 2; u.x unknown 2");
  }
}

TEST(Shaper, LeavesOutAClashWhereATableHasNoRest) {
  Shaping shaping = Declared("a bigint", true);
  shaping.keep_rest = false;
  shaping.add_received_at = false;
  TestStream stream(shaping);
  const Shaped shaped = stream.Land({R"({"a":"x","b":1})", R"({"a":2,"b":1e999})"});
  EXPECT_EQ(shaped.outcomes, (Texts{"b: 1", "a: 2"}));
  EXPECT_EQ(shaped.counts, "a type_clash 1; b out_of_range 1");
}

TEST(InitialColumns, AreTheDeclaredOnesThenTarnsOwn) {
  EXPECT_EQ(InitialColumns(Declared("a bigint, b string from c")).size(), 4U);
  EXPECT_EQ(InitialColumns(Declared("a bigint"))[1],
            Column("_received_at", TypeKind::kTimestampTz));
  EXPECT_EQ(InitialColumns(Declared("a bigint"))[2], Rest());
  Shaping plain = Declared("a bigint");
  plain.keep_rest = false;
  EXPECT_EQ(InitialColumns(plain).size(), 2U);
  plain.add_received_at = false;
  EXPECT_EQ(InitialColumns(plain), std::vector{Column("a", TypeKind::kLong)});
}

TEST(Rejects, BecomeRowsWithTheirBytes) {
  std::vector<schema::Reject> rejects;
  for (int i = 0; i < 300; ++i) {
    rejects.push_back({.received_at_us = 1'000'000 * i,
                       .lsn = Lsn(static_cast<uint64_t>(i)),
                       .source = schema::Source::kIngest,
                       .reason = schema::RejectReason::kWrongType,
                       .path = i % 2 ? "a.b" : "",
                       .message = "m",
                       .raw = std::string("\xff\0", 2)});
  }
  columns::Batch batch(columns::Layout::Make(TableOf(RejectColumns())));
  AppendRejects(rejects, &batch);
  AppendRejects({}, &batch);
  const Texts rows = RowTexts(batch);
  ASSERT_EQ(rows.size(), 300U);
  EXPECT_EQ(rows[0], Format("lsn: 0; source: {}; reason: wrong_type; message: m; raw: /wA=",
                            schema::SourceName(schema::Source::kIngest)));
  EXPECT_EQ(rows[299], Format("lsn: 299; source: {}; reason: wrong_type; path: a.b; message: m; "
                              "raw: /wA=",
                              schema::SourceName(schema::Source::kIngest)));
}

}  // namespace
}  // namespace tarn::shape
