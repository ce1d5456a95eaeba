#include "schema/type.h"

#include "schema/find_by_name.h"
#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

std::vector<Field> Nested() {
  return {
      MakeField("name", Of(TypeKind::kString)),
      MakeField("user", Type::Struct(
                            {MakeField("id", Of(TypeKind::kLong)),
                             MakeField("tags", Type::List(MakeField("", Of(TypeKind::kString))))})),
      MakeField("counts",
                Type::Map(MakeField("", Of(TypeKind::kString)), MakeField("", Of(TypeKind::kInt)))),
  };
}

/// array<array<…<int>>>, so many arrays
Type Arrays(int depth) {
  Type type = Of(TypeKind::kInt);
  for (int i = 0; i < depth; ++i) type = Type::List(MakeField("", std::move(type)));
  return type;
}

std::string CheckMessage(std::vector<Field> fields) { return Failure(CheckColumns(fields)); }

TEST(Type, NamesElementsKeysAndValues) {
  const Type map =
      Type::Map(MakeField("k", Of(TypeKind::kString)), MakeField("v", Of(TypeKind::kInt)));
  EXPECT_EQ(map.fields[0].name, "key");
  EXPECT_TRUE(map.fields[0].required);
  EXPECT_EQ(map.fields[1].name, "value");
  EXPECT_FALSE(map.fields[1].required);
  EXPECT_EQ(Type::List(MakeField("item", Of(TypeKind::kInt))).fields[0].name, "element");
}

TEST(Type, EqualsByEveryPartOfIt) {
  EXPECT_EQ(Type::Decimal(9, 2), Type::Decimal(9, 2));
  EXPECT_NE(Type::Decimal(9, 2), Type::Decimal(9, 3));
  EXPECT_NE(Type::Decimal(9, 2), Type::Decimal(8, 2));
  EXPECT_NE(Type::Fixed(4), Type::Fixed(5));
  EXPECT_NE(Of(TypeKind::kInt), Of(TypeKind::kLong));
  EXPECT_EQ(Nested(), Nested());
  std::vector<Field> other = Nested();
  other[1].type.fields[1].type.fields[0].required = true;
  EXPECT_NE(Nested(), other);
}

TEST(FieldIds, AreGivenDepthFirstParentsBeforeChildren) {
  std::vector<Field> fields = Nested();
  EXPECT_EQ(AssignFieldIds(FieldId(10), &fields), FieldId(18));
  EXPECT_EQ(fields[0].id, FieldId(11));
  EXPECT_EQ(fields[1].id, FieldId(12));
  EXPECT_EQ(fields[1].type.fields[0].id, FieldId(13));
  EXPECT_EQ(fields[1].type.fields[1].id, FieldId(14));
  EXPECT_EQ(fields[1].type.fields[1].type.fields[0].id, FieldId(15));
  EXPECT_EQ(fields[2].id, FieldId(16));
  EXPECT_EQ(fields[2].type.fields[0].id, FieldId(17));
  EXPECT_EQ(fields[2].type.fields[1].id, FieldId(18));
}

TEST(FieldIds, ThatAreThereStay) {
  std::vector<Field> fields = Nested();
  AssignFieldIds(FieldId(0), &fields);
  fields[1].type.fields.push_back(MakeField("plan", Of(TypeKind::kString)));
  const std::vector<Field> before = fields;
  EXPECT_EQ(AssignFieldIds(FieldId(8), &fields), FieldId(9));
  EXPECT_EQ(fields[1].type.fields[2].id, FieldId(9));
  EXPECT_EQ(fields[2], before[2]);
  EXPECT_EQ(AssignFieldIds(FieldId(9), &fields), FieldId(9));
}

