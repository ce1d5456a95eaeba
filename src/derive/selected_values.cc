#include "derive/selected_values.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <algorithm>
#include <limits>
#include <string>

#include "base/invariant.h"
#include "schema/arrow_schema.h"
#include "schema/declaration.h"

namespace tarn::derive {
namespace {

using arrow::internal::checked_cast;
using schema::TypeKind;

bool FitsNested(const arrow::DataType& given, const schema::Type& wanted);

bool IsDecimal(const arrow::DataType& type, int scale_max) {
  return type.id() == arrow::Type::DECIMAL128 &&
         checked_cast<const arrow::Decimal128Type&>(type).scale() <= scale_max;
}

bool IsText(const arrow::DataType& type) {
  if (type.id() == arrow::Type::DICTIONARY)
    return IsText(*checked_cast<const arrow::DictionaryType&>(type).value_type());
  return arrow::is_string(type.id()) || type.id() == arrow::Type::STRING_VIEW;
}

bool IsTime(const arrow::DataType& type) {
  return type.id() == arrow::Type::TIME64 &&
         checked_cast<const arrow::Time64Type&>(type).unit() == arrow::TimeUnit::MICRO;
}

bool IsMoment(const arrow::DataType& type, bool has_zone) {
  if (type.id() != arrow::Type::TIMESTAMP) return false;
  const auto& moment = checked_cast<const arrow::TimestampType&>(type);
  return moment.timezone().empty() != has_zone && moment.unit() != arrow::TimeUnit::NANO;
}

/// Whether every value of one type is, or is out of the range of, a value of the other: nothing is
/// rounded, and no text is read.
bool Fits(const arrow::DataType& given, const schema::Type& wanted) {
  constexpr int kAnyScale = schema::kDecimalPrecisionMax;
  if (given.id() == arrow::Type::EXTENSION)
    return Fits(*checked_cast<const arrow::ExtensionType&>(given).storage_type(), wanted);
  if (given.id() == arrow::Type::NA) return true;
  switch (wanted.kind) {
    case TypeKind::kBoolean:
      return given.id() == arrow::Type::BOOL;
    case TypeKind::kInt:
    case TypeKind::kLong:
      return arrow::is_integer(given.id()) || IsDecimal(given, 0);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return arrow::is_integer(given.id()) || arrow::is_floating(given.id()) ||
             IsDecimal(given, kAnyScale);
    case TypeKind::kDecimal:
      return arrow::is_integer(given.id()) || IsDecimal(given, wanted.scale);
    case TypeKind::kString:
      return IsText(given);
    case TypeKind::kUuid:
      return IsText(given) || given.id() == arrow::Type::FIXED_SIZE_BINARY;
    case TypeKind::kFixed:
    case TypeKind::kBinary:
      return arrow::is_binary(given.id());
    case TypeKind::kDate:
      return given.id() == arrow::Type::DATE32;
    case TypeKind::kTime:
      return IsTime(given);
    case TypeKind::kTimestamp:
      return IsMoment(given, false);
    case TypeKind::kTimestampTz:
      return IsMoment(given, true);
    case TypeKind::kStruct:
    case TypeKind::kList:
    case TypeKind::kMap:
      return FitsNested(given, wanted);
  }
  return false;
}

bool FitsNested(const arrow::DataType& given, const schema::Type& wanted) {
  const auto fits = [&](int child, size_t field) {
    return Fits(*given.field(child)->type(), wanted.fields[field].type);
  };
  if (wanted.kind == TypeKind::kMap) {
    if (given.id() != arrow::Type::MAP) return false;
    const auto& map = checked_cast<const arrow::MapType&>(given);
    return IsText(*map.key_type()) && Fits(*map.item_type(), wanted.fields[1].type);
  }
  if (wanted.kind == TypeKind::kList) {
    return (given.id() == arrow::Type::LIST || given.id() == arrow::Type::FIXED_SIZE_LIST) &&
           fits(0, 0);
  }
  if (given.id() != arrow::Type::STRUCT) return false;
  if (given.num_fields() != static_cast<int>(wanted.fields.size())) return false;
  for (int i = 0; i < given.num_fields(); ++i) {
    const auto at = static_cast<size_t>(i);
    if (given.field(i)->name() != wanted.fields[at].name || !fits(i, at)) return false;
  }
  return true;
}

/// A selected column's type in the words in which schemas have theirs.
std::string TypeText(const arrow::Field& field) {
  const auto columns = schema::FromArrowSchema(*arrow::schema({field.Copy()}));
  return columns ? schema::HiveTypeText(columns->fields[0].type) : field.type()->ToString();
}

std::optional<int> PlaceOf(const arrow::Schema& selected, const std::string& name) {
  for (int i = 0; i < selected.num_fields(); ++i) {
    if (schema::FoldCase(selected.field(i)->name()) == schema::FoldCase(name)) return i;
  }
  return std::nullopt;
}

int64_t WholeNumber(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::INT8:
      return checked_cast<const arrow::Int8Array&>(array).Value(row);
    case arrow::Type::INT16:
      return checked_cast<const arrow::Int16Array&>(array).Value(row);
    case arrow::Type::INT32:
      return checked_cast<const arrow::Int32Array&>(array).Value(row);
    case arrow::Type::UINT8:
      return checked_cast<const arrow::UInt8Array&>(array).Value(row);
    case arrow::Type::UINT16:
      return checked_cast<const arrow::UInt16Array&>(array).Value(row);
    case arrow::Type::UINT32:
      return checked_cast<const arrow::UInt32Array&>(array).Value(row);
    default:
      return checked_cast<const arrow::Int64Array&>(array).Value(row);
  }
}

Value DecimalValue(const arrow::Array& array, int64_t row, const schema::Type& wanted) {
  const auto& decimals = checked_cast<const arrow::Decimal128Array&>(array);
  if (wanted.kind == TypeKind::kDecimal) return decimals.FormatValue(row);
  const arrow::Decimal128 value(decimals.GetValue(row));
  const int scale = checked_cast<const arrow::Decimal128Type&>(*array.type()).scale();
  const bool is_whole = wanted.kind == TypeKind::kInt || wanted.kind == TypeKind::kLong;
  if (!is_whole) return value.ToDouble(scale);
  // Beyond 64 bits it fits no column: as a double it is refused with its size.
  const auto whole = value.ToInteger<int64_t>();
  if (!whole.ok()) return value.ToDouble(0);
  return *whole;
}

/// Microseconds. DuckDB's infinities, and what is beyond them, are no moments.
Value MomentValue(const arrow::Array& array, int64_t row) {
  const int64_t held = checked_cast<const arrow::TimestampArray&>(array).Value(row);
  constexpr int64_t kInfinity = std::numeric_limits<int64_t>::max();
  if (held == kInfinity || held == -kInfinity) return "infinity";
  const auto unit = checked_cast<const arrow::TimestampType&>(*array.type()).unit();
  const int64_t micros_a_unit = unit == arrow::TimeUnit::SECOND  ? 1'000'000
                                : unit == arrow::TimeUnit::MILLI ? 1000
                                                                 : 1;
  int64_t micros = 0;
  if (__builtin_mul_overflow(held, micros_a_unit, &micros)) return "a moment beyond 292,000 years";
  return micros;
}

Value DateValue(const arrow::Array& array, int64_t row) {
  const int32_t days = checked_cast<const arrow::Date32Array&>(array).Value(row);
  constexpr int32_t kInfinity = std::numeric_limits<int32_t>::max();
  if (days == kInfinity || days == -kInfinity) return "infinity";
  return days;
}

Value TextValue(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return checked_cast<const arrow::LargeBinaryArray&>(array).GetView(row);
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
      return checked_cast<const arrow::BinaryViewArray&>(array).GetView(row);
    case arrow::Type::FIXED_SIZE_BINARY:
      return checked_cast<const arrow::FixedSizeBinaryArray&>(array).GetView(row);
    default:
      return checked_cast<const arrow::BinaryArray&>(array).GetView(row);
  }
}

