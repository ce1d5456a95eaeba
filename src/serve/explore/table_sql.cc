// The SQL of questions. What comes from a client is here either a name that its table's schema has,
// in quotes, or a value: bound where it is text, else a literal of digits that are made here.
#include <string>
#include <utility>

#include "base/format.h"
#include "base/time.h"
#include "query/cell_text.h"
#include "query/engine.h"
#include "serve/explore/table_question.h"

namespace tarn::serve {
namespace {

using query::ColumnFilter;
using query::ColumnPath;
using query::Comparison;
using query::QuoteIdentifier;
using schema::TypeKind;
using schema::Value;

std::string Quoted(const ColumnPath& path) {
  std::string sql = QuoteIdentifier(path.names.front());
  // In parentheses: "a"."b" could also be column b of a table a.
  for (size_t i = 1; i < path.names.size(); ++i) {
    sql = Format("({}).{}", sql, QuoteIdentifier(path.names[i]));
  }
  return sql;
}

std::string MomentLiteral(TypeKind kind, int64_t micros) {
  return kind == TypeKind::kTimestampTz
             ? Format("TIMESTAMPTZ '{}'", FormatTimestamp(micros, TimeStyle::kIsoUtc))
             : Format("TIMESTAMP '{}'", FormatTimestamp(micros, TimeStyle::kIsoPlain));
}

/// Collects the values of one statement while its text is written.
class Writer {
 public:
  std::string Bind(Value value) {
    statement_.parameters.push_back(std::move(value));
    return Format("${}", statement_.parameters.size());
  }

  /// in  value: of the type, not null
  std::string Literal(const schema::Type& type, const Value& value) {
    switch (type.kind) {
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampTz:
        return MomentLiteral(type.kind, std::get<int64_t>(value));
      case TypeKind::kDate:
        return Format("DATE '{}'", FormatDate(std::get<int32_t>(value)));
      case TypeKind::kTime:
        return Format("TIME '{}'", FormatTimeOfDay(std::get<int64_t>(value)));
      case TypeKind::kDecimal:
        return Format("CAST('{}' AS DECIMAL({}, {}))", schema::ToText(type, value), type.precision,
                      type.scale);
      case TypeKind::kUuid:
        return Format("CAST('{}' AS UUID)", schema::ToText(type, value));
      default:
        return Bind(value);
    }
  }

  std::string Condition(const ColumnFilter& filter) {
    const std::string column = Quoted(filter.column);
    const auto value = [&] { return Literal(filter.column.type, filter.values.front()); };
    switch (filter.comparison) {
      case Comparison::kEqual:
        return Format("{} = {}", column, value());
      case Comparison::kNotEqual:
        return Format("{} IS DISTINCT FROM {}", column, value());
      case Comparison::kLess:
        return Format("{} < {}", column, value());
      case Comparison::kLessOrEqual:
        return Format("{} <= {}", column, value());
      case Comparison::kGreater:
        return Format("{} > {}", column, value());
      case Comparison::kGreaterOrEqual:
        return Format("{} >= {}", column, value());
      case Comparison::kContains:
        return Format("contains({}, {})", column, value());
      case Comparison::kStartsWith:
        return Format("starts_with({}, {})", column, value());
      case Comparison::kIn:
        return OneOf(filter, column);
      case Comparison::kIsNull:
        return Format("{} IS NULL", column);
      case Comparison::kIsNotNull:
        return Format("{} IS NOT NULL", column);
    }
    return "false";
  }

  /// The table, and which of its rows. in  with_range: also the range of times
  std::string From(const RowChoice& choice, bool with_range = true) {
    std::string sql = Format(" FROM {}.{}", QuoteIdentifier(choice.table.database),
                             QuoteIdentifier(choice.table.table));
    if (choice.snapshot) sql += Format(" AT (VERSION => {})", choice.snapshot->number());
    std::vector<std::string> conditions;
    if (with_range && choice.from_us) conditions.push_back(Bound(choice, ">=", *choice.from_us));
    if (with_range && choice.to_us) conditions.push_back(Bound(choice, "<", *choice.to_us));
    for (const ColumnFilter& filter : choice.filters) conditions.push_back(Condition(filter));
    for (const std::string& condition : conditions) {
      sql += Format("{}{}", &condition == conditions.data() ? " WHERE " : " AND ", condition);
    }
    return sql;
  }

