#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/time.h"
#include "base/whole_number.h"
#include "codec/text.h"
#include "collect/header_text.h"
#include "query/engine.h"
#include "serve/rest/event_query.h"

namespace tarn::serve {
namespace {

using Problems = std::vector<ParameterProblem>;
using Parameters = std::vector<std::pair<std::string, std::string>>;

constexpr int64_t kLimitMax = 1000;
constexpr size_t kTextBytesMax = 1024;
constexpr const char* kDefaultTable = "ingest";

const std::string* Find(const Parameters& parameters, std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [parameter, value] : parameters) {
    if (parameter == name) found = &value;
  }
  return found;
}

const std::string* Required(const Parameters& parameters, std::string_view name,
                            Problems* problems) {
  const std::string* value = Find(parameters, name);
  if (value == nullptr) problems->push_back({std::string(name), "Field required", "missing"});
  return value;
}

/// Values reach SQL and error messages as text: what is no text is refused by its parameter.
void CheckTexts(const Parameters& parameters, Problems* problems) {
  for (const auto& [name, value] : parameters) {
    if (codec::IsUtf8(value)) continue;
    problems->push_back({codec::IsUtf8(name) ? name : "",
                         "Input should be a valid string, unable to parse raw data as a unicode "
                         "string",
                         "string_unicode"});
  }
}

/// `2026-11-21` → days since 1970.
std::optional<int64_t> ParseDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = ParseWhole<unsigned>(text.substr(0, 4));
  const auto month = ParseWhole<unsigned>(text.substr(5, 2));
  const auto day = ParseWhole<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const CivilDate date{*year, *month, *day};
  if (*year == 0 || !IsValidCivil(date)) return std::nullopt;
  return DaysFromCivil(date);
}

int64_t ReadDay(const Parameters& parameters, std::string_view name, Problems* problems) {
  const std::string* text = Required(parameters, name, problems);
  if (text == nullptr) return 0;
  const auto day = ParseDay(*text);
  if (!day) {
    problems->push_back({std::string(name), "Input should be a valid date in the format YYYY-MM-DD",
                         "date_from_datetime_parsing"});
  }
  return day.value_or(0);
}

std::optional<int64_t> ReadInteger(const Parameters& parameters, std::string_view name,
                                   Problems* problems) {
  const std::string* text = Find(parameters, name);
  if (text == nullptr) return std::nullopt;
  const auto number = ParseWhole<int64_t>(*text);
  if (!number) {
    problems->push_back({std::string(name),
                         "Input should be a valid integer, unable to parse string as an integer",
                         "int_parsing"});
  }
  return number;
}

int64_t ReadLimit(const Parameters& parameters, int64_t otherwise, Problems* problems) {
  const int64_t limit = ReadInteger(parameters, "limit", problems).value_or(otherwise);
  if (limit < 1) {
    problems->push_back(
        {"limit", "Input should be greater than or equal to 1", "greater_than_equal"});
  } else if (limit > kLimitMax) {
    problems->push_back({"limit", Format("Input should be less than or equal to {}", kLimitMax),
                         "less_than_equal"});
  }
  return limit;
}

