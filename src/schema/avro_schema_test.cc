#include "schema/avro_schema.h"

#include "base/format.h"
#include "schema/declaration.h"
#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

/// A record of one column `c`.
Result<AvroColumns> ParseColumn(std::string_view type) {
  return ParseAvroRecord(
      Format(R"({{"type":"record","name":"R","fields":[{{"name":"c","type":{}}}]}})", type));
}

std::string FieldFailure(std::string_view type) { return Failure(ParseColumn(type)); }

TEST(AvroSchema, RefusesWhatIsNoRecord) {
  EXPECT_EQ(Failure(ParseAvroRecord("{")).substr(0, 18), "invalid: not JSON:");
  EXPECT_EQ(Failure(ParseAvroRecord("\"string\"")),
            R"(invalid: expected an Avro record ({"type":"record", …}), found "string")");
  EXPECT_EQ(Failure(ParseAvroRecord(R"({"type":"record","name":"R"})")),
            "invalid: a record needs 'fields', an array");
  EXPECT_EQ(Failure(ParseAvroRecord(R"({"type":"record","fields":[]})")),
            "invalid: a record needs a 'name'");
  EXPECT_EQ(Failure(ParseAvroRecord(R"({"type":"record","name":"R","fields":[]})")),
            "invalid: a record needs at least one field");
  EXPECT_EQ(Failure(ParseAvroRecord(R"({"type":"record","name":"R","fields":[7]})")),
            "invalid: expected a field with a 'name', found 7");
  EXPECT_EQ(Failure(ParseAvroRecord(std::string(kAvroSchemaBytesMax + 1, ' '))),
            "too large: a schema of 4194305 bytes; 4194304 are allowed");
}

TEST(AvroSchema, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(FieldFailure("7"), "invalid: field 'c': 7 is no Avro type");
  EXPECT_EQ(FieldFailure(R"("integer")"),
            "invalid: field 'c': 'integer' is no Avro type, and none of this name is defined "
            "before it");
  EXPECT_EQ(FieldFailure(R"("null")"), "invalid: field 'c': a column of null alone holds nothing");
  EXPECT_EQ(
      FieldFailure(R"(["null","int","string"])"),
      R"(unsupported: field 'c': ["null","int","string"] is a union; a column holds one type, )"
      "or null and one type");
  EXPECT_EQ(FieldFailure(R"({"type":"array"})"), "invalid: field 'c': an array needs 'items'");
  EXPECT_EQ(FieldFailure(R"({"type":"map"})"), "invalid: field 'c': a map needs 'values'");
  EXPECT_EQ(FieldFailure(R"({"type":"fixed","name":"f","size":0})"),
            "invalid: field 'c': a fixed needs a 'size' of 1 to 1048576");
  EXPECT_EQ(FieldFailure(R"({"type":"enum","name":"e","symbols":[1]})"),
            "invalid: field 'c': an enum needs 'symbols', an array of texts");
  EXPECT_EQ(FieldFailure(R"({"type":"bytes","logicalType":"decimal","precision":39})"),
            "invalid: field 'c': a decimal needs a 'precision' of 1 to 38, and a 'scale' up to it");
  EXPECT_EQ(FieldFailure(R"({"type":"long","logicalType":"timestamp-nanos"})"),
            "unsupported: field 'c': 'timestamp-nanos': columns count microseconds");
  EXPECT_EQ(FieldFailure(
                R"({"type":"array","items":{"type":"map","values":{"type":"record","name":"I",
                "fields":[{"name":"x"}]}}})"),
            "invalid: field 'c[]{}.x': it has no 'type'");
  EXPECT_EQ(FieldFailure(R"({"type":"record","name":"L","fields":[{"name":"next",
                             "type":["null","L"]}]})"),
            "unsupported: field 'c.next': 'L' holds itself, which no column can");
}

TEST(AvroSchema, HoldsColumnsToTheirRules) {
  EXPECT_EQ(Failure(ParseAvroRecord(R"({"type":"record","name":"R","fields":[
      {"name":"a","type":"int"},{"name":"A","type":"int"}]})")),
            "invalid: column 'A' is there twice; names must differ in more than case");
  std::string wide = R"({"name":"n0","type":"int"})";  // each type holds the one before it twice
  for (int i = 0; i < 40; ++i) {
    wide += Format(R"(,{{"name":"w{}","type":{{"type":"record","name":"T{}","fields":[)", i, i);
    const std::string held = i == 0 ? R"("int")" : Format(R"("T{}")", i - 1);
    wide += Format(R"({{"name":"a","type":{}}},{{"name":"b","type":{}}}]}}}})", held, held);
  }
  EXPECT_EQ(Failure(ParseAvroRecord(R"({"type":"record","name":"R","fields":[)" + wide + "]}")),
            "invalid: a table may have at most 10000 columns, nested ones included");
  std::string deep = R"("int")";
  for (int i = 0; i < kNestingMax + 1; ++i) deep = R"({"type":"array","items":)" + deep + "}";
  EXPECT_TRUE(FieldFailure(deep).ends_with("types are nested over 100 deep")) << FieldFailure(deep);
}

