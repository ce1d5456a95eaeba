#include "query/file_statistics_internal.h"

#include <cmath>
#include <duckdb/common/types/decimal.hpp>
#include <duckdb/storage/statistics/struct_stats.hpp>
#include <limits>
#include <optional>
#include <utility>

#include "base/invariant.h"
#include "base/time.h"

namespace tarn::query {
namespace {

using duckdb::BaseStatistics;
using schema::TypeKind;

/// The range that a column's values of one file lie in, both ends included; null where unknown.
struct Range {
  schema::Value lower;
  schema::Value upper;
  bool exact = false;     ///< one value, in every row
  bool all_null = false;  ///< no row has a value
};

const schema::ColumnMetrics* FindMetrics(const schema::DataFile& file, FieldId id) {
  for (const schema::ColumnMetrics& metrics : file.columns) {
    if (metrics.id == id) return &metrics;
  }
  return nullptr;
}

/// Unreadable bounds are no reason to fail a query: without them the file is read.
schema::Value DecodeBound(const schema::Type& type, const std::optional<std::string>& bytes) {
  if (!bytes) return {};
  Result<schema::Value> value = schema::FromIcebergBytes(type, *bytes);
  return value ? *std::move(value) : schema::Value();
}

bool IsNan(const schema::Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return std::isnan(*number);
  if (const auto* number = std::get_if<float>(&value)) return std::isnan(*number);
  return false;
}

/// Iceberg's bounds leave NaN out, but SQL compares it as the greatest number.
void WidenForNan(const schema::Type& type, const schema::ColumnMetrics& metrics, Range* range) {
  if (IsNan(range->lower)) range->lower = {};
  if (metrics.nan_count == 0) return;
  if (type.kind == TypeKind::kFloat) range->upper = std::numeric_limits<float>::quiet_NaN();
  if (type.kind == TypeKind::kDouble) range->upper = std::numeric_limits<double>::quiet_NaN();
}

Range RangeOfBounds(const schema::DataFile& file, const schema::Field& column) {
  Range range;
  const schema::ColumnMetrics* metrics = FindMetrics(file, column.id);
  if (metrics == nullptr) return range;
  range.lower = DecodeBound(column.type, metrics->lower);
  range.upper = DecodeBound(column.type, metrics->upper);
  range.all_null = metrics->null_count > 0 && metrics->null_count == metrics->value_count &&
                   metrics->value_count == file.record_count;
  WidenForNan(column.type, *metrics, &range);
  return range;
}

/// The first day of the `number`-th year or month since 1970.
int64_t FirstDay(schema::TransformKind kind, int64_t number) {
  if (kind == schema::TransformKind::kYear) return DaysFromCivil({.year = 1970 + number});
  const int64_t years = FloorDivide(number, 12);
  const auto month = static_cast<unsigned>(number - years * 12 + 1);
  return DaysFromCivil({.year = 1970 + years, .month = month});
}

/// Days or hours outside these cannot be microseconds in 64 bits.
constexpr int64_t kPartitionNumberMax = 100'000'000;

/// The values of a date or timestamp column that a partition by year, month, day or hour holds.
Range RangeOfTimePartition(schema::TransformKind kind, const schema::Type& type, int64_t number) {
  if (number > kPartitionNumberMax || number < -kPartitionNumberMax) return {};
  const bool is_date = type.kind == TypeKind::kDate;
  if (kind == schema::TransformKind::kHour) {
    if (is_date) return {};
    return {.lower = number * kMicrosPerHour, .upper = (number + 1) * kMicrosPerHour - 1};
  }
  int64_t first = number;
  int64_t next = number + 1;
  if (kind != schema::TransformKind::kDay) {
    constexpr int64_t kYearsMax = 200'000;
    if (number > kYearsMax || number < -kYearsMax) return {};
    first = FirstDay(kind, number);
    next = FirstDay(kind, number + 1);
  }
  if (is_date) {
    return {.lower = static_cast<int32_t>(first), .upper = static_cast<int32_t>(next - 1)};
  }
  return {.lower = first * kMicrosPerDay, .upper = next * kMicrosPerDay - 1};
}

std::optional<int64_t> WholeNumber(const schema::Value& value) {
  if (const auto* number = std::get_if<int32_t>(&value)) return *number;
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  return std::nullopt;
}

bool IsTime(const schema::Type& type) {
  return type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp ||
         type.kind == TypeKind::kTimestampTz;
}

/// What one partition field says of its source column; nothing for transforms that lose the order.
std::optional<Range> RangeOfPartition(const schema::PartitionField& field, const schema::Type& type,
                                      const schema::Value& value) {
  using schema::TransformKind;
  switch (field.transform.kind) {
    case TransformKind::kIdentity:
      if (schema::IsNull(value)) return Range{.all_null = true};
      return Range{.lower = value, .upper = value, .exact = true};
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kDay:
    case TransformKind::kHour: {
      if (schema::IsNull(value)) return Range{.all_null = true};
      const std::optional<int64_t> number = WholeNumber(value);
      if (!number || !IsTime(type)) return std::nullopt;
      return RangeOfTimePartition(field.transform.kind, type, *number);
    }
    case TransformKind::kBucket:
    case TransformKind::kTruncate:
    case TransformKind::kVoid:
      return std::nullopt;
  }
  return std::nullopt;
}

/// Bounds, and where those are missing or cut, what the partition says.
Range RangeOfColumn(const schema::DataFile& file, const schema::PartitionSpec* spec,
                    const schema::Field& column) {
  Range range = RangeOfBounds(file, column);
  if (spec == nullptr) return range;
  const size_t fields = std::min(spec->fields.size(), file.partition.size());
  for (size_t i = 0; i < fields; ++i) {
    if (spec->fields[i].source != column.id) continue;
    std::optional<Range> partition =
        RangeOfPartition(spec->fields[i], column.type, file.partition[i]);
    if (!partition) continue;
    if (partition->exact || partition->all_null) return *std::move(partition);
    if (schema::IsNull(range.lower)) range.lower = std::move(partition->lower);
    if (schema::IsNull(range.upper)) range.upper = std::move(partition->upper);
  }
  return range;
}

std::optional<duckdb::Value> ToDuckDecimal(const schema::Type& type, schema::Int128 unscaled) {
  const auto width = static_cast<uint8_t>(type.precision);
  const auto scale = static_cast<uint8_t>(type.scale);
  if (type.precision > duckdb::Decimal::MAX_WIDTH_INT64) {
    return duckdb::Value::DECIMAL(
        duckdb::hugeint_t(static_cast<int64_t>(unscaled >> 64), static_cast<uint64_t>(unscaled)),
        width, scale);
  }
  if (unscaled > std::numeric_limits<int64_t>::max() ||
      unscaled < std::numeric_limits<int64_t>::min()) {
    return std::nullopt;
  }
  const auto number = static_cast<int64_t>(unscaled);
  if (type.precision > duckdb::Decimal::MAX_WIDTH_INT32) {
    return duckdb::Value::DECIMAL(number, width, scale);
  }
  if (std::abs(number) >= 1'000'000'000) return std::nullopt;
  if (type.precision > duckdb::Decimal::MAX_WIDTH_INT16) {
    return duckdb::Value::DECIMAL(static_cast<int32_t>(number), width, scale);
  }
  if (std::abs(number) >= 10'000) return std::nullopt;
  return duckdb::Value::DECIMAL(static_cast<int16_t>(number), width, scale);
}

/// A number, date or time as a DuckDB value of the column's type. The value may be of a narrower
/// type than the column: the column was widened after the file was written.
std::optional<duckdb::Value> ToDuckNumber(const schema::Type& type, const schema::Value& value) {
  if (type.kind == TypeKind::kBoolean) {
    const auto* truth = std::get_if<bool>(&value);
    return truth ? std::optional(duckdb::Value::BOOLEAN(*truth)) : std::nullopt;
  }
  if (type.kind == TypeKind::kDecimal) {
    const auto* unscaled = std::get_if<schema::Int128>(&value);
    return unscaled ? ToDuckDecimal(type, *unscaled) : std::nullopt;
  }
  if (type.kind == TypeKind::kFloat || type.kind == TypeKind::kDouble) {
    const auto* narrow = std::get_if<float>(&value);
    if (type.kind == TypeKind::kFloat) {
      return narrow ? std::optional(duckdb::Value::FLOAT(*narrow)) : std::nullopt;
    }
    if (narrow) return duckdb::Value::DOUBLE(static_cast<double>(*narrow));
    const auto* wide = std::get_if<double>(&value);
    return wide ? std::optional(duckdb::Value::DOUBLE(*wide)) : std::nullopt;
  }
  const std::optional<int64_t> number = WholeNumber(value);
  if (!number) return std::nullopt;
  switch (type.kind) {
    case TypeKind::kInt:
      return duckdb::Value::INTEGER(static_cast<int32_t>(*number));
    case TypeKind::kLong:
      return duckdb::Value::BIGINT(*number);
    case TypeKind::kDate:
      return duckdb::Value::DATE(duckdb::date_t(static_cast<int32_t>(*number)));
    case TypeKind::kTime:
      return duckdb::Value::TIME(duckdb::dtime_t(*number));
    case TypeKind::kTimestamp:
      return duckdb::Value::TIMESTAMP(duckdb::timestamp_t(*number));
    case TypeKind::kTimestampTz:
      return duckdb::Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(*number));
    default:
      return std::nullopt;
  }
}

void SetNumericRange(const schema::Type& type, const Range& range, BaseStatistics* statistics) {
  const std::optional<duckdb::Value> lower = ToDuckNumber(type, range.lower);
  const std::optional<duckdb::Value> upper = ToDuckNumber(type, range.upper);
  if (lower) duckdb::NumericStats::SetMin(*statistics, *lower);
  if (upper) duckdb::NumericStats::SetMax(*statistics, *upper);
}

/// Bounds of strings are cut to a prefix (the upper one then counted up), so they count as cut
/// whatever their length.
void SetStringRange(const Range& range, BaseStatistics* statistics) {
  const auto kind =
      range.exact ? duckdb::StringStatsType::EXACT_STATS : duckdb::StringStatsType::TRUNCATED_STATS;
  const auto text = [](const std::string& bytes) {
    return duckdb::string_t(bytes.data(), static_cast<uint32_t>(bytes.size()));
  };
  if (const auto* lower = std::get_if<std::string>(&range.lower)) {
    duckdb::StringStats::SetMin(*statistics, text(*lower), kind);
  }
  if (const auto* upper = std::get_if<std::string>(&range.upper)) {
    duckdb::StringStats::SetMax(*statistics, text(*upper), kind);
  }
}

BaseStatistics StructStatistics(const schema::DataFile& file, const schema::PartitionSpec* spec,
                                const schema::Field& column) {
  BaseStatistics statistics = BaseStatistics::CreateUnknown(ToDuckType(column.type));
  for (size_t i = 0; i < column.type.fields.size(); ++i) {
    duckdb::StructStats::SetChildStats(statistics, i,
                                       FileStatistics(file, spec, column.type.fields[i]));
  }
  return statistics;
}

duckdb::LogicalType ToDuckStruct(const schema::Type& type) {
  duckdb::child_list_t<duckdb::LogicalType> members;
  for (const schema::Field& member : type.fields) {
    members.emplace_back(duckdb::Identifier(member.name), ToDuckType(member.type));
  }
  return duckdb::LogicalType::STRUCT(std::move(members));
}

}  // namespace

duckdb::LogicalType ToDuckType(const schema::Type& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return duckdb::LogicalType::BOOLEAN;
    case TypeKind::kInt:
      return duckdb::LogicalType::INTEGER;
    case TypeKind::kLong:
      return duckdb::LogicalType::BIGINT;
    case TypeKind::kFloat:
      return duckdb::LogicalType::FLOAT;
    case TypeKind::kDouble:
      return duckdb::LogicalType::DOUBLE;
    case TypeKind::kDecimal:
      return duckdb::LogicalType::DECIMAL(static_cast<uint8_t>(type.precision),
                                          static_cast<uint8_t>(type.scale));
    case TypeKind::kDate:
      return duckdb::LogicalType::DATE;
    case TypeKind::kTime:
      return duckdb::LogicalType::TIME;
    case TypeKind::kTimestamp:
      return duckdb::LogicalType::TIMESTAMP;
    case TypeKind::kTimestampTz:
      return duckdb::LogicalType::TIMESTAMP_TZ;
    case TypeKind::kString:
      return duckdb::LogicalType::VARCHAR;
    case TypeKind::kUuid:
      return duckdb::LogicalType::UUID;
    case TypeKind::kFixed:
    case TypeKind::kBinary:
      return duckdb::LogicalType::BLOB;
    case TypeKind::kStruct:
      return ToDuckStruct(type);
    case TypeKind::kList:
      return duckdb::LogicalType::LIST(ToDuckType(type.fields[0].type));
    case TypeKind::kMap:
      return duckdb::LogicalType::MAP(ToDuckType(type.fields[0].type),
                                      ToDuckType(type.fields[1].type));
  }
  INVARIANT(false, "every kind of type has a DuckDB type");
}

BaseStatistics FileStatistics(const schema::DataFile& file, const schema::PartitionSpec* spec,
                              const schema::Field& column) {
  if (column.type.kind == TypeKind::kStruct) return StructStatistics(file, spec, column);
  BaseStatistics statistics = BaseStatistics::CreateUnknown(ToDuckType(column.type));
  // Uuids are ordered otherwise inside DuckDB, and nobody asks for a range of them.
  if (column.type.is_nested() || column.type.kind == TypeKind::kUuid) return statistics;
  const Range range = RangeOfColumn(file, spec, column);
  if (range.all_null) {
    statistics.Set(duckdb::StatsInfo::CANNOT_HAVE_VALID_VALUES);
    return statistics;
  }
  // That a column has no nulls is said only where the partition proves it: foreign manifests may
  // leave the count out, and then it reads as zero.
  if (range.exact) statistics.Set(duckdb::StatsInfo::CANNOT_HAVE_NULL_VALUES);
  if (statistics.GetStatsType() == duckdb::StatisticsType::STRING_STATS) {
    SetStringRange(range, &statistics);
  } else {
    SetNumericRange(column.type, range, &statistics);
  }
  return statistics;
}

}  // namespace tarn::query
