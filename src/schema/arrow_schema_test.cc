#include "schema/arrow_schema.h"

#include <arrow/extension/json.h>
#include <arrow/extension/uuid.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "schema/declaration.h"
#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

Result<Type> FromArrow(const std::shared_ptr<arrow::DataType>& type) {
  const TableSchema schema = TRY(FromArrowSchema(*arrow::schema({arrow::field("c", type)})));
  return schema.fields[0].type;
}

TEST(ArrowSchema, GoesBothWays) {
  TableSchema schema;
  schema.fields = FieldsOf(Need(ParseColumns(
      "b boolean, i int, l bigint, f float, d double, n decimal(9,2), day date, t time, ts "
      "timestamp, tz timestamptz, s string, u uuid, y binary, a array<struct<x:int,y:uuid>>, m "
      "map<string,array<double>>, o struct<p:struct<q:int>>")));
  schema.fields.push_back(MakeField("raw", Type::Fixed(16)));
  schema.fields[0].required = true;
  schema.fields[13].type.fields[0].required = true;
  EXPECT_EQ(Need(FromArrowSchema(*ToArrowSchema(schema))), schema);
  AssignFieldIds(FieldId(0), &schema.fields);
  EXPECT_EQ(Need(FromArrowSchema(*ToArrowSchema(schema))), schema);
}

TEST(ArrowSchema, UsesTheTypesOfTheContract) {
  const auto type_text = [](std::string_view hive) {
    return ToArrowField(MakeField("c", Need(ParseType(hive))))->type()->ToString();
  };
  const struct {
    const char* hive;
    const char* arrow;
  } cases[] = {
      {"boolean", "bool"},
      {"int", "int32"},
      {"bigint", "int64"},
      {"float", "float"},
      {"double", "double"},
      {"decimal(38,2)", "decimal128(38, 2)"},
      {"date", "date32[day]"},
      {"time", "time64[us]"},
      {"timestamp", "timestamp[us]"},
      {"timestamptz", "timestamp[us, tz=UTC]"},
      {"string", "string"},
      {"binary", "binary"},
      {"uuid", "fixed_size_binary[16]"},
      {"array<int>", "list<element: int32>"},
      {"struct<a:int>", "struct<a: int32>"},
  };
  for (const auto& [hive, arrow] : cases) EXPECT_EQ(type_text(hive), arrow);
  EXPECT_TRUE(ToArrowField(MakeField("c", Need(ParseType("map<string,int>"))))
                  ->type()
                  ->Equals(arrow::map(arrow::utf8(), arrow::int32())));
}

TEST(ArrowSchema, CarriesIdsAndNullability) {
  const auto field =
      ToArrowField(MakeField("c", Type::List(MakeField("", Of(TypeKind::kUuid), 8, true)), 7));
  EXPECT_TRUE(field->nullable());
  EXPECT_EQ(field->metadata()->Get("PARQUET:field_id").ValueOr(""), "7");
  const auto& element = field->type()->field(0);
  EXPECT_FALSE(element->nullable());
  EXPECT_EQ(element->metadata()->Get("PARQUET:field_id").ValueOr(""), "8");
  EXPECT_EQ(element->metadata()->Get("ARROW:extension:name").ValueOr(""), "arrow.uuid");
  EXPECT_FALSE(ToArrowField(MakeField("c", Of(TypeKind::kInt)))->HasMetadata());
}

