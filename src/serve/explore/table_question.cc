#include "serve/explore/table_question.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.h"
#include "base/time.h"
#include "base/whole_number.h"

namespace tarn::serve {
namespace {

using query::ColumnFilter;
using query::ColumnPath;
using query::Comparison;
using schema::TypeKind;
using schema::Value;

constexpr size_t kShownBytes = 128;  ///< of a client's text in a message
constexpr size_t kColumnsMax = 1000;

struct ComparisonName {
  std::string_view name;
  Comparison comparison;
};
constexpr std::array kComparisons = std::to_array<ComparisonName>({
    {"eq", Comparison::kEqual},
    {"ne", Comparison::kNotEqual},
    {"lt", Comparison::kLess},
    {"le", Comparison::kLessOrEqual},
    {"gt", Comparison::kGreater},
    {"ge", Comparison::kGreaterOrEqual},
    {"contains", Comparison::kContains},
    {"starts", Comparison::kStartsWith},
    {"in", Comparison::kIn},
    {"null", Comparison::kIsNull},
    {"notnull", Comparison::kIsNotNull},
});

std::string_view Shown(std::string_view text) { return text.substr(0, kShownBytes); }

Result<Comparison> ParseComparison(std::string_view name) {
  std::string known;
  for (const ComparisonName& one : kComparisons) {
    if (one.name == name) return one.comparison;
    known += Format("{}{}", known.empty() ? "" : ", ", one.name);
  }
  return Fail(ErrorKind::kInvalid, "'{}' is no comparison: known are {}", Shown(name), known);
}

/// Step by step down a path whose names may have dots themselves.
const schema::Field* Descend(std::string_view text, const std::vector<schema::Field>& fields,
                             std::vector<std::string>* names) {
  for (const schema::Field& field : fields) {
    if (!text.starts_with(field.name)) continue;
    const std::string_view rest = text.substr(field.name.size());
    names->push_back(field.name);
    if (rest.empty()) return &field;
    if (rest.starts_with('.') && field.type.kind == TypeKind::kStruct) {
      const schema::Field* found = Descend(rest.substr(1), field.type.fields, names);
      if (found != nullptr) return found;
    }
    names->pop_back();
  }
  return nullptr;
}

std::optional<int64_t> WholeNumber(const Json& json) {
  if (json.is_int()) return json.as_int();
  if (!json.is_string()) return std::nullopt;  // ids beyond 2^53 come as text
  return ParseWhole<int64_t>(json.as_string());
}

/// The text of a value that FromText reads; none where it has another kind.
std::optional<std::string> TextOf(const Json& json) {
  if (json.is_string()) return json.as_string();
  if (json.is_number()) return json.Dump();
  return std::nullopt;
}

std::string_view ExpectedOf(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBoolean:
      return "true or false";
    case TypeKind::kInt:
    case TypeKind::kLong:
      return "a whole number";
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return "a number";
    case TypeKind::kDecimal:
      return "a number, or one as text";
    case TypeKind::kString:
      return "text";
    default:
      return "text, as the API writes values of this type";
  }
}

/// False for dates and moments at the ends of their numbers, which are infinity in DuckDB's SQL or
/// nothing at all.
bool SqlCanSay(TypeKind kind, const Value& value) {
  constexpr int64_t kLeastSqlMoment = -9'223'372'022'400'000'000;  // -290308-12-22
  if (kind == TypeKind::kDate) {
    const int32_t days = std::get<int32_t>(value);
    return days > -INT32_MAX && days < INT32_MAX;
  }
  if (kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz) {
    const int64_t micros = std::get<int64_t>(value);
    return micros >= kLeastSqlMoment && micros < INT64_MAX;
  }
  return true;
}

/// A JSON value as one of the column's type; none where it does not fit.
std::optional<Value> ValueOf(const Json& json, const schema::Type& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return json.is_bool() ? std::optional<Value>(json.as_bool()) : std::nullopt;
    case TypeKind::kInt: {
      const auto number = WholeNumber(json);
      if (!number || std::cmp_greater(*number, INT32_MAX) || *number < INT32_MIN) {
        return std::nullopt;
      }
      return static_cast<int32_t>(*number);
    }
    case TypeKind::kLong: {
      const auto number = WholeNumber(json);
      return number ? std::optional<Value>(*number) : std::nullopt;
    }
    case TypeKind::kFloat:
      return json.is_number() ? std::optional<Value>(static_cast<float>(json.as_double()))
                              : std::nullopt;
    case TypeKind::kDouble:
      return json.is_number() ? std::optional<Value>(json.as_double()) : std::nullopt;
    case TypeKind::kString:
      return json.is_string() ? std::optional<Value>(json.as_string()) : std::nullopt;
    case TypeKind::kDecimal:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kUuid: {
      const auto text = TextOf(json);
      if (!text) return std::nullopt;
      auto value = schema::FromText(type, *text);
      if (!value || !SqlCanSay(type.kind, *value)) return std::nullopt;
      return *std::move(value);
    }
    default:
      return std::nullopt;
  }
}

