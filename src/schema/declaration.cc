#include "schema/declaration.h"

#include <utility>

#include "codec/text.h"
#include "schema/declaration_internal.h"
#include "schema/hive_type_internal.h"
#include "schema/names_internal.h"

namespace tarn::schema {
namespace {

using internal::TextReader;

/// True where a default of this type is written in single quotes.
bool IsQuotedLiteral(TypeKind kind) {
  switch (kind) {
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kString:
    case TypeKind::kUuid:
    case TypeKind::kFixed:
    case TypeKind::kBinary:
      return true;
    default:
      return false;
  }
}

Result<Value> ReadLiteral(TextReader* in, const Type& type) {
  const size_t position = in->position();
  const bool wants_quotes = IsQuotedLiteral(type.kind);
  const bool quoted = in->PeekSymbol('\'');
  const std::string literal = quoted ? TRY(in->TakeText()) : std::string(in->TakeLiteral());
  if (!quoted && literal.empty()) return in->Expected("a default");
  if (quoted != wants_quotes) {
    return in->ErrorAt(position, Format("a default of type {} stands {} single quotes",
                                        HiveTypeText(type), wants_quotes ? "in" : "without"));
  }
  Result<Value> value = FromText(type, literal);
  if (!value) return in->ErrorAt(position, value.error().message());
  return value;
}

/// Behind the word `default`.
Status ReadDefault(TextReader* in, ColumnDeclaration* column) {
  const size_t position = in->position();
  if (column->type.is_nested()) {
    return in->ErrorAt(position, "a struct, array or map takes no default");
  }
  if (in->TakeKeyword(kReceivedAtColumn)) {
    column->default_is_received_at = true;
  } else {
    column->default_value = TRY(ReadLiteral(in, column->type));
  }
  return {};
}

Result<ColumnDeclaration> ReadColumn(TextReader* in) {
  const size_t position = in->position();
  ColumnDeclaration column;
  column.name = TRY(in->TakeName("a column's name"));
  column.member = column.name;
  TRY(internal::ReadColumnType(in, &column));
  if (in->TakeKeyword("from")) {
    const size_t source_position = in->position();
    const Status set = internal::SetSource(TRY(in->TakeName("a JSON member")), &column);
    if (!set) return in->ErrorAt(source_position, set.error().message());
  }
  if (in->TakeKeyword("default")) TRY(ReadDefault(in, &column));
  const Status checked = internal::CheckDeclaration(column);
  if (!checked) return in->ErrorAt(position, checked.error().message());
  return column;
}

std::string LiteralText(const Type& type, const Value& value) {
  std::string literal = ToText(type, value);
  if (!IsQuotedLiteral(type.kind)) return literal;
  std::string quoted = "'";
  for (const char letter : literal) {
    quoted.push_back(letter);
    if (letter == '\'') quoted.push_back('\'');
  }
  return quoted + "'";
}

std::string ColumnText(const ColumnDeclaration& column) {
  std::string text = internal::QuotedName(column.name, true) + " " + ColumnTypeText(column);
  if (column.source == ColumnSource::kReceivedAt) text += Format(" from {}", kReceivedAtColumn);
  if (column.source == ColumnSource::kRecordId) text += Format(" from {}", kRecordIdColumn);
  if (column.source == ColumnSource::kMember && column.member != column.name) {
    text += " from " + internal::QuotedName(column.member, true);
  }
  if (column.default_is_received_at) text += Format(" default {}", kReceivedAtColumn);
  if (column.default_value) text += " default " + LiteralText(column.type, *column.default_value);
  return text;
}

}  // namespace

Result<std::vector<ColumnDeclaration>> ParseColumns(std::string_view text) {
  if (text.size() > kColumnsTextBytesMax) {
    return Fail(ErrorKind::kTooLarge, "the columns have {} bytes of text, {} are allowed",
                text.size(), kColumnsTextBytesMax);
  }
  if (!codec::IsUtf8(text)) return Fail(ErrorKind::kInvalid, "the columns are not UTF-8");
  TextReader in(text);
  std::vector<ColumnDeclaration> columns;
  do {
    columns.push_back(TRY(ReadColumn(&in)));
  } while (in.TakeSymbol(','));
  if (!in.done()) return in.Expected("',', 'from', 'default' or the end");
  TRY(internal::CheckDeclarations(columns));
  return columns;
}

std::string ColumnsText(const std::vector<ColumnDeclaration>& columns) {
  std::string text;
  for (const ColumnDeclaration& column : columns) {
    if (!text.empty()) text += ", ";
    text += ColumnText(column);
  }
  return text;
}

}  // namespace tarn::schema
