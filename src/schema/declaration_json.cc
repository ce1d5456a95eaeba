// Column declarations as the catalog keeps them: [{"name":…,"type":…,"from":…,"default":…}], where
// `default` is a value's text and `default_from` names what fills it instead.
#include <algorithm>
#include <utility>

#include "schema/declaration.h"
#include "schema/declaration_internal.h"
#include "schema/hive_type_internal.h"

namespace tarn::schema {
namespace {

constexpr std::string_view kMembers[] = {"name", "type", "from", "default", "default_from"};

Json ColumnToJson(const ColumnDeclaration& column) {
  Json json = Json::MakeObject({{"name", column.name}, {"type", ColumnTypeText(column)}});
  if (column.source == ColumnSource::kReceivedAt) json.Set("from", kReceivedAtColumn);
  if (column.source == ColumnSource::kRecordId) json.Set("from", kRecordIdColumn);
  if (column.source == ColumnSource::kMember && column.member != column.name) {
    json.Set("from", column.member);
  }
  if (column.default_is_received_at) json.Set("default_from", kReceivedAtColumn);
  if (column.default_value) json.Set("default", ToText(column.type, *column.default_value));
  return json;
}

Status ReadDefaults(const Json& json, ColumnDeclaration* column) {
  if (json.Find("default_from") != nullptr) {
    const std::string source = TRY(json.GetString("default_from"));
    if (source != kReceivedAtColumn) {
      return Fail(ErrorKind::kInvalid, "default_from is '{}', expected '{}'", source,
                  kReceivedAtColumn);
    }
    column->default_is_received_at = true;
  }
  if (json.Find("default") != nullptr) {
    if (column->default_is_received_at) {
      return Fail(ErrorKind::kInvalid, "default and default_from exclude each other");
    }
    column->default_value = TRY(FromText(column->type, TRY(json.GetString("default"))));
  }
  return {};
}

Result<ColumnDeclaration> ColumnFromJson(const Json& json) {
  if (!json.is_object()) return Fail(ErrorKind::kInvalid, "expected an object");
  for (const auto& [name, value] : json.as_object()) {
    if (std::ranges::find(kMembers, name) == std::end(kMembers)) {
      return Fail(ErrorKind::kInvalid, "unknown member '{}'", name);
    }
  }
  ColumnDeclaration column;
  column.name = TRY(json.GetString("name"));
  column.member = column.name;
  TRY(internal::ParseColumnType(TRY(json.GetString("type")), &column));
  if (json.Find("from") != nullptr) {
    TRY(internal::SetSource(TRY(json.GetString("from")), &column));
  }
  TRY(ReadDefaults(json, &column));
  TRY(internal::CheckDeclaration(column));
  return column;
}

}  // namespace

Json ToJson(const std::vector<ColumnDeclaration>& columns) {
  Json json = Json::MakeArray();
  for (const ColumnDeclaration& column : columns) json.Push(ColumnToJson(column));
  return json;
}

Result<std::vector<ColumnDeclaration>> ColumnsFromJson(const Json& json) {
  if (!json.is_array()) return Fail(ErrorKind::kInvalid, "columns: expected an array");
  std::vector<ColumnDeclaration> columns;
  for (const Json& column : json.as_array()) {
    columns.push_back(TRY(While(ColumnFromJson(column), "column {}", columns.size() + 1)));
  }
  if (!columns.empty()) TRY(internal::CheckDeclarations(columns));
  return columns;
}

}  // namespace tarn::schema