  Statement Take(std::string sql) {
    statement_.sql = std::move(sql);
    return std::move(statement_);
  }

 private:
  std::string OneOf(const ColumnFilter& filter, const std::string& column) {
    std::string list;
    for (const Value& value : filter.values) {
      list += Format("{}{}", list.empty() ? "" : ", ", Literal(filter.column.type, value));
    }
    return list.empty() ? "false" : Format("{} IN ({})", column, list);
  }

  /// A day is in the range where its first moment is.
  static std::string Bound(const RowChoice& choice, std::string_view sign, int64_t micros) {
    const TypeKind kind = choice.time->type.kind;
    const std::string literal =
        kind == TypeKind::kDate
            ? Format("DATE '{}'", FormatDate(-FloorDivide(-micros, kMicrosPerDay)))
            : MomentLiteral(kind, micros);
    return Format("{} {} {}", Quoted(*choice.time), sign, literal);
  }

  Statement statement_;
};

std::string MicrosOf(const ColumnPath& time) {
  return time.type.kind == TypeKind::kDate ? Format("epoch_us(CAST({} AS TIMESTAMP))", Quoted(time))
                                           : Format("epoch_us({})", Quoted(time));
}

std::string_view UnitName(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMinute:
      return "minute";
    case TimeUnit::kHour:
      return "hour";
    case TimeUnit::kDay:
      return "day";
    case TimeUnit::kMonth:
      return "month";
  }
  return "day";
}

std::string MeasureSql(const GroupsQuestion& question) {
  const auto of = [&](std::string_view function) {
    return Format("{}({})", function, Quoted(*question.measured));
  };
  switch (question.measure) {
    case Measure::kCount:
      return "count(*)";
    case Measure::kSum:
      return of("sum");
    case Measure::kAverage:
      return of("avg");
    case Measure::kLeast:
      return of("min");
    case Measure::kGreatest:
      return of("max");
  }
  return "count(*)";
}

/// in  time: the column, or what names it
std::string OrderByTime(const RowsQuestion& question, const std::string& time) {
  return Format(" ORDER BY {} {} NULLS LAST", time, question.newest_first ? "DESC" : "ASC");
}

std::string LimitOf(const RowsQuestion& question) {
  return Format(" LIMIT {} OFFSET {}", question.limit + 1, question.offset);
}

}  // namespace

Statement SqlOf(const RowsQuestion& question) {
  Writer writer;
  std::string sql = "SELECT ";
  for (const ColumnPath& column : question.columns) {
    if (&column != question.columns.data()) sql += ", ";
    sql += Format("{} AS {}", Quoted(column), QuoteIdentifier(column.ToString()));
  }
  sql += writer.From(question.choice);
  if (question.choice.time) {
    sql += OrderByTime(question, Quoted(*question.choice.time));
    for (const ColumnPath& column : question.tie_breakers) sql += ", " + Quoted(column);
  }
  sql += LimitOf(question);
  return writer.Take(std::move(sql));
}

Statement SqlOfPageTimes(const RowsQuestion& question) {
  Writer writer;
  return writer.Take(
      Format("SELECT min(t), max(t), count(*) = count(t) FROM (SELECT {} AS t{}{}{})",
             MicrosOf(*question.choice.time), writer.From(question.choice),
             OrderByTime(question, "t"), LimitOf(question)));
}

Statement SqlOfCount(const RowChoice& choice) {
  Writer writer;
  return writer.Take("SELECT count(*)" + writer.From(choice));
}

Statement SqlOfTimeRange(const RowChoice& choice) {
  Writer writer;
  const std::string time = MicrosOf(*choice.time);
  return writer.Take(Format("SELECT min({0}), max({0}){1}", time, writer.From(choice)));
}