TEST(AvroSchema, ReadsEveryType) {
  const struct {
    const char* avro;
    const char* hive;
  } cases[] = {
      {R"("boolean")", "boolean"},
      {R"("int")", "int"},
      {R"("long")", "bigint"},
      {R"("float")", "float"},
      {R"("double")", "double"},
      {R"("bytes")", "binary"},
      {R"("string")", "string"},
      {R"({"type":"string"})", "string"},
      {R"({"type":{"type":"string"}})", "string"},
      {R"({"type":"string","avro.java.string":"String"})", "string"},
      {R"({"type":"enum","name":"e","symbols":["a","b"],"default":"a"})", "string"},
      {R"({"type":"int","logicalType":"date"})", "date"},
      {R"({"type":"int","logicalType":"time-millis"})", "time"},
      {R"({"type":"long","logicalType":"time-micros"})", "time"},
      {R"({"type":"long","logicalType":"timestamp-millis"})", "timestamptz"},
      {R"({"type":"long","logicalType":"timestamp-micros"})", "timestamptz"},
      {R"({"type":"long","logicalType":"local-timestamp-millis"})", "timestamp"},
      {R"({"type":"long","logicalType":"local-timestamp-micros"})", "timestamp"},
      {R"({"type":"bytes","logicalType":"decimal","precision":9,"scale":2})", "decimal(9,2)"},
      {R"({"type":"fixed","name":"f","size":8,"logicalType":"decimal","precision":4})",
       "decimal(4,0)"},
      {R"({"type":"string","logicalType":"uuid"})", "uuid"},
      {R"({"type":"fixed","name":"f","size":16,"logicalType":"uuid"})", "uuid"},
      {R"({"type":"array","items":["null","int"]})", "array<int>"},
      {R"({"type":"map","values":"double"})", "map<string,double>"},
      {R"({"type":"record","name":"I","fields":[{"name":"x","type":"int"},{"name":"y","type":
          ["null","string"],"default":null}]})",
       "struct<x:int,y:string>"},
      // Avro: a logical type that is unknown, or stands on another type, is passed over.
      {R"({"type":"string","logicalType":"duration"})", "string"},
      {R"({"type":"long","logicalType":"date"})", "bigint"},
  };
  for (const auto& [avro, hive] : cases) {
    const AvroColumns columns = Need(ParseColumn(avro));
    ASSERT_EQ(columns.fields.size(), 1u) << avro;
    EXPECT_EQ(HiveTypeText(columns.fields[0].type), hive) << avro;
    EXPECT_TRUE(columns.fields[0].required) << avro;
  }
}

TEST(AvroSchema, TakesNullForOptional) {
  for (const char* type : {R"(["null","int"])", R"(["int","null"])"}) {
    EXPECT_FALSE(Need(ParseColumn(type)).fields[0].required) << type;
  }
  EXPECT_TRUE(Need(ParseColumn(R"(["int"])")).fields[0].required);
  const Type list = Need(ParseColumn(R"({"type":"array","items":["null","int"]})")).fields[0].type;
  EXPECT_FALSE(list.fields[0].required);
  const Type map = Need(ParseColumn(R"({"type":"map","values":"int"})")).fields[0].type;
  EXPECT_TRUE(map.fields[0].required);
  EXPECT_TRUE(map.fields[1].required);
}

TEST(AvroSchema, KnowsTypesByTheirNames) {
  const AvroColumns columns = Need(ParseAvroRecord(R"({"type":"record","name":"R","fields":[
      {"name":"a","type":{"type":"fixed","name":"hash","namespace":"org.x","size":4}},
      {"name":"b","type":["null","org.x.hash"],"doc":"another"},
      {"name":"c","type":{"type":"array","items":"hash"}}]})"));
  EXPECT_EQ(columns.fields[0].type, Type::Fixed(4));
  EXPECT_EQ(columns.fields[1].type, Type::Fixed(4));
  EXPECT_EQ(columns.fields[1].doc, "another");
  EXPECT_EQ(columns.fields[2].type.fields[0].type, Type::Fixed(4));
}

TEST(AvroSchema, ANameKeepsItsLogicalType) {
  const AvroColumns columns = Need(ParseAvroRecord(R"({"type":"record","name":"R","fields":[
      {"name":"a","type":{"type":"fixed","name":"money","size":8,"logicalType":"decimal",
                          "precision":9,"scale":2}},
      {"name":"b","type":"money"}]})"));
  EXPECT_EQ(columns.fields[0].type.kind, TypeKind::kDecimal);
  EXPECT_EQ(columns.fields[1].type, columns.fields[0].type);
}

TEST(AvroSchema, SaysHowEachLeafCounts) {
  const AvroColumns columns = Need(ParseAvroRecord(R"({"type":"record","name":"R","fields":[
      {"name":"a","type":"string"},
      {"name":"b","type":{"type":"map","values":
          {"type":"long","logicalType":"timestamp-millis"}}},
      {"name":"c","type":{"type":"array","items":{"type":"record","name":"I","fields":[
          {"name":"x","type":{"type":"int","logicalType":"time-millis"}},
          {"name":"y","type":{"type":"long","logicalType":"time-micros"}}]}}}]})"));
  EXPECT_EQ(columns.leaf_factors, (std::vector<int64_t>{1, 1, 1000, 1000, 1}));
}

}  // namespace
}  // namespace tarn::schema
