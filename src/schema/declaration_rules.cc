#include <utility>

#include "schema/declaration_internal.h"

namespace tarn::schema {
namespace internal {
namespace {

bool IsTimestamp(TypeKind kind) {
  return kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz;
}

Status CheckSource(const ColumnDeclaration& column) {
  const bool from_received_at = column.source == ColumnSource::kReceivedAt;
  const bool fits =
      from_received_at ? IsTimestamp(column.type.kind) : column.type.kind == TypeKind::kString;
  if (!fits) {
    return Fail(ErrorKind::kInvalid, "column '{}' has type {}; {}", column.name,
                ColumnTypeText(column),
                from_received_at ? "_received_at fills a timestamptz or a timestamp"
                                 : "_record_id fills a string");
  }
  if (column.default_is_received_at || column.default_value) {
    return Fail(ErrorKind::kInvalid,
                "column '{}' is filled for every record: it has no use for a default", column.name);
  }
  return {};
}

}  // namespace

Status SetSource(std::string member, ColumnDeclaration* column) {
  const std::string folded = FoldCase(member);
  if (folded == kRestColumn) {
    return Fail(ErrorKind::kInvalid, "'{}' is no source; name a JSON member, {} or {}", kRestColumn,
                kReceivedAtColumn, kRecordIdColumn);
  }
  if (folded == kReceivedAtColumn) column->source = ColumnSource::kReceivedAt;
  if (folded == kRecordIdColumn) column->source = ColumnSource::kRecordId;
  column->member = column->source == ColumnSource::kMember ? std::move(member) : "";
  return {};
}

Status CheckDeclaration(const ColumnDeclaration& column) {
  if (IsReservedColumn(column.name)) {
    return Fail(ErrorKind::kInvalid, "'{}' is a name that Tarn keeps for itself; choose another",
                column.name);
  }
  if (column.source != ColumnSource::kMember) return CheckSource(column);
  const bool has_default = column.default_is_received_at || column.default_value;
  if (has_default && column.type.is_nested()) {
    return Fail(ErrorKind::kInvalid, "column '{}' has type {}, which takes no default", column.name,
                ColumnTypeText(column));
  }
  if (column.default_is_received_at && !IsTimestamp(column.type.kind)) {
    return Fail(ErrorKind::kInvalid,
                "column '{}' has type {}; _received_at fits a timestamptz or a timestamp",
                column.name, ColumnTypeText(column));
  }
  return {};
}

Status CheckDeclarations(const std::vector<ColumnDeclaration>& columns) {
  if (columns.empty()) return Fail(ErrorKind::kInvalid, "no column is declared");
  return CheckColumns(FieldsOf(columns));
}

}  // namespace internal

std::vector<Field> FieldsOf(const std::vector<ColumnDeclaration>& columns) {
  std::vector<Field> fields;
  fields.reserve(columns.size());
  for (const ColumnDeclaration& column : columns) {
    fields.push_back(
        {.id = FieldId(0), .name = column.name, .required = false, .type = column.type, .doc = ""});
  }
  return fields;
}

}  // namespace tarn::schema