Statement SqlOf(const HistogramQuestion& question) {
  Writer writer;
  const std::string bucket = Format("({} - {}) // {}", MicrosOf(*question.choice.time),
                                    question.first_us, question.width_us);
  RowChoice without_time = question.choice;
  without_time.filters.push_back({*question.choice.time, Comparison::kIsNull, {}});
  const std::string nulls =
      Format("SELECT NULL AS bucket, NULL AS value, false AS is_other, count(*) AS n{}",
             writer.From(without_time, /*with_range=*/false));
  if (!question.by) {
    return writer.Take(
        Format("SELECT {} AS bucket, NULL AS value, false AS is_other, count(*) AS "
               "n{} GROUP BY 1 UNION ALL {}",
               bucket, writer.From(question.choice), nulls));
  }
  return writer.Take(
      Format("WITH grouped AS MATERIALIZED (SELECT {} AS bucket, CAST({} AS VARCHAR) AS value, "
             "count(*) AS n{} GROUP BY 1, 2), top AS (SELECT value FROM grouped WHERE "
             "strlen(value) <= {} GROUP BY value ORDER BY sum(n) DESC, value LIMIT {}) SELECT "
             "grouped.bucket, "
             "top.value, grouped.value IS NOT NULL AND top.value IS NULL AS is_other, "
             "sum(grouped.n) AS n FROM grouped LEFT JOIN top ON grouped.value = top.value GROUP BY "
             "1, 2, 3 UNION ALL {}",
             bucket, Quoted(*question.by), writer.From(question.choice), query::kPageCellBytesMax,
             kHistogramValuesMax, nulls));
}

Statement SqlOf(const ValuesQuestion& question) {
  Writer writer;
  const std::string column = Quoted(question.column);
  if (question.column.type.is_nested()) {
    return writer.Take(
        Format("SELECT count(*), count(*) - count({}), NULL, NULL, NULL, NULL, NULL{}", column,
               writer.From(question.choice)));
  }
  std::string wanted = "value IS NOT NULL";
  const std::string from = writer.From(question.choice);
  if (!question.search.empty()) {
    wanted += Format(" AND contains(lower(CAST(value AS VARCHAR)), lower({}))",
                     writer.Bind(question.search));
  }
  return writer.Take(
      Format("WITH counted AS MATERIALIZED (SELECT {} AS value, count(*) AS n{} GROUP BY 1), "
             "totals AS (SELECT coalesce(sum(n), 0) AS rows, coalesce(sum(n) FILTER (value IS "
             "NULL), 0) AS nulls, count(value) AS different, min(value) AS least, max(value) AS "
             "greatest FROM counted), top AS (SELECT value, n FROM counted WHERE {} ORDER BY n "
             "DESC, value LIMIT {}) SELECT totals.rows, nulls, different, least, greatest, value, "
             "n FROM totals LEFT JOIN top ON true ORDER BY n DESC, value",
             column, from, wanted, question.limit));
}

Statement SqlOf(const GroupsQuestion& question) {
  Writer writer;
  std::string bucket = "NULL";
  if (question.bucket) {
    bucket =
        Format("date_trunc('{}', {})", UnitName(*question.bucket), Quoted(*question.choice.time));
    if (question.choice.time->type.kind == TypeKind::kDate) {
      bucket = Format("CAST({} AS TIMESTAMP)", bucket);
    }
  }
  std::string keys;
  std::string places = "1";
  for (size_t i = 0; i < question.by.size(); ++i) {
    keys += Format(", {} AS key{}", Quoted(question.by[i]), i);
    places += Format(", {}", i + 2);
  }
  std::string sql = Format("SELECT {} AS bucket{}, {} AS value{} GROUP BY {}", bucket, keys,
                           MeasureSql(question), writer.From(question.choice), places);
  sql += Format(" ORDER BY bucket DESC NULLS LAST, value DESC NULLS LAST, {} LIMIT {}", places,
                question.limit + 1);
  return writer.Take(std::move(sql));
}

}  // namespace tarn::serve
