#include "schema/declaration.h"
#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

std::string Repeated(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

std::string Refused(std::string_view text) { return Failure(ParseType(text)); }

TEST(HiveType, TextGoesBothWays) {
  for (const char* text : {"boolean",
                           "int",
                           "bigint",
                           "float",
                           "double",
                           "decimal(38,38)",
                           "decimal(1,0)",
                           "date",
                           "time",
                           "timestamp",
                           "timestamptz",
                           "string",
                           "uuid",
                           "binary",
                           "array<int>",
                           "map<string,array<bigint>>",
                           "struct<id:string,plan:struct<name:string,since:date>>",
                           "array<map<int,struct<a:array<array<boolean>>>>>",
                           "struct<\"first name\":string,a.b:int>",
                           "struct<\"say \"\"hi\"\"\":int,\"größe\":int>",
                           "struct<string:string,array:array<int>>"}) {
    EXPECT_EQ(HiveTypeText(Need(ParseType(text))), text);
  }
}

TEST(HiveType, ReadsOtherSpellings) {
  const struct {
    const char* text;
    const char* canonical;
  } cases[] = {
      {"BOOLEAN", "boolean"},
      {"tinyint", "int"},
      {"smallint", "int"},
      {"integer", "int"},
      {"long", "bigint"},
      {"decimal", "decimal(10,0)"},
      {"decimal(7)", "decimal(7,0)"},
      {" Decimal ( 10 , 2 ) ", "decimal(10,2)"},
      {"varchar(20)", "string"},
      {"char ( 3 )", "string"},
      {"timestamp with time zone", "timestamptz"},
      {"TIMESTAMP WITH LOCAL TIME ZONE", "timestamptz"},
      {"timestamp without time zone", "timestamp"},
      {"struct<a int, b : array < string >>", "struct<a:int,b:array<string>>"},
      {"struct<a timestamp with time zone, b int>", "struct<a:timestamptz,b:int>"},
      {"struct<`a b`:int, größe:int>", "struct<\"a b\":int,\"größe\":int>"},
      {"array\n<\tint\r>", "array<int>"},
  };
  for (const auto& [text, canonical] : cases) {
    EXPECT_EQ(HiveTypeText(Need(ParseType(text))), canonical);
  }
}

TEST(HiveType, NamesInnerFieldsAndLeavesIdsOpen) {
  const Type type = Need(ParseType("map<string,struct<a:int>>"));
  EXPECT_EQ(type,
            Type::Map(MakeField("key", Of(TypeKind::kString)),
                      MakeField("value", Type::Struct({MakeField("a", Of(TypeKind::kInt))}))));
}

TEST(HiveType, ShowsFixedAsHiveHoldsIt) { EXPECT_EQ(HiveTypeText(Type::Fixed(16)), "binary"); }

TEST(HiveType, SaysWhereAndWhatWasExpected) {
  const std::string known =
      "; known: boolean, int, bigint, float, double, decimal(p,s), date, time, timestamp, "
      "timestamptz, string, binary, uuid, array<…>, map<…,…>, struct<name:type,…>, "
      "json<name:type,…>";
  const struct {
    const char* text;
    std::string message;
  } cases[] = {
      {"", "at 1: expected a type, found the end"},
      {"<", "at 1: expected a type, found '<'"},
      {"strng", "at 1: 'strng' is no type" + known},
      {"array<strng>", "at 7: 'strng' is no type" + known},
      {"struct<größe:strng>", "at 14: 'strng' is no type" + known},
      {"struct<a:json<b:int>>", "at 10: json<…> is the type of a whole column only"},
      {"array<json<a:int>>", "at 7: json<…> is the type of a whole column only"},
      {"int int", "at 5: expected the end of the type, found 'int'"},
      {"array", "at 6: expected '<', found the end"},
      {"array<>", "at 7: expected a type, found '>'"},
      {"array<int,int>", "at 10: expected '>', found ','"},
      {"map<string>", "at 11: expected ',', found '>'"},
      {"struct<>", "at 8: expected a member's name, found '>'"},
      {"struct<a>", "at 9: expected a type, found '>'"},
      {"struct<a:int;b:int>", "at 13: expected ',' or '>', found ';'"},
      {"struct<a:int,>", "at 14: expected a member's name, found '>'"},
      {"struct<\"a:int>", "at 8: the \" that opens here is never closed"},
      {"struct<a:int,A:int>",
       "at 14: member 'A' is there twice; names must differ in more than case"},
      {"struct<\"\":int>", "column '' has an empty name"},
      {"decimal(39,0)", "at 9: expected a precision from 1 to 38, found '39'"},
      {"decimal(0)", "at 9: expected a precision from 1 to 38, found '0'"},
      {"decimal(5,6)", "at 11: expected a scale from 0 to 5, found '6'"},
      {"decimal(5,-1)", "at 11: expected a scale from 0 to 5, found '-'"},
      {"decimal(5", "at 10: expected ')', found the end"},
      {"varchar", "at 8: expected '(', found the end"},
      {"varchar(0)", "at 9: expected a length from 1 to 65535, found '0'"},
      {"timestamp with zone", "at 16: expected 'time zone', found 'zone'"},
      {"timestamp with time", "at 20: expected 'zone', found the end"},
      {"int日", "at 1: 'int日' is no type" + known},
      {"int 日本", "at 5: expected the end of the type, found '日本'"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(Refused(text), "invalid: " + message) << text;
}

TEST(HiveType, BoundsNesting) {
  EXPECT_TRUE(ParseType(Repeated("array<", 100) + "int" + Repeated(">", 100)));
  EXPECT_EQ(Refused(Repeated("array<", 101) + "int" + Repeated(">", 101)),
            "invalid: at 601: types are nested over 100 deep");
  EXPECT_FALSE(ParseType(Repeated("struct<a:", 100'000)));
  EXPECT_FALSE(ParseType(Repeated("map<int,", 100'000)));
}

TEST(HiveType, CutsLongWordsInMessages) {
  EXPECT_EQ(Refused("int " + Repeated("ö", 100)),
            "invalid: at 5: expected the end of the type, found '" + Repeated("ö", 40) + "…'");
}

TEST(HiveType, NoPrefixIsAType) {
  const std::string text = "struct<id:bigint,tags:array<map<string,decimal(10,2)>>>";
  for (size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(ParseType(text.substr(0, length))) << text.substr(0, length);
  }
}

TEST(HiveType, AnyByteChangedIsReadOrRefused) {
  const std::string text = "struct<id:bigint,tags:array<map<string,decimal(10,2)>>>";
  for (size_t at = 0; at < text.size(); ++at) {
    for (const char byte : {'\0', '"', '<', '>', ',', ' ', '\xFF', '9'}) {
      std::string changed = text;
      changed[at] = byte;
      const auto type = ParseType(changed);
      if (!type) continue;
      EXPECT_EQ(Need(ParseType(HiveTypeText(*type))), *type) << changed;
    }
  }
}

}  // namespace
}  // namespace tarn::schema
