// What may be asked of one table, as values that are checked against its columns, and the SQL of
// it: names of columns are those of the schema, quoted by the one quoting function, and values are
// bound, or literals that are made of numbers here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "query/row_filter.h"
#include "schema/ids.h"
#include "schema/type.h"
#include "schema/value.h"
#include "serve/explore/parameters.h"

namespace tarn::serve {

inline constexpr size_t kFiltersMax = 50;
inline constexpr size_t kFilterBytesMax = size_t{16} << 10;  ///< of one, as JSON
inline constexpr size_t kFilterValuesMax = 1000;
inline constexpr int64_t kRowsMax = 10'000;
inline constexpr int64_t kDownloadRowsMax = 100'000;
inline constexpr int64_t kOffsetMax = 1'000'000;
inline constexpr int64_t kTiedRowsMax = 100'000;  ///< that are put into one order for a page
inline constexpr int64_t kBucketsMax = 500;
inline constexpr int64_t kValuesMax = 1000;
inline constexpr int64_t kGroupsMax = 1000;

/// Which rows of which table: what all questions have in common.
struct RowChoice {
  schema::TableName table;
  std::optional<SnapshotId> snapshot;     ///< none: the newest, with the rows that are not in files
  std::optional<query::ColumnPath> time;  ///< none where the table has no column of times
  std::optional<int64_t> from_us;         ///< of `time`, included
  std::optional<int64_t> to_us;           ///< excluded
  std::vector<query::ColumnFilter> filters;
};

/// SQL and the values of its $1, $2, …
struct Statement {
  std::string sql;
  std::vector<schema::Value> parameters;
};

/// The names of the columns that can order a table by time, the best first.
std::vector<std::string> TimeColumns(const schema::TableSchema& columns);

/// A column by its name, or a member of a struct column by a path (`user.plan`).
/// errors  kInvalid: there is none; says which
Result<query::ColumnPath> FindColumn(std::string_view text, const schema::TableSchema& columns);

/// Several of them: `a,b`, or a JSON array of names where one has a comma.
Result<std::vector<query::ColumnPath>> FindColumns(std::string_view text,
                                                   const schema::TableSchema& columns);

/// `["column", "op", value?]` as JSON.
/// errors  kInvalid: says what is wrong with it
Result<query::ColumnFilter> ParseFilter(std::string_view text, const schema::TableSchema& columns);

/// All filters of a request. errors  kInvalid: as ParseFilter, and over kFiltersMax
Result<std::vector<query::ColumnFilter>> ParseFilters(const Parameters& parameters,
                                                      const schema::TableSchema& columns);

/// The parameters time, from, to and f. `snapshot` is read before: the columns are its.
Result<RowChoice> ParseChoice(const Parameters& parameters, const schema::TableName& table,
                              std::optional<SnapshotId> snapshot,
                              const schema::TableSchema& columns);

struct RowsQuestion {
  RowChoice choice;
  std::vector<query::ColumnPath> columns;
  std::vector<query::ColumnPath> tie_breakers;  ///< order rows of one time, so that pages fit
  bool newest_first = true;
  int64_t limit = 200;
  int64_t offset = 0;
};
/// Rows with these columns, one more than the limit where there are more.
Statement SqlOf(const RowsQuestion& question);
/// One row: the least and the greatest time of those rows, µs since 1970, and whether all have one.
/// It reads the times alone. in  question: its choice has a time
Statement SqlOfPageTimes(const RowsQuestion& question);
/// One row: how many there are.
Statement SqlOfCount(const RowChoice& choice);

struct HistogramQuestion {
  RowChoice choice;  ///< has time, from and to
  int64_t first_us = 0;
  int64_t width_us = 0;
  std::optional<query::ColumnPath> by;
};
inline constexpr int kHistogramValuesMax = 5;
/// Rows (bucket, value, is_other, count): bucket 0 begins at first_us; null: rows without a time.
/// Without `by`, value is null and is_other false. A value over query::kPageCellBytesMax, which a
/// page would cut, is one of the others.
Statement SqlOf(const HistogramQuestion& question);
/// One row: the least and the greatest time, µs since 1970; nulls where no row has one.
Statement SqlOfTimeRange(const RowChoice& choice);

struct ValuesQuestion {
  RowChoice choice;
  query::ColumnPath column;
  std::string search;  ///< in the value's text, without regard to case; empty: all
  int64_t limit = 10;
};
/// Rows (rows, nulls, distinct, min, max, value, count), the first five the same in each; one with
/// a null value and count where there is no value. Of a nested column only rows and nulls are told.
Statement SqlOf(const ValuesQuestion& question);

enum class TimeUnit : uint8_t { kMinute, kHour, kDay, kMonth };
enum class Measure : uint8_t { kCount, kSum, kAverage, kLeast, kGreatest };
struct GroupsQuestion {
  RowChoice choice;
  std::vector<query::ColumnPath> by;  ///< one or two
  Measure measure = Measure::kCount;
  std::optional<query::ColumnPath> measured;  ///< absent for kCount
  std::optional<TimeUnit> bucket;             ///< of the choice's time
  int64_t limit = 50;
};
/// Rows (bucket, keys…, value), one more than the limit where there are more: the newest buckets
/// first, of each the largest values first.
Statement SqlOf(const GroupsQuestion& question);
/// `count`, `sum:X`, … into the question. errors  kInvalid
Status ParseMeasure(std::string_view text, const schema::TableSchema& columns,
                    GroupsQuestion* question);
Result<TimeUnit> ParseTimeUnit(std::string_view text);

}  // namespace tarn::serve