Result<Value> FilterValue(const Json& json, const ColumnPath& column) {
  auto value = ValueOf(json, column.type);
  if (value) return *std::move(value);
  return Fail(ErrorKind::kInvalid, "a filter of '{}' compares with {}, not with {}",
              column.ToString(), ExpectedOf(column.type.kind), Shown(json.Dump()));
}

Status CheckComparable(const ColumnFilter& filter) {
  const TypeKind kind = filter.column.type.kind;
  const bool of_text =
      filter.comparison == Comparison::kContains || filter.comparison == Comparison::kStartsWith;
  if (of_text && kind != TypeKind::kString) {
    return Fail(ErrorKind::kInvalid, "contains and starts are for text; '{}' has another type",
                filter.column.ToString());
  }
  if (filter.column.type.is_nested() || kind == TypeKind::kBinary || kind == TypeKind::kFixed) {
    return Fail(ErrorKind::kInvalid,
                "'{}' has a type that is not compared: null and notnull are possible",
                filter.column.ToString());
  }
  return {};
}

}  // namespace

std::vector<std::string> TimeColumns(const schema::TableSchema& columns) {
  std::vector<std::string> names;
  for (const schema::Field& field : columns.fields) {
    const TypeKind kind = field.type.kind;
    if (kind != TypeKind::kTimestampTz && kind != TypeKind::kTimestamp && kind != TypeKind::kDate) {
      continue;
    }
    names.insert(field.name == schema::kReceivedAtColumn ? names.begin() : names.end(), field.name);
  }
  return names;
}

Result<ColumnPath> FindColumn(std::string_view text, const schema::TableSchema& columns) {
  ColumnPath path;
  const schema::Field* field = Descend(text, columns.fields, &path.names);
  if (field == nullptr) {
    return Fail(ErrorKind::kInvalid, "the table has no column '{}'", Shown(text));
  }
  path.type = field->type;
  return path;
}

Result<std::vector<ColumnPath>> FindColumns(std::string_view text,
                                            const schema::TableSchema& columns) {
  std::vector<std::string> names;
  if (text.starts_with('[')) {
    const Json json = TRY(While(Json::Parse(text), "a list of columns"));
    for (const Json& name : json.as_array()) {
      if (!name.is_string()) return Fail(ErrorKind::kInvalid, "a list of columns has names only");
      names.push_back(name.as_string());
    }
  } else {
    for (size_t start = 0; start <= text.size();) {
      const size_t end = std::min(text.find(',', start), text.size());
      names.emplace_back(text.substr(start, end - start));
      start = end + 1;
    }
  }
  if (names.size() > kColumnsMax) {
    return Fail(ErrorKind::kInvalid, "{} columns are asked for: at most {} are given", names.size(),
                kColumnsMax);
  }
  std::vector<ColumnPath> found;
  for (const std::string& name : names) found.push_back(TRY(FindColumn(name, columns)));
  return found;
}