TEST(TableSchema, FindsByNameCaseAndId) {
  TableSchema schema{.schema_id = 0, .fields = Nested()};
  AssignFieldIds(FieldId(0), &schema.fields);
  EXPECT_EQ(schema.Find("user"), &schema.fields[1]);
  EXPECT_EQ(schema.Find("User"), nullptr);
  EXPECT_EQ(schema.Find("id"), nullptr);
  EXPECT_EQ(schema.FindIgnoringCase("USER"), &schema.fields[1]);
  EXPECT_EQ(schema.FindIgnoringCase("users"), nullptr);
  EXPECT_EQ(schema.FindById(FieldId(3))->name, "id");
  EXPECT_EQ(schema.FindById(FieldId(8))->name, "value");
  EXPECT_EQ(schema.FindById(FieldId(9)), nullptr);
  EXPECT_EQ(schema.LastFieldId(), FieldId(8));
  EXPECT_EQ(TableSchema().LastFieldId(), FieldId(0));
}

TEST(FindByName, IsExactBeforeItIgnoresCase) {
  const std::vector<std::string> names = {"Stra\u00dfe", "ID", "id", "\u00c9t\u00e9"};
  EXPECT_EQ(FindByName(names, "i"), names.end());
  EXPECT_EQ(FindByName(names, ""), names.end());
  EXPECT_EQ(FindByName(names, "id"), names.begin() + 2);
  EXPECT_EQ(FindByName(names, "Id"), names.begin() + 1) << "the first";
  EXPECT_EQ(FindByName(names, "\u00e9T\u00c9"), names.begin() + 3);
  std::vector<Field> fields = Nested();
  FindByName(fields, "USER", &Field::name)->name = "x";
  EXPECT_EQ(fields[1].name, "x");
}

TEST(TableSchema, PrefersTheExactName) {
  const TableSchema schema{
      .schema_id = 0,
      .fields = {MakeField("Name", Of(TypeKind::kInt)), MakeField("name", Of(TypeKind::kString))}};
  EXPECT_EQ(schema.FindIgnoringCase("name"), &schema.fields[1]);
  EXPECT_EQ(schema.FindIgnoringCase("NAME"), &schema.fields[0]);
}

TEST(CheckColumns, RefusesBadNames) {
  const auto named = [](std::string name) {
    return std::vector<Field>{MakeField(std::move(name), Of(TypeKind::kInt))};
  };
  EXPECT_EQ(CheckMessage(named("")), "invalid: column '' has an empty name");
  EXPECT_EQ(
      CheckMessage(named(std::string(256, 'a'))),
      "invalid: column '" + std::string(256, 'a') + "': the name has 256 bytes, 255 are allowed");
  EXPECT_EQ(CheckMessage(named("\xC3")), "invalid: column '\xC3': the name is not UTF-8");
  for (const char* name : {"a\nb", "\x01", "\x7F", "\xC2\x85"}) {
    EXPECT_TRUE(CheckMessage(named(name)).ends_with("the name has a control character"));
  }
  for (const std::string& name : {std::string(255, 'a'), std::string("größe \"x\""),
                                  std::string("_received_at"), std::string("日本")}) {
    EXPECT_TRUE(CheckColumns(named(name))) << name;
  }
}

TEST(CheckColumns, RefusesNamesThatDifferOnlyByCase) {
  EXPECT_EQ(
      CheckMessage({MakeField("größe", Of(TypeKind::kInt)), MakeField("GRÖSSE", Of(TypeKind::kInt)),
                    MakeField("GRÖßE", Of(TypeKind::kInt))}),
      "invalid: column 'GRÖßE' is there twice; names must differ in more than case");
  std::vector<Field> fields = Nested();
  fields[1].type.fields.push_back(MakeField("ID", Of(TypeKind::kInt)));
  EXPECT_EQ(CheckMessage(fields),
            "invalid: column 'user.ID' is there twice; names must differ in more than case");
  fields[1].type.fields.back().name = "name";  // a name of another level
  EXPECT_TRUE(CheckColumns(fields));
}

TEST(CheckColumns, RefusesBadTypes) {
  for (const Type& type : {Type::Decimal(0, 0), Type::Decimal(39, 0), Type::Decimal(5, 6),
                           Type::Decimal(5, -1), Type::Fixed(0), Type::Struct({})}) {
    EXPECT_FALSE(CheckColumns({MakeField("c", type)}));
    EXPECT_FALSE(CheckColumns({MakeField("c", Type::List(MakeField("", type)))}));
  }
  EXPECT_TRUE(CheckColumns({MakeField("c", Type::Decimal(38, 38))}));
}

