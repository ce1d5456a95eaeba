#include <limits>

#include "base/bytes.h"
#include "base/invariant.h"
#include "base/time.h"
#include "base/whole_number.h"
#include "codec/checksum.h"
#include "schema/code_points_internal.h"
#include "schema/declaration.h"
#include "schema/partition.h"

namespace tarn::schema {
namespace {

constexpr std::string_view Name(TransformKind kind) {
  switch (kind) {
    case TransformKind::kIdentity:
      return "identity";
    case TransformKind::kYear:
      return "year";
    case TransformKind::kMonth:
      return "month";
    case TransformKind::kDay:
      return "day";
    case TransformKind::kHour:
      return "hour";
    case TransformKind::kBucket:
      return "bucket";
    case TransformKind::kTruncate:
      return "truncate";
    case TransformKind::kVoid:
      return "void";
  }
  return "unknown";
}

bool HasParameter(TransformKind kind) {
  return kind == TransformKind::kBucket || kind == TransformKind::kTruncate;
}

constexpr TransformKind kAllTransforms[] = {TransformKind::kIdentity, TransformKind::kYear,
                                            TransformKind::kMonth,    TransformKind::kDay,
                                            TransformKind::kHour,     TransformKind::kBucket,
                                            TransformKind::kTruncate, TransformKind::kVoid};

bool IsTimestamp(TypeKind kind) {
  return kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz;
}

bool Takes(TransformKind transform, TypeKind kind) {
  switch (transform) {
    case TransformKind::kVoid:
      return true;
    case TransformKind::kIdentity:
      return kind < TypeKind::kStruct;
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kDay:
      return kind == TypeKind::kDate || IsTimestamp(kind);
    case TransformKind::kHour:
      return IsTimestamp(kind);
    case TransformKind::kBucket:
      return kind < TypeKind::kStruct && kind != TypeKind::kBoolean && kind != TypeKind::kFloat &&
             kind != TypeKind::kDouble;
    case TransformKind::kTruncate:
      return kind == TypeKind::kInt || kind == TypeKind::kLong || kind == TypeKind::kDecimal ||
             kind == TypeKind::kString || kind == TypeKind::kBinary;
  }
  return false;
}

std::string_view TypesTaken(TransformKind transform) {
  switch (transform) {
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kDay:
      return "date, timestamp and timestamptz";
    case TransformKind::kHour:
      return "timestamp and timestamptz";
    case TransformKind::kBucket:
      return "int, bigint, decimal, date, time, timestamp, timestamptz, string, uuid and binary";
    case TransformKind::kTruncate:
      return "int, bigint, decimal, string and binary";
    case TransformKind::kIdentity:
    case TransformKind::kVoid:
      break;
  }
  return "every type but struct, array and map";
}

/// Days since 1970 of a date or timestamp.
int64_t DaysOf(TypeKind kind, const Value& value) {
  if (kind == TypeKind::kDate) return std::get<int32_t>(value);
  return FloorDivide(std::get<int64_t>(value), kMicrosPerDay);
}

int64_t YearsOf(int64_t days) { return CivilFromDays(days).year - 1970; }

int64_t MonthsOf(int64_t days) {
  const CivilDate date = CivilFromDays(days);
  return (date.year - 1970) * 12 + static_cast<int64_t>(date.month) - 1;
}

// Microseconds of 64 bits are 2.6 billion hours, more than an int holds: years beyond 246,000 stay
// at the last hour that fits.
int32_t ToInt(int64_t number) {
  using Limits = std::numeric_limits<int32_t>;
  if (number < Limits::min()) return Limits::min();
  if (number > Limits::max()) return Limits::max();
  return static_cast<int32_t>(number);
}

uint32_t HashOfLong(int64_t number) {
  std::string bytes;
  AppendLe(&bytes, number);
  return codec::Murmur3(bytes);
}

/// source  Iceberg spec, Appendix B "32-bit Hash Requirements"
uint32_t HashOf(const Type& type, const Value& value) {
  switch (type.kind) {
    case TypeKind::kInt:
    case TypeKind::kDate:
      return HashOfLong(std::get<int32_t>(value));
    case TypeKind::kLong:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return HashOfLong(std::get<int64_t>(value));
    case TypeKind::kDecimal:
      return codec::Murmur3(ToIcebergBytes(type, value));
    default:
      return codec::Murmur3(std::get<std::string>(value));
  }
}

/// The multiple of width at or below a number.
Int128 FloorToMultiple(Int128 number, int width) {
  const Int128 remainder = number % width;
  return number - (remainder < 0 ? remainder + width : remainder);
}

/// Near the smallest int or long the multiple below does not fit; it wraps, as Iceberg's own
/// implementation does.
Value Truncated(int width, const Type& type, const Value& value) {
  switch (type.kind) {
    case TypeKind::kInt:
      return static_cast<int32_t>(FloorToMultiple(std::get<int32_t>(value), width));
    case TypeKind::kLong:
      return static_cast<int64_t>(FloorToMultiple(std::get<int64_t>(value), width));
    case TypeKind::kDecimal:
      return FloorToMultiple(std::get<Int128>(value), width);
    case TypeKind::kString: {
      const std::string& text = std::get<std::string>(value);
      return text.substr(0, internal::BytesOfCodePoints(text, static_cast<size_t>(width)));
    }
    default:
      return std::get<std::string>(value).substr(0, static_cast<size_t>(width));
  }
}

}  // namespace

std::string TransformText(Transform transform) {
  if (!HasParameter(transform.kind)) return std::string(Name(transform.kind));
  return Format("{}[{}]", Name(transform.kind), transform.parameter);
}

Result<Transform> ParseTransform(std::string_view text) {
  const std::string_view name = text.substr(0, text.find('['));
  for (const TransformKind kind : kAllTransforms) {
    if (Name(kind) != name) continue;
    if (!HasParameter(kind) && name == text) return Transform{kind, 0};
    if (!HasParameter(kind) || !text.ends_with(']')) break;
    const std::string_view digits = text.substr(name.size() + 1, text.size() - name.size() - 2);
    const auto parameter = ParseWhole<int>(digits);
    if (!parameter || *parameter < 1) break;
    return Transform{kind, *parameter};
  }
  return Fail(ErrorKind::kUnsupported,
              "partition transform '{}'; known: identity, year, month, day, hour, bucket[N], "
              "truncate[N], void",
              text);
}

Result<Type> TransformedType(Transform transform, const Type& source) {
  if (!Takes(transform.kind, source.kind)) {
    return Fail(ErrorKind::kInvalid, "{} takes {}, not {}", Name(transform.kind),
                TypesTaken(transform.kind), HiveTypeText(source));
  }
  switch (transform.kind) {
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kHour:
    case TransformKind::kBucket:
      return Type::Of(TypeKind::kInt);
    case TransformKind::kDay:
      return Type::Of(TypeKind::kDate);
    case TransformKind::kIdentity:
    case TransformKind::kTruncate:
    case TransformKind::kVoid:
      break;
  }
  return source;
}

Value Apply(Transform transform, const Type& source, const Value& value) {
  if (IsNull(value)) return value;
  INVARIANT(Takes(transform.kind, source.kind), "the transform takes the type");
  switch (transform.kind) {
    case TransformKind::kIdentity:
      return value;
    case TransformKind::kYear:
      return ToInt(YearsOf(DaysOf(source.kind, value)));
    case TransformKind::kMonth:
      return ToInt(MonthsOf(DaysOf(source.kind, value)));
    case TransformKind::kDay:
      return ToInt(DaysOf(source.kind, value));
    case TransformKind::kHour:
      return ToInt(FloorDivide(std::get<int64_t>(value), kMicrosPerHour));
    case TransformKind::kBucket:
      return static_cast<int32_t>((HashOf(source, value) & 0x7FFFFFFF) %
                                  static_cast<uint32_t>(transform.parameter));
    case TransformKind::kTruncate:
      return Truncated(transform.parameter, source, value);
    case TransformKind::kVoid:
      break;
  }
  return std::monostate();
}

}  // namespace tarn::schema
