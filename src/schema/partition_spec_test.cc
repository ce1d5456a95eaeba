#include "schema/partition.h"
#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

TableSchema Events() {
  TableSchema schema;
  schema.fields = {
      MakeField("_received_at", Of(TypeKind::kTimestampTz)),
      MakeField("name", Of(TypeKind::kString)),
      MakeField("user_id", Of(TypeKind::kLong)),
      MakeField("Größe", Of(TypeKind::kInt)),
      MakeField("user", Type::Struct({MakeField("id", Of(TypeKind::kLong))})),
      MakeField("home city", Of(TypeKind::kString)),
      MakeField("day", Of(TypeKind::kDate)),
  };
  AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

PartitionSpec Parsed(std::string_view text) { return Need(ParsePartitionSpec(text, Events())); }
std::string Refused(std::string_view text) { return Failure(ParsePartitionSpec(text, Events())); }

TEST(PartitionSpec, ReadsColumnsAndTransforms) {
  const PartitionSpec spec =
      Parsed("name, day(_received_at) as d, bucket(16, user_id), TRUNCATE(4, \"home city\") AS c");
  EXPECT_EQ(spec.spec_id, 0);
  const std::vector<PartitionField> expected = {
      {FieldId(2), 1000, "name", {TransformKind::kIdentity, 0}},
      {FieldId(1), 1001, "d", {TransformKind::kDay, 0}},
      {FieldId(3), 1002, "user_id_bucket", {TransformKind::kBucket, 16}},
      {FieldId(7), 1003, "c", {TransformKind::kTruncate, 4}}};
  EXPECT_EQ(spec.fields, expected);
}

TEST(PartitionSpec, OfNoTextIsUnpartitioned) {
  EXPECT_EQ(Parsed(""), PartitionSpec());
  EXPECT_EQ(Parsed(" \n\t"), PartitionSpec());
  EXPECT_EQ(PartitionSpecText(PartitionSpec(), Events()), "");
}

TEST(PartitionSpec, SaysWhichColumnsItWouldNeed) {
  const auto names = [](std::string_view text) {
    std::string all;
    for (const Field& field : Need(MissingPartitionColumns(text, Events()))) {
      EXPECT_EQ(field.type, Of(TypeKind::kString));
      EXPECT_FALSE(field.required);
      all += field.name + " ";
    }
    return all;
  };
  EXPECT_EQ(names(""), "");
  EXPECT_EQ(names("NAME, day(_received_at) as d"), "");
  EXPECT_EQ(names("Kind, name, identity(\"a b\"), bucket(4, kind)"), "Kind a b ");
  EXPECT_NE(Failure(MissingPartitionColumns("day(at)", Events())).find("at 5: 'at' is no column"),
            std::string::npos);
  EXPECT_NE(Failure(MissingPartitionColumns("_record_id", Events())), "");
  EXPECT_NE(Failure(MissingPartitionColumns("kind, kind", Events())), "");
}

TEST(PartitionSpec, TakesOtherSpellings) {
  EXPECT_EQ(Parsed("identity(name)"), Parsed("name"));
  EXPECT_EQ(Parsed("NAME"), Parsed("name"));
  EXPECT_EQ(Parsed("`name`"), Parsed("\"name\""));
  EXPECT_EQ(Parsed("bucket(user_id,16)"), Parsed("bucket ( 16 , user_id )"));
  EXPECT_EQ(Parsed("truncate(name, 4)"), Parsed("truncate(4, name)"));
  EXPECT_EQ(Parsed("years(_received_at)"), Parsed("year(_received_at)"));
  EXPECT_EQ(Parsed("months(_received_at)"), Parsed("month(_received_at)"));
  EXPECT_EQ(Parsed("days(_received_at)"), Parsed("day(_received_at)"));
  EXPECT_EQ(Parsed("hours(_received_at)"), Parsed("hour(_received_at)"));
  EXPECT_EQ(Parsed("größe").fields[0].name, "Größe");
  EXPECT_EQ(Parsed("day").fields[0].source, FieldId(8));  // a column of a transform's name
  EXPECT_EQ(Parsed("day(day)").fields[0].name, "day_day");
}

TEST(PartitionSpec, NamesFieldsAsIcebergDoes) {
  const struct {
    const char* text;
    const char* name;
  } cases[] = {{"user_id", "user_id"},
               {"year(_received_at)", "_received_at_year"},
               {"month(_received_at)", "_received_at_month"},
               {"day(_received_at)", "_received_at_day"},
               {"hour(_received_at)", "_received_at_hour"},
               {"bucket(4, name)", "name_bucket"},
               {"truncate(4, name)", "name_trunc"},
               {"name as n", "n"},
               {"name as NAME", "NAME"},
               {"name as \"event name\"", "event name"}};
  for (const auto& [text, name] : cases) EXPECT_EQ(Parsed(text).fields[0].name, name) << text;
}

TEST(PartitionSpec, TextGoesBothWays) {
  for (const char* text :
       {"name", "name, day(_received_at) as d", "bucket(16, user_id), truncate(4, \"home city\")",
        "truncate(4, \"home city\") as \"city \"\"c\"\"\"", "\"Größe\", hour(_received_at)",
        "name as n, bucket(4, name), bucket(8, name) as more",
        "year(_received_at), month(_received_at), day(_received_at)"}) {
    EXPECT_EQ(PartitionSpecText(Parsed(text), Events()), text);
  }
}

TEST(PartitionSpec, ShowsSourcesThatAreGone) {
  PartitionSpec spec;
  spec.fields = {{FieldId(77), 1000, "old", {TransformKind::kVoid, 0}},
                 {FieldId(6), 1001, "id", {TransformKind::kIdentity, 0}}};
  EXPECT_EQ(PartitionSpecText(spec, Events()), "void(\"#77\") as old, id");
}

TEST(PartitionSpec, SaysWhichPartIsWrong) {
  const std::string columns =
      "the table has _received_at, name, user_id, Größe, user, home city, day";
  const struct {
    const char* text;
    std::string message;
  } cases[] = {
      {"name,", "at 6: expected a column or a transform of one, found the end"},
      {",name", "at 1: expected a column or a transform of one, found ','"},
      {"name d", "at 6: expected ',', 'as' or the end, found 'd'"},
      {"nam", "at 1: 'nam' is no column; " + columns},
      {"größe, nam", "at 8: 'nam' is no column; " + columns},
      {"name, day(tstamp)", "at 11: 'tstamp' is no column; " + columns},
      {"user.id", "at 1: 'user.id' is no column; " + columns},
      {"week(_received_at)",
       "at 1: 'week' is no transform; known: year, month, day, hour, bucket(N, column), "
       "truncate(N, column), identity"},
      {"void(name)",
       "at 1: 'void' is no transform; known: year, month, day, hour, bucket(N, column), "
       "truncate(N, column), identity"},
      {"name, day(name)",
       "at 7: column 'name': day takes date, timestamp and timestamptz, not string"},
      {"hour(day)", "at 1: column 'day': hour takes timestamp and timestamptz, not date"},
      {"user",
       "at 1: column 'user': identity takes every type but struct, array and map, not "
       "struct<id:bigint>"},
      {"bucket(name)", "at 12: expected ',', found ')'"},
      {"bucket(0, name)", "at 8: expected a number from 1 to 1000000, found '0'"},
      {"bucket(name, x)", "at 14: expected a number from 1 to 1000000, found 'x'"},
      {"bucket(16)", "at 10: expected ',', found ')'"},
      {"bucket(1000001, name)", "at 8: expected a number from 1 to 1000000, found '1000001'"},
      {"day(_received_at", "at 17: expected ')', found the end"},
      {"day()", "at 5: expected a column, found ')'"},
      {"day(_received_at) as", "at 21: expected a name for the partition field, found the end"},
      {"name as \"x", "at 9: the \" that opens here is never closed"},
      {"name, name", "at 7: 'name' partitions by the same as 'name'"},
      {"name as a, identity(name) as b", "at 12: 'b' partitions by the same as 'a'"},
      {"name as d, day(_received_at) as D",
       "at 12: two partition fields have the name 'D'; say `as NAME`"},
      {"bucket(4, name), bucket(8, name)",
       "at 18: two partition fields have the name 'name_bucket'; say `as NAME`"},
      {"day(_received_at) as Name",
       "at 1: partition field 'Name' has the name of a column; say `as NAME` with another one"},
      {"user_id as name",
       "at 1: partition field 'name' has the name of a column; say `as NAME` with another one"},
      {"day(_received_at) as day",
       "at 1: partition field 'day' has the name of a column; say `as NAME` with another one"},
      {"day(_received_at) as _rest",
       "at 1: '_rest' is a name that Tarn keeps for itself; say `as NAME` with another one"},
      {"name as \"\"", "at 1: partition field '' has an empty name"},
      {"name as \"a\nb\"", "at 1: partition field 'a\nb': the name has a control character"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(Refused(text), "invalid: " + message) << text;
}

TEST(PartitionSpec, IsBounded) {
  TableSchema schema;
  std::string text;
  for (int i = 0; i <= static_cast<int>(kPartitionFieldsMax); ++i) {
    schema.fields.push_back(MakeField(Format("c{}", i), Of(TypeKind::kInt), i + 1));
    if (i < static_cast<int>(kPartitionFieldsMax)) text += Format("{}c{}", i == 0 ? "" : ",", i);
  }
  EXPECT_TRUE(ParsePartitionSpec(text, schema));
  EXPECT_TRUE(Failure(ParsePartitionSpec(text + ",c20", schema))
                  .ends_with("20 partition fields are allowed"));
  EXPECT_EQ(Failure(ParsePartitionSpec(std::string(kPartitionTextBytesMax + 1, ' '), schema)),
            "too large: the partitions have 65537 bytes of text, 65536 are allowed");
  EXPECT_EQ(Refused("\xFF"), "invalid: the partitions are not UTF-8");
}

TEST(PartitionSpec, NoPrefixIsReadAsMore) {
  const std::string text = "name, day(_received_at) as d, bucket(16, user_id)";
  for (size_t length = 0; length < text.size(); ++length) {
    const auto spec = ParsePartitionSpec(text.substr(0, length), Events());
    EXPECT_TRUE(!spec || spec->fields.size() < 3) << text.substr(0, length);
  }
}

}  // namespace
}  // namespace tarn::schema
