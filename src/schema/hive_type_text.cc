#include <algorithm>

#include "base/format.h"
#include "schema/declaration.h"
#include "schema/names_internal.h"

namespace tarn::schema {
namespace internal {

bool IsPlainNameByte(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_';
}

std::string QuotedName(std::string_view name, bool dot_is_plain) {
  const bool plain = !name.empty() && std::ranges::all_of(name, [&](char letter) {
    return IsPlainNameByte(letter) || (letter == '.' && dot_is_plain);
  });
  if (plain) return std::string(name);
  std::string quoted = "\"";
  for (const char letter : name) {
    quoted.push_back(letter);
    if (letter == '"') quoted.push_back('"');
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace internal

namespace {

std::string StructText(const Type& type) {
  std::string text = "struct<";
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
      return StructText(type);
    case TypeKind::kList:
      return "array<" + HiveTypeText(type.fields[0].type) + ">";
    case TypeKind::kMap:
      return "map<" + HiveTypeText(type.fields[0].type) + "," + HiveTypeText(type.fields[1].type) +
             ">";
  }
  return "unknown";
}

}  // namespace tarn::schema
