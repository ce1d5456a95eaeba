#include "base/format.h"
#include "schema/declaration.h"
#include "schema/hive_type_internal.h"
#include "schema/names_internal.h"

namespace tarn::schema {
namespace {

std::string MembersText(const Type& type) {
  std::string text = "<";
  for (const Field& member : type.fields) {
    if (&member != &type.fields.front()) text += ',';
    text += internal::QuotedName(member.name, true) + ":" + HiveTypeText(member.type);
  }
  return text + ">";
}

}  // namespace

std::string HiveTypeText(const Type& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return "boolean";
    case TypeKind::kInt:
      return "int";
    case TypeKind::kLong:
      return "bigint";
    case TypeKind::kFloat:
      return "float";
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kDecimal:
      return Format("decimal({},{})", type.precision, type.scale);
    case TypeKind::kDate:
      return "date";
    case TypeKind::kTime:
      return "time";
    case TypeKind::kTimestamp:
      return "timestamp";
    case TypeKind::kTimestampTz:
      return "timestamptz";
    case TypeKind::kString:
      return "string";
    case TypeKind::kUuid:
      return "uuid";
    case TypeKind::kFixed:
    case TypeKind::kBinary:
      return "binary";
    case TypeKind::kStruct:
      return type.is_variant ? "variant" : "struct" + MembersText(type);
    case TypeKind::kList:
      return "array<" + HiveTypeText(type.fields[0].type) + ">";
    case TypeKind::kMap:
      return "map<" + HiveTypeText(type.fields[0].type) + "," + HiveTypeText(type.fields[1].type) +
             ">";
  }
  return "unknown";
}

std::string ColumnTypeText(const ColumnDeclaration& column) {
  if (!column.is_json_text) return HiveTypeText(column.type);
  return std::string(internal::kJsonText) + MembersText(column.type);
}

}  // namespace tarn::schema