Result<ColumnFilter> ParseFilter(std::string_view text, const schema::TableSchema& columns) {
  if (text.size() > kFilterBytesMax) {
    return Fail(ErrorKind::kInvalid, "a filter has {} bytes: at most {} are taken", text.size(),
                kFilterBytesMax);
  }
  const Json json = TRY(While(Json::Parse(text), "f={}", Shown(text)));
  const bool is_filter = json.is_array() && json.as_array().size() >= 2 &&
                         json.as_array().size() <= 3 && json.as_array()[0].is_string() &&
                         json.as_array()[1].is_string();
  if (!is_filter) {
    return Fail(ErrorKind::kInvalid, R"(f={}: expected is ["column", "op", value])", Shown(text));
  }
  const Json::Array& parts = json.as_array();
  ColumnFilter filter;
  filter.column = TRY(FindColumn(parts[0].as_string(), columns));
  filter.comparison = TRY(ParseComparison(parts[1].as_string()));
  const bool takes_value =
      filter.comparison != Comparison::kIsNull && filter.comparison != Comparison::kIsNotNull;
  if (takes_value != (parts.size() == 3)) {
    return Fail(ErrorKind::kInvalid, "f={}: {} takes {} value", Shown(text), parts[1].as_string(),
                takes_value ? "one" : "no");
  }
  if (!takes_value) return filter;
  TRY(CheckComparable(filter));
  if (filter.comparison != Comparison::kIn) {
    filter.values = {TRY(FilterValue(parts[2], filter.column))};
    return filter;
  }
  if (!parts[2].is_array() || parts[2].as_array().size() > kFilterValuesMax) {
    return Fail(ErrorKind::kInvalid, "f={}: in takes an array of at most {} values", Shown(text),
                kFilterValuesMax);
  }
  for (const Json& one : parts[2].as_array()) {
    filter.values.push_back(TRY(FilterValue(one, filter.column)));
  }
  return filter;
}

Result<std::vector<ColumnFilter>> ParseFilters(const Parameters& parameters,
                                               const schema::TableSchema& columns) {
  const std::vector<std::string> texts = parameters.filters();
  if (texts.size() > kFiltersMax) {
    return Fail(ErrorKind::kInvalid, "{} filters are given: at most {} are taken", texts.size(),
                kFiltersMax);
  }
  std::vector<ColumnFilter> filters;
  for (const std::string& text : texts) filters.push_back(TRY(ParseFilter(text, columns)));
  return filters;
}

Result<RowChoice> ParseChoice(const Parameters& parameters, const schema::TableName& table,
                              std::optional<SnapshotId> snapshot,
                              const schema::TableSchema& columns) {
  RowChoice choice{.table = table, .snapshot = snapshot};
  const std::vector<std::string> times = TimeColumns(columns);
  const std::string* wanted = parameters.Find("time");
  if (wanted != nullptr && !std::ranges::contains(times, *wanted)) {
    return Fail(ErrorKind::kInvalid, "time={}: the table has no column of times of this name",
                Shown(*wanted));
  }
  if (!times.empty()) {
    choice.time = TRY(FindColumn(wanted != nullptr ? *wanted : times.front(), columns));
  }
  choice.from_us = TRY(parameters.Moment("from"));
  choice.to_us = TRY(parameters.Moment("to"));
  if (!choice.time && (choice.from_us || choice.to_us)) {
    return Fail(ErrorKind::kInvalid, "from and to need a column of times: the table has none");
  }
  if (choice.from_us && choice.to_us && *choice.from_us >= *choice.to_us) {
    return Fail(ErrorKind::kInvalid, "from must lie before to");
  }
  choice.filters = TRY(ParseFilters(parameters, columns));
  return choice;
}

Status ParseMeasure(std::string_view text, const schema::TableSchema& columns,
                    GroupsQuestion* question) {
  if (text == "count") return {};
  const size_t colon = std::min(text.find(':'), text.size());
  const std::string_view name = text.substr(0, colon);
  std::optional<Measure> measure;
  if (name == "sum") measure = Measure::kSum;
  if (name == "avg") measure = Measure::kAverage;
  if (name == "min") measure = Measure::kLeast;
  if (name == "max") measure = Measure::kGreatest;
  if (!measure || colon == text.size()) {
    return Fail(ErrorKind::kInvalid,
                "measure={}: count, sum:COLUMN, avg:COLUMN, min:COLUMN and max:COLUMN are possible",
                Shown(text));
  }
  question->measure = *measure;
  question->measured = TRY(FindColumn(text.substr(colon + 1), columns));
  const TypeKind kind = question->measured->type.kind;
  if (kind < TypeKind::kInt || kind > TypeKind::kDecimal) {
    return Fail(ErrorKind::kInvalid, "measure={}: '{}' is no column of numbers", Shown(text),
                question->measured->ToString());
  }
  return {};
}

Result<TimeUnit> ParseTimeUnit(std::string_view text) {
  if (text == "minute") return TimeUnit::kMinute;
  if (text == "hour") return TimeUnit::kHour;
  if (text == "day") return TimeUnit::kDay;
  if (text == "month") return TimeUnit::kMonth;
  return Fail(ErrorKind::kInvalid, "bucket={}: minute, hour, day and month are possible",
              Shown(text));
}

}  // namespace tarn::serve
