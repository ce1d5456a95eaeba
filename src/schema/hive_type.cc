#include <unordered_set>
#include <utility>

#include "schema/declaration.h"
#include "schema/hive_type_internal.h"

namespace tarn::schema {
namespace {

using internal::TextReader;

constexpr std::string_view kKnownTypes =
    "boolean, int, bigint, float, double, decimal(p,s), date, time, timestamp, timestamptz, "
    "string, binary, uuid, array<…>, map<…,…>, struct<name:type,…>, json<name:type,…>";

struct NamedType {
  std::string_view name;
  TypeKind kind;
};

/// Types that are one word. `tinyint` and `smallint` have no narrower type in Iceberg.
constexpr NamedType kSimpleTypes[] = {
    {"boolean", TypeKind::kBoolean}, {"tinyint", TypeKind::kInt},
    {"smallint", TypeKind::kInt},    {"int", TypeKind::kInt},
    {"integer", TypeKind::kInt},     {"bigint", TypeKind::kLong},
    {"long", TypeKind::kLong},       {"float", TypeKind::kFloat},
    {"double", TypeKind::kDouble},   {"date", TypeKind::kDate},
    {"time", TypeKind::kTime},       {"timestamptz", TypeKind::kTimestampTz},
    {"string", TypeKind::kString},   {"uuid", TypeKind::kUuid},
    {"binary", TypeKind::kBinary}};

constexpr int kHiveTextLengthMax = 65'535;  // of varchar
constexpr int kHiveDecimalPrecision = 10;   // of `decimal` alone

Result<Type> ReadType(TextReader* in, int depth);

/// The rest of `timestamp with time zone` and its relatives.
Result<Type> ReadTimestamp(TextReader* in) {
  const bool with = in->TakeKeyword("with");
  if (!with && !in->TakeKeyword("without")) return Type::Of(TypeKind::kTimestamp);
  if (with) in->TakeKeyword("local");
  if (!in->TakeKeyword("time")) return in->Expected("'time zone'");
  if (!in->TakeKeyword("zone")) return in->Expected("'zone'");
  return Type::Of(with ? TypeKind::kTimestampTz : TypeKind::kTimestamp);
}

Result<Type> ReadDecimal(TextReader* in) {
  if (!in->TakeSymbol('(')) return Type::Decimal(kHiveDecimalPrecision, 0);
  const int precision = TRY(in->TakeInteger("a precision", 1, kDecimalPrecisionMax));
  const int scale = in->TakeSymbol(',') ? TRY(in->TakeInteger("a scale", 0, precision)) : 0;
  TRY(in->ExpectSymbol(')'));
  return Type::Decimal(precision, scale);
}

/// varchar(n) and char(n): a text of any length holds theirs.
Result<Type> ReadSizedText(TextReader* in) {
  TRY(in->ExpectSymbol('('));
  static_cast<void>(TRY(in->TakeInteger("a length", 1, kHiveTextLengthMax)));
  TRY(in->ExpectSymbol(')'));
  return Type::Of(TypeKind::kString);
}

Field Unnamed(Type type) {
  return Field{.id = FieldId(0), .name = "", .required = false, .type = std::move(type), .doc = ""};
}

Result<Type> ReadArray(TextReader* in, int depth) {
  TRY(in->ExpectSymbol('<'));
  Type element = TRY(ReadType(in, depth + 1));
  TRY(in->ExpectSymbol('>'));
  return Type::List(Unnamed(std::move(element)));
}

Result<Type> ReadMap(TextReader* in, int depth) {
  TRY(in->ExpectSymbol('<'));
  Type key = TRY(ReadType(in, depth + 1));
  TRY(in->ExpectSymbol(','));
  Type value = TRY(ReadType(in, depth + 1));
  TRY(in->ExpectSymbol('>'));
  return Type::Map(Unnamed(std::move(key)), Unnamed(std::move(value)));
}

/// Behind the word `struct` or `json`.
Result<Type> ReadStruct(TextReader* in, int depth) {
  TRY(in->ExpectSymbol('<'));
  std::vector<Field> members;
  std::unordered_set<std::string> folded_names;
  do {
    const size_t position = in->position();
    Field member = Unnamed(Type());
    member.name = TRY(in->TakeName("a member's name"));
    if (!folded_names.insert(FoldCase(member.name)).second) {
      return in->ErrorAt(position, Format("member '{}' is there twice; names must differ in more "
                                          "than case",
                                          member.name));
    }
    in->TakeSymbol(':');
    member.type = TRY(ReadType(in, depth + 1));
    members.push_back(std::move(member));
  } while (in->TakeSymbol(','));
  if (!in->TakeSymbol('>')) return in->Expected("',' or '>'");
  return Type::Struct(std::move(members));
}

/// in  depth: nested types around this one
Result<Type> ReadType(TextReader* in, int depth) {
  const size_t position = in->position();
  const std::string name = FoldCase(in->PeekWord());
  if (name.empty()) return in->Expected("a type");
  in->TakeWord();
  if (name == "array" || name == "map" || name == "struct") {
    if (depth >= kNestingMax) {
      return in->ErrorAt(position, Format("types are nested over {} deep", kNestingMax));
    }
    if (name == "array") return ReadArray(in, depth);
    return name == "map" ? ReadMap(in, depth) : ReadStruct(in, depth);
  }
  if (name == "timestamp") return ReadTimestamp(in);
  if (name == "decimal") return ReadDecimal(in);
  if (name == "varchar" || name == "char") return ReadSizedText(in);
  for (const NamedType& simple : kSimpleTypes) {
    if (name == simple.name) return Type::Of(simple.kind);
  }
  if (name == internal::kJsonText) {
    return in->ErrorAt(position, "json<…> is the type of a whole column only");
  }
  return in->ErrorAt(position, Format("'{}' is no type; known: {}", name, kKnownTypes));
}

}  // namespace

namespace internal {

Status ReadColumnType(TextReader* in, ColumnDeclaration* column) {
  column->is_json_text = in->TakeKeyword(kJsonText);
  column->type = TRY(column->is_json_text ? ReadStruct(in, 0) : ReadType(in, 0));
  return {};
}

Status ParseColumnType(std::string_view text, ColumnDeclaration* column) {
  TextReader in(text);
  TRY(ReadColumnType(&in, column));
  if (!in.done()) return in.Expected("the end of the type");
  return CheckColumns(column->type.fields);
}

}  // namespace internal

}  // namespace tarn::schema