TEST(CheckColumns, BoundsNestingAndCount) {
  EXPECT_TRUE(CheckColumns({MakeField("c", Arrays(kNestingMax))}));
  EXPECT_EQ(CheckMessage({MakeField("c", Arrays(kNestingMax + 1))}),
            "invalid: column 'c': types are nested over 100 deep");
  std::vector<Field> fields;
  for (size_t i = 0; i < kFieldsMax; ++i) {
    fields.push_back(MakeField(Format("c{}", i), Of(TypeKind::kInt)));
  }
  EXPECT_TRUE(CheckColumns(fields));
  fields[0].type = Type::List(MakeField("", Of(TypeKind::kInt)));
  EXPECT_EQ(CheckMessage(fields),
            "invalid: a table may have at most 10000 columns, nested ones included");
}

TEST(ReservedColumns, AreThreeInAnyCase) {
  for (const char* name : {"_received_at", "_Record_ID", "_REST"}) {
    EXPECT_TRUE(IsReservedColumn(name)) << name;
  }
  for (const char* name : {"received_at", "_rest_", ""}) EXPECT_FALSE(IsReservedColumn(name));
}

TEST(FoldCase, LowersLettersThatHaveOneSmallOne) {
  const struct {
    const char* name;
    const char* folded;
  } cases[] = {
      {"", ""},
      {"ABCxyz_019", "abcxyz_019"},
      {"ÀÖØÞß×÷", "àöøþß×÷"},
      {"ĀĮıĲĶĸĹŇŉŊŶŸŹŽſ", "āįıĳķĸĺňŉŋŷÿźžſ"},
      {"ΆΈΊΌΎΏΑΡΣΫς", "άέίόύώαρσϋς"},
      {"ЀЏАЯѠҀҊӀӁӍӐӾ", "ѐџаяѡҁҋӏӂӎӑӿ"},
      {"ẠỆỸ", "ạệỹ"},
      {"İ", "İ"},      // its small letter is the ASCII i
      {"ꙀႠ𐐀", "ꙀႠ𐐀"},  // scripts that are not covered
      {"日本語", "日本語"},
  };
  for (const auto& [name, folded] : cases) EXPECT_EQ(FoldCase(name), folded);
}

TEST(FoldCase, KeepsBytesThatAreNoUtf8) {
  for (const std::string bytes : {"\xFF", "a\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80",
                                  "\xE2\x82", "\xF4\x90\x80\x80"}) {
    EXPECT_EQ(FoldCase(bytes), bytes);
  }
  EXPECT_EQ(FoldCase("\xFF"
                     "A"
                     "\xC3"),
            "\xFF"
            "a"
            "\xC3");
}

TEST(FoldCase, IsDoneOnce) {
  for (char32_t letter = 1; letter < 0x2000; ++letter) {
    std::string text;
    if (letter < 0x80) {
      text.push_back(static_cast<char>(letter));
    } else if (letter < 0x800) {
      text.push_back(static_cast<char>(0xC0 | (letter >> 6)));
      text.push_back(static_cast<char>(0x80 | (letter & 0x3F)));
    } else {
      text.push_back(static_cast<char>(0xE0 | (letter >> 12)));
      text.push_back(static_cast<char>(0x80 | ((letter >> 6) & 0x3F)));
      text.push_back(static_cast<char>(0x80 | (letter & 0x3F)));
    }
    EXPECT_EQ(FoldCase(FoldCase(text)), FoldCase(text)) << text;
  }
}

TEST(Type, AVariantIsAStructThatIsMore) {
  const Type plain = Type::Variant(std::nullopt);
  Type other = plain;
  other.is_variant = false;
  EXPECT_NE(plain, other);
  EXPECT_TRUE(plain.fields[1].required) << "nothing else could hold the value";
  const Type shredded = Type::Variant(Of(TypeKind::kLong));
  EXPECT_FALSE(shredded.fields[1].required);
  EXPECT_EQ(HiveTypeText(shredded), "variant");
  EXPECT_TRUE(CheckColumns({MakeField("v", shredded)}));
}

}  // namespace
}  // namespace tarn::schema