Value::List Elements(const arrow::Array& values, int64_t begin, int64_t count,
                     const schema::Type& wanted) {
  Value::List list;
  for (int64_t i = begin; i < begin + count; ++i) list.push_back(SelectedValue(values, i, wanted));
  return list;
}

Value NestedValue(const arrow::Array& array, int64_t row, const schema::Type& wanted) {
  if (array.type_id() == arrow::Type::LIST) {
    const auto& list = checked_cast<const arrow::ListArray&>(array);
    return Elements(*list.values(), list.value_offset(row), list.value_length(row),
                    wanted.fields[0].type);
  }
  if (array.type_id() == arrow::Type::FIXED_SIZE_LIST) {
    const auto& list = checked_cast<const arrow::FixedSizeListArray&>(array);
    return Elements(*list.values(), list.value_offset(row), list.value_length(row),
                    wanted.fields[0].type);
  }
  if (array.type_id() == arrow::Type::MAP) {
    const auto& map = checked_cast<const arrow::MapArray&>(array);
    Value::Map entries;
    const int64_t begin = map.value_offset(row);
    for (int64_t i = begin; i < begin + map.value_length(row); ++i) {
      Value key = SelectedValue(*map.keys(), i, wanted.fields[0].type);
      entries.emplace_back(std::get<std::string>(std::move(key.held)),
                           SelectedValue(*map.items(), i, wanted.fields[1].type));
    }
    return entries;
  }
  const auto& record = checked_cast<const arrow::StructArray&>(array);
  Value::List members;
  for (int i = 0; i < record.num_fields(); ++i) {
    members.push_back(
        SelectedValue(*record.field(i), row, wanted.fields[static_cast<size_t>(i)].type));
  }
  return members;
}

}  // namespace