bool IsTablePart(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

schema::TableName ReadTable(const Parameters& parameters, Problems* problems) {
  const std::string* given = Find(parameters, "table");
  const std::string text = collect::LowerAsciiText(given == nullptr ? kDefaultTable : *given);
  schema::TableName table{schema::kDefaultDatabase, text};
  if (const size_t dot = text.find('.'); dot != std::string::npos) {
    table = {text.substr(0, dot), text.substr(dot + 1)};
  }
  if (!IsTablePart(table.database) || !IsTablePart(table.table)) {
    problems->push_back({"table", "Input should be the name of a table: 1 to 64 of a-z, 0-9 and _",
                         "string_pattern_mismatch"});
  }
  return table;
}

/// The column of a table that the query needs, of a kind that it can compare.
const schema::Field* NeededColumn(const schema::TableSchema& columns, std::string_view name,
                                  std::initializer_list<schema::TypeKind> kinds,
                                  const schema::TableName& table, Problems* problems) {
  const schema::Field* column = columns.Find(name);
  if (column == nullptr) {
    problems->push_back(
        {"table", Format("Table {} has no column '{}'", table.ToString(), name), "value_error"});
    return nullptr;
  }
  if (std::ranges::find(kinds, column->type.kind) == kinds.end()) {
    problems->push_back({"table",
                         Format("Column '{}' of table {} has a type that /query cannot compare",
                                name, table.ToString()),
                         "value_error"});
    return nullptr;
  }
  return column;
}

/// The start of a day as a literal of the column's type: our own digits.
std::string DayLiteral(schema::TypeKind kind, int64_t day) {
  switch (kind) {
    case schema::TypeKind::kDate:
      return Format("DATE '{}'", FormatDate(day));
    case schema::TypeKind::kTimestampTz:
      return Format("TIMESTAMPTZ '{} 00:00:00+00'", FormatDate(day));
    default:
      return Format("TIMESTAMP '{} 00:00:00'", FormatDate(day));
  }
}

}  // namespace

std::optional<EventFilter> ReadEventFilter(std::string_view query, Problems* problems) {
  const auto parameters = ParseQuery(query);
  if (!parameters) {
    problems->push_back({"", parameters.error().message(), "value_error"});
    return std::nullopt;
  }
  CheckTexts(*parameters, problems);
  if (!problems->empty()) return std::nullopt;
  EventFilter filter;
  filter.start_day = ReadDay(*parameters, "start_date", problems);
  filter.end_day = ReadDay(*parameters, "end_date", problems);
  if (const std::string* type = Required(*parameters, "event_type", problems)) {
    filter.event_type = *type;
    if (type->size() > kTextBytesMax) {
      problems->push_back({"event_type",
                           Format("String should have at most {} characters", kTextBytesMax),
                           "string_too_long"});
    }
  }
  filter.user_id = ReadInteger(*parameters, "user_id", problems);
  filter.limit = ReadLimit(*parameters, filter.limit, problems);
  filter.table = ReadTable(*parameters, problems);
  if (!problems->empty()) return std::nullopt;
  return filter;
}

std::optional<EventSql> SqlOf(const EventFilter& filter, const schema::TableSchema& columns,
                              Problems* problems) {
  using Kind = schema::TypeKind;
  const auto* time =
      NeededColumn(columns, "event_timestamp", {Kind::kTimestampTz, Kind::kTimestamp, Kind::kDate},
                   filter.table, problems);
  const auto* type = NeededColumn(columns, "event_type", {Kind::kString}, filter.table, problems);
  const auto* user =
      filter.user_id ? NeededColumn(columns, "user_id", {Kind::kLong, Kind::kInt, Kind::kString},
                                    filter.table, problems)
                     : nullptr;
  if (time == nullptr || type == nullptr || (filter.user_id && user == nullptr)) {
    return std::nullopt;
  }
  EventSql sql;
  sql.parameters.emplace_back(filter.event_type);
  sql.sql = Format(
      "SELECT * FROM {}.{} WHERE event_timestamp >= {} AND event_timestamp < {} "
      "AND event_type = $1",
      query::QuoteIdentifier(filter.table.database), query::QuoteIdentifier(filter.table.table),
      DayLiteral(time->type.kind, filter.start_day),
      DayLiteral(time->type.kind, filter.end_day + 1));
  if (user != nullptr) {
    sql.sql += " AND user_id = $2";
    if (user->type.kind == Kind::kString) {
      sql.parameters.emplace_back(Format("{}", *filter.user_id));
    } else {
      sql.parameters.emplace_back(*filter.user_id);
    }
  }
  for (const std::string_view order :
       {std::string_view("_server_timestamp_utc"), schema::kReceivedAtColumn,
        std::string_view("event_timestamp")}) {
    if (columns.Find(order) == nullptr) continue;
    sql.sql += Format(" ORDER BY {} DESC NULLS LAST", query::QuoteIdentifier(order));
    break;
  }
  sql.sql += Format(" LIMIT {}", filter.limit);
  return sql;
}

}  // namespace tarn::serve
