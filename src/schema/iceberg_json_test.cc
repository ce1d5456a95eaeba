#include "schema/iceberg_json.h"

#include "schema/declaration.h"
#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

Json Parsed(std::string_view text) { return Need(Json::Parse(text)); }

/// A schema with every type, nested ones with ids of their own.
TableSchema EveryType() {
  std::vector<ColumnDeclaration> columns = Need(ParseColumns(
      "b boolean, i int, l bigint, f float, d double, n decimal(9,2), day date, t time, ts "
      "timestamp, tz timestamptz, s string, u uuid, y binary, a array<struct<x:int,y:string>>, m "
      "map<string,array<double>>, o struct<p:struct<q:int>>"));
  TableSchema schema{.schema_id = 3, .fields = FieldsOf(columns)};
  schema.fields.push_back(MakeField("raw", Type::Fixed(7)));
  schema.fields[0].required = true;
  schema.fields[1].doc = "how \"many\"";
  schema.fields[13].type.fields[0].required = true;
  AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

TEST(IcebergJson, OfEveryTypeGoesBothWays) {
  const TableSchema schema = EveryType();
  EXPECT_EQ(Need(SchemaFromIceberg(Parsed(SchemaToIceberg(schema).Dump()))), schema);
}

TEST(IcebergJson, IsWrittenAsTheSpecSays) {
  TableSchema schema{
      .schema_id = 1,
      .fields =
          FieldsOf(Need(ParseColumns("id bigint, price decimal(9,2), tags array<string>, counts "
                                     "map<string,int>, user struct<name:string>")))};
  schema.fields[0].required = true;
  schema.fields[0].doc = "key";
  schema.fields.push_back(MakeField("raw", Type::Fixed(16)));
  AssignFieldIds(FieldId(0), &schema.fields);
  EXPECT_EQ(
      SchemaToIceberg(schema).Dump(),
      R"({"type":"struct","schema-id":1,"fields":[)"
      R"({"id":1,"name":"id","required":true,"type":"long","doc":"key"},)"
      R"j({"id":2,"name":"price","required":false,"type":"decimal(9, 2)"},)j"
      R"({"id":3,"name":"tags","required":false,"type":{"type":"list","element-id":4,)"
      R"("element":"string","element-required":false}},)"
      R"({"id":5,"name":"counts","required":false,"type":{"type":"map","key-id":6,"key":"string",)"
      R"("value-id":7,"value":"int","value-required":false}},)"
      R"({"id":8,"name":"user","required":false,"type":{"type":"struct","fields":[)"
      R"({"id":9,"name":"name","required":false,"type":"string"}]}},)"
      R"({"id":10,"name":"raw","required":false,"type":"fixed[16]"}]})");
}

TEST(IcebergJson, ReadsWhatOthersWrite) {
  const TableSchema schema = Need(SchemaFromIceberg(Parsed(
      R"({"type":"struct","identifier-field-ids":[1],"fields":[)"
      R"j({"id":1,"name":"a","required":true,"type":"decimal(9,2)","doc":null,"new":{"x":1}},)j"
      R"j({"id":2,"name":"b","required":false,"type":"decimal( 9 , 2 )","initial-default":null}]})j")));
  EXPECT_EQ(schema.schema_id, 0);  // format v1 has none
  EXPECT_EQ(schema.fields[0], MakeField("a", Type::Decimal(9, 2), 1, true));
  EXPECT_EQ(schema.fields[1], MakeField("b", Type::Decimal(9, 2), 2));
}

TEST(IcebergJson, RefusesNewerTypesByName) {
  for (const char* name : {"timestamp_ns", "timestamptz_ns", "variant", "unknown", "geometry",
                           "geometry(srid:4326)", "geography(srid:4326, karney)"}) {
    EXPECT_EQ(Failure(TypeFromIceberg(Json(name))),
              Format("unsupported: type '{}' is of Iceberg format v3", name));
  }
  EXPECT_EQ(Failure(SchemaFromIceberg(Parsed(
                R"({"type":"struct","schema-id":0,"fields":[{"id":1,"name":"a","required":false,)"
                R"("type":{"type":"list","element-id":2,"element":"variant",)"
                R"("element-required":true}}]})"))),
            "unsupported: field 'a': element: type 'variant' is of Iceberg format v3");
  EXPECT_EQ(Failure(SchemaFromIceberg(Parsed(
                R"({"type":"struct","schema-id":0,"fields":[{"id":1,"name":"a","required":false,)"
                R"("type":"int","initial-default":1}]})"))),
            "unsupported: field 'a': an initial default is of Iceberg format v3");
}

TEST(IcebergJson, RefusesTypesThatAreNone) {
  for (const char* name : {"Int", "", "string ", "decimal", "decimal(9)", "decimal(39, 2)",
                           "decimal(9, 10)", "decimal(9, 2", "decimal(9, 2)x", "decimal(9, -1)",
                           "fixed", "fixed[0]", "fixed[-1]", "fixed[]", "fixed[4", "fixed[4]]"}) {
    EXPECT_EQ(Failure(TypeFromIceberg(Json(name))),
              Format("corrupt: '{}' is no Iceberg type", name));
  }
  for (const char* json :
       {"1", "null", "[]", "{}", R"({"type":"array"})", R"({"type":1})", R"({"type":"struct"})",
        R"({"type":"struct","fields":{}})", R"({"type":"struct","fields":[1]})",
        R"({"type":"list","element-id":1})",
        R"({"type":"list","element":"int","element-required":true})",
        R"({"type":"list","element-id":1,"element":"int"})",
        R"({"type":"list","element-id":-1,"element":"int","element-required":true})",
        R"({"type":"list","element-id":2147483648,"element":"int","element-required":true})",
        R"({"type":"map","key-id":1,"key":"int","value-id":2,"value":"int"})",
        R"({"type":"map","key-id":1,"key":"int","value-required":true})"}) {
    EXPECT_TRUE(Failure(TypeFromIceberg(Parsed(json))).starts_with("corrupt: ")) << json;
  }
}

TEST(IcebergJson, RefusesFieldsThatLackSomething) {
  const char* fields[] = {
      R"({"name":"a","required":false,"type":"int"})",
      R"({"id":1,"required":false,"type":"int"})",
      R"({"id":1,"name":"a","type":"int"})",
      R"({"id":1,"name":"a","required":"no","type":"int"})",
      R"({"id":1,"name":"a","required":false})",
      R"({"id":1,"name":"a","required":false,"type":"int","doc":1})",
  };
  for (const char* field : fields) {
    const std::string json = Format(R"({{"type":"struct","schema-id":0,"fields":[{}]}})", field);
    EXPECT_TRUE(Failure(SchemaFromIceberg(Parsed(json))).starts_with("corrupt: ")) << field;
  }
  EXPECT_FALSE(SchemaFromIceberg(Parsed(R"({"type":"list","fields":[]})")));
  EXPECT_FALSE(SchemaFromIceberg(Parsed(R"({"schema-id":0,"fields":[]})")));
  EXPECT_FALSE(SchemaFromIceberg(Json()));
}

TEST(IcebergJson, RefusesAnIdThatIsThereTwice) {
  TableSchema schema = EveryType();
  schema.fields[13].type.fields[0].type.fields[1].id = FieldId(2);
  EXPECT_EQ(Failure(SchemaFromIceberg(SchemaToIceberg(schema))),
            "corrupt: field id 2 is there twice");
}

TEST(IcebergJson, BoundsNesting) {
  Type type = Of(TypeKind::kInt);
  for (int i = 0; i < kNestingMax; ++i) type = Type::List(MakeField("", std::move(type), i + 1));
  EXPECT_EQ(Need(TypeFromIceberg(TypeToIceberg(type))), type);
  type = Type::List(MakeField("", std::move(type), 101));
  EXPECT_TRUE(
      Failure(TypeFromIceberg(TypeToIceberg(type))).ends_with("types are nested over 100 deep"));
}

TEST(IcebergJson, OfSpecsGoesBothWays) {
  const PartitionSpec spec{.spec_id = 2,
                           .fields = {{FieldId(2), 1000, "name", {TransformKind::kIdentity, 0}},
                                      {FieldId(1), 1003, "d", {TransformKind::kDay, 0}},
                                      {FieldId(3), 1004, "b", {TransformKind::kBucket, 16}}}};
  const char* fields = R"([{"source-id":2,"field-id":1000,"name":"name","transform":"identity"},)"
                       R"({"source-id":1,"field-id":1003,"name":"d","transform":"day"},)"
                       R"({"source-id":3,"field-id":1004,"name":"b","transform":"bucket[16]"}])";
  EXPECT_EQ(SpecFieldsToIceberg(spec).Dump(), fields);
  EXPECT_EQ(SpecToIceberg(spec).Dump(), Format(R"({{"spec-id":2,"fields":{}}})", fields));
  EXPECT_EQ(Need(SpecFromIceberg(SpecToIceberg(spec))), spec);
  EXPECT_EQ(Need(SpecFromIceberg(SpecFieldsToIceberg(spec))).fields, spec.fields);
  EXPECT_EQ(SpecToIceberg(PartitionSpec()).Dump(), R"({"spec-id":0,"fields":[]})");
}

TEST(IcebergJson, OfSpecsWithoutFieldIdsCountsThem) {
  const PartitionSpec spec =
      Need(SpecFromIceberg(Parsed(R"([{"source-id":2,"name":"name","transform":"identity"},)"
                                  R"({"source-id":1,"name":"d","transform":"day"}])")));
  EXPECT_EQ(spec.fields[0].field_id, 1000);
  EXPECT_EQ(spec.fields[1].field_id, 1001);
}

TEST(IcebergJson, RefusesSpecsItCannotHold) {
  const struct {
    const char* json;
    const char* message;
  } cases[] = {
      {R"([{"source-id":1,"field-id":1000,"name":"d","transform":"zorder"}])",
       "unsupported: partition field 1: partition transform 'zorder'; known: identity, year, "
       "month, day, hour, bucket[N], truncate[N], void"},
      {R"([{"source-ids":[1,2],"field-id":1000,"name":"d","transform":"bucket[4]"}])",
       "unsupported: partition field 1: a partition of several columns is of Iceberg format v3"},
  };
  for (const auto& [json, message] : cases) {
    EXPECT_EQ(Failure(SpecFromIceberg(Parsed(json))), message);
  }
  for (const char* json : {"{}", "null", R"({"spec-id":0})", R"({"spec-id":-1,"fields":[]})", "[1]",
                           R"([{"source-id":1,"field-id":1000,"transform":"day"}])",
                           R"([{"field-id":1000,"name":"d","transform":"day"}])",
                           R"([{"source-id":1,"field-id":1000,"name":"d"}])"}) {
    EXPECT_TRUE(Failure(SpecFromIceberg(Parsed(json))).starts_with("corrupt: ")) << json;
  }
}

}  // namespace
}  // namespace tarn::schema