Result<std::vector<int>> MatchColumns(const arrow::Schema& selected,
                                      const std::vector<schema::Field>& columns) {
  std::vector<int> places;
  for (const schema::Field& column : columns) {
    const std::optional<int> place = PlaceOf(selected, column.name);
    if (!place) {
      return Fail(ErrorKind::kInvalid, "it lacks the column '{}' of the schema: add … AS {}",
                  column.name, column.name);
    }
    places.push_back(*place);
    const arrow::Field& field = *selected.field(*place);
    if (Fits(*field.type(), column.type)) continue;
    return Fail(ErrorKind::kInvalid,
                "column '{}' is {}, the schema says {}: CAST it, or change the schema", column.name,
                TypeText(field), schema::HiveTypeText(column.type));
  }
  for (int i = 0; i < selected.num_fields(); ++i) {
    if (std::ranges::contains(places, i)) continue;
    const std::string& name = selected.field(i)->name();
    const bool is_twice = *PlaceOf(selected, name) != i;
    return Fail(ErrorKind::kInvalid, "it has the column '{}' {}", name,
                is_twice ? "twice" : "that the schema lacks");
  }
  return places;
}

Value SelectedValue(const arrow::Array& array, int64_t row, const schema::Type& wanted) {
  if (array.IsNull(row)) return nullptr;
  switch (array.type_id()) {
    case arrow::Type::NA:
      return nullptr;
    case arrow::Type::EXTENSION:
      return SelectedValue(*checked_cast<const arrow::ExtensionArray&>(array).storage(), row,
                           wanted);
    case arrow::Type::DICTIONARY: {
      const auto& coded = checked_cast<const arrow::DictionaryArray&>(array);
      return SelectedValue(*coded.dictionary(), coded.GetValueIndex(row), wanted);
    }
    case arrow::Type::BOOL:
      return checked_cast<const arrow::BooleanArray&>(array).Value(row);
    case arrow::Type::UINT64:
      return checked_cast<const arrow::UInt64Array&>(array).Value(row);
    case arrow::Type::FLOAT:
      return double{checked_cast<const arrow::FloatArray&>(array).Value(row)};
    case arrow::Type::DOUBLE:
      return checked_cast<const arrow::DoubleArray&>(array).Value(row);
    case arrow::Type::DECIMAL128:
      return DecimalValue(array, row, wanted);
    case arrow::Type::DATE32:
      return DateValue(array, row);
    case arrow::Type::TIME64:
      return checked_cast<const arrow::Time64Array&>(array).Value(row);
    case arrow::Type::TIMESTAMP:
      return MomentValue(array, row);
    default:
      break;
  }
  if (arrow::is_integer(array.type_id())) return WholeNumber(array, row);
  const bool is_bytes =
      arrow::is_binary_like(array.type_id()) || arrow::is_large_binary_like(array.type_id()) ||
      array.type_id() == arrow::Type::FIXED_SIZE_BINARY ||
      array.type_id() == arrow::Type::STRING_VIEW || array.type_id() == arrow::Type::BINARY_VIEW;
  return is_bytes ? TextValue(array, row) : NestedValue(array, row, wanted);
}

}  // namespace tarn::derive