TEST(ArrowSchema, ReadsTypesWhoseValuesFit) {
  const struct {
    std::shared_ptr<arrow::DataType> arrow;
    const char* hive;
  } cases[] = {
      {arrow::int8(), "int"},
      {arrow::int16(), "int"},
      {arrow::uint8(), "int"},
      {arrow::uint16(), "int"},
      {arrow::uint32(), "bigint"},
      {arrow::large_utf8(), "string"},
      {arrow::utf8_view(), "string"},
      {arrow::large_binary(), "binary"},
      {arrow::binary_view(), "binary"},
      {arrow::dictionary(arrow::int32(), arrow::utf8()), "string"},
      {arrow::date64(), "date"},
      {arrow::time32(arrow::TimeUnit::SECOND), "time"},
      {arrow::time32(arrow::TimeUnit::MILLI), "time"},
      {arrow::timestamp(arrow::TimeUnit::SECOND), "timestamp"},
      {arrow::timestamp(arrow::TimeUnit::MILLI, "Europe/Berlin"), "timestamptz"},
      {arrow::decimal32(9, 2), "decimal(9,2)"},
      {arrow::decimal64(18, 0), "decimal(18,0)"},
      {arrow::decimal256(38, 38), "decimal(38,38)"},
      {arrow::large_list(arrow::int32()), "array<int>"},
      {arrow::list_view(arrow::int32()), "array<int>"},
      {arrow::fixed_size_list(arrow::int32(), 3), "array<int>"},
      {arrow::map(arrow::utf8(), arrow::large_utf8()), "map<string,string>"},
      {arrow::extension::uuid(), "uuid"},
      {arrow::extension::json(), "string"},
  };
  for (const auto& [arrow, hive] : cases) {
    EXPECT_EQ(HiveTypeText(Need(FromArrow(arrow))), hive) << arrow->ToString();
  }
  EXPECT_EQ(Need(FromArrow(arrow::fixed_size_binary(16))), Type::Fixed(16));
}

TEST(ArrowSchema, RefusesTypesByColumnAndName) {
  const struct {
    std::shared_ptr<arrow::DataType> type;
    const char* message;
  } cases[] = {
      {arrow::uint64(), "column 'c' has Arrow type uint64"},
      {arrow::null(), "column 'c' has Arrow type null"},
      {arrow::float16(), "column 'c' has Arrow type halffloat"},
      {arrow::duration(arrow::TimeUnit::SECOND), "column 'c' has Arrow type duration[s]"},
      {arrow::timestamp(arrow::TimeUnit::NANO),
       "column 'c' has Arrow type timestamp[ns]: timestamps have microseconds"},
      {arrow::time64(arrow::TimeUnit::NANO),
       "column 'c' has Arrow type time64[ns]: times have microseconds"},
      {arrow::decimal256(39, 0),
       "column 'c' has Arrow type decimal256(39, 0): decimals have up to 38 digits and a scale "
       "within them"},
      {arrow::decimal128(3, -2),
       "column 'c' has Arrow type decimal128(3, -2): decimals have up to 38 digits and a scale "
       "within them"},
      {arrow::list(arrow::uint64()), "column 'c.element' has Arrow type uint64"},
      {arrow::map(arrow::utf8(), arrow::null()), "column 'c.value' has Arrow type null"},
      {arrow::struct_({arrow::field("x", arrow::list(arrow::uint64()))}),
       "column 'c.x.element' has Arrow type uint64"},
  };
  for (const auto& [type, message] : cases) {
    EXPECT_EQ(Failure(FromArrow(type)), std::string("unsupported: ") + message);
  }
}

TEST(ArrowSchema, ReadsFieldIdsWithCare) {
  const auto with_id = [](const char* id) {
    return FromArrowSchema(*arrow::schema({arrow::field(
        "c", arrow::int32(), true, arrow::key_value_metadata({"PARQUET:field_id"}, {id}))}));
  };
  EXPECT_EQ(Need(with_id("12")).fields[0].id, FieldId(12));
  EXPECT_EQ(Need(with_id("-1")).fields[0].id, FieldId(0));
  for (const char* id : {"x", "1x", "2147483648"}) {
    EXPECT_EQ(
        Failure(with_id(id)),
        Format("unsupported: column 'c' has Arrow type int32: its field id '{}' is no number", id));
  }
}

TEST(ArrowSchema, BoundsNesting) {
  std::shared_ptr<arrow::DataType> type = arrow::int32();
  for (int i = 0; i < kNestingMax; ++i) type = arrow::list(type);
  EXPECT_TRUE(FromArrow(type));
  EXPECT_EQ(Failure(FromArrow(arrow::list(type))), "unsupported: types are nested over 100 deep");
}

}  // namespace
}  // namespace tarn::schema
