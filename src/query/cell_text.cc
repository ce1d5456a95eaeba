#include "query/cell_text.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "base/whole_number.h"
#include "schema/value.h"

namespace tarn::query {
namespace {

using arrow::Type;

constexpr std::string_view kInfinity = "infinity";

template <class Number>
void AppendNumber(Number number, std::string* out) {
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out->append(text.data(), end);
}

/// Shortest digits that read back as the same number; `3.0` stays apart from `3`.
template <class Number>
void AppendFloat(Number number, std::string* out) {
  const size_t start = out->size();
  AppendNumber(number, out);
  if (out->find_first_of(".en", start) == std::string::npos) out->append(".0");
}

/// Cut zeros off the end of a fraction, and the point with them.
void TrimFraction(std::string* text) {
  const size_t point = text->rfind('.');
  if (point == std::string::npos) return;
  size_t end = text->size();
  while (text->at(end - 1) == '0') --end;
  if (end == point + 1) end = point;
  text->resize(end);
}

int64_t UnitsPerSecond(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return 1;
    case arrow::TimeUnit::MILLI:
      return 1000;
    case arrow::TimeUnit::MICRO:
      return 1'000'000;
    case arrow::TimeUnit::NANO:
      return 1'000'000'000;
  }
  return 1;
}

/// DuckDB's infinities, which CAST('infinity' AS TIMESTAMP) makes.
bool IsInfinite(int64_t value) {
  return value == std::numeric_limits<int64_t>::max() ||
         value == -std::numeric_limits<int64_t>::max();
}

/// A moment of any unit; fraction digits only where they are not zero.
std::string MomentText(int64_t value, arrow::TimeUnit::type unit, bool has_zone) {
  if (IsInfinite(value)) return Format("{}{}", value < 0 ? "-" : "", kInfinity);
  const int64_t per_second = UnitsPerSecond(unit);
  const int64_t seconds = FloorDivide(value, per_second);
  const int64_t fraction = FloorModulo(value, per_second);
  const int64_t days = FloorDivide(seconds, kMicrosPerDay / kMicrosPerSecond);
  const int64_t of_day = FloorModulo(seconds, kMicrosPerDay / kMicrosPerSecond);
  std::string text = FormatDate(days) + "T" + FormatTimeOfDay(of_day * kMicrosPerSecond);
  text.resize(text.find('.'));
  text += Format(".{:09}", fraction * (1'000'000'000 / per_second));
  TrimFraction(&text);
  if (has_zone) text += 'Z';
  return text;
}

std::string TimeOfDayText(int64_t value, arrow::TimeUnit::type unit) {
  const int64_t per_second = UnitsPerSecond(unit);
  const int64_t seconds = value / per_second;
  std::string text = FormatTimeOfDay(seconds * kMicrosPerSecond);
  text.resize(text.find('.'));
  text += Format(".{:09}", value % per_second * (1'000'000'000 / per_second));
  TrimFraction(&text);
  return text;
}

std::string DateText(int32_t days) {
  if (days == std::numeric_limits<int32_t>::max()) return std::string(kInfinity);
  if (days == -std::numeric_limits<int32_t>::max()) return Format("-{}", kInfinity);
  return FormatDate(days);
}

void AppendCount(int64_t count, std::string_view unit, std::string* out) {
  if (count == 0) return;
  if (!out->empty()) *out += ' ';
  *out += Format("{} {}{}", count, unit, count == 1 || count == -1 ? "" : "s");
}

/// `1 year 2 months 3 days 04:05:06.5`
std::string IntervalText(const arrow::MonthDayNanoIntervalType::MonthDayNanos& interval) {
  std::string text;
  AppendCount(interval.months / 12, "year", &text);
  AppendCount(interval.months % 12, "month", &text);
  AppendCount(interval.days, "day", &text);
  if (interval.nanoseconds == 0 && !text.empty()) return text;
  if (!text.empty()) text += ' ';
  if (interval.nanoseconds < 0) text += '-';
  const uint64_t nanos = interval.nanoseconds < 0 ? -static_cast<uint64_t>(interval.nanoseconds)
                                                  : static_cast<uint64_t>(interval.nanoseconds);
  const uint64_t seconds = nanos / 1'000'000'000;
  std::string clock = Format("{:02}:{:02}:{:02}.{:09}", seconds / 3600, seconds / 60 % 60,
                             seconds % 60, nanos % 1'000'000'000);
  TrimFraction(&clock);
  return text + clock;
}

std::string DecimalText(const arrow::Array& array, int64_t row) {
  const auto& decimals = static_cast<const arrow::Decimal128Array&>(array);
  const int32_t scale = static_cast<const arrow::Decimal128Type&>(*array.type()).scale();
  std::string digits = arrow::Decimal128(decimals.GetValue(row)).ToIntegerString();
  if (scale <= 0) return digits;
  const bool negative = digits.starts_with('-');
  if (negative) digits.erase(0, 1);
  const auto fraction = static_cast<size_t>(scale);
  if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
  digits.insert(digits.size() - fraction, ".");
  return negative ? "-" + digits : digits;
}

bool FitsInt64(std::string_view digits) { return ParseWhole<int64_t>(digits).has_value(); }

/// True for digits that a double holds exactly: JavaScript has no other numbers.
bool IsSafeInteger(std::string_view digits) {
  constexpr int64_t kLargest = (int64_t{1} << 53) - 1;
  const auto number = ParseWhole<int64_t>(digits);
  return number && *number <= kLargest && *number >= -kLargest;
}

std::string UuidText(std::string_view bytes) {
  return schema::ToText(schema::Type::Of(schema::TypeKind::kUuid), std::string(bytes));
}

std::string Base64Text(std::string_view bytes) {
  return schema::ToText(schema::Type::Of(schema::TypeKind::kBinary), std::string(bytes));
}

template <class ArrayType>
auto ValueAt(const arrow::Array& array, int64_t row) {
  return static_cast<const ArrayType&>(array).Value(row);
}

template <class ArrayType>
std::string_view ViewAt(const arrow::Array& array, int64_t row) {
  return static_cast<const ArrayType&>(array).GetView(row);
}

/// Numbers and truth values, which look the same everywhere. returns  false for other types
bool AppendDigits(const arrow::Array& array, int64_t row, std::string* out) {
  switch (array.type_id()) {
    case Type::BOOL:
      out->append(ValueAt<arrow::BooleanArray>(array, row) ? "true" : "false");
      return true;
    case Type::INT8:
      AppendNumber(ValueAt<arrow::Int8Array>(array, row), out);
      return true;
    case Type::INT16:
      AppendNumber(ValueAt<arrow::Int16Array>(array, row), out);
      return true;
    case Type::INT32:
      AppendNumber(ValueAt<arrow::Int32Array>(array, row), out);
      return true;
    case Type::INT64:
      AppendNumber(ValueAt<arrow::Int64Array>(array, row), out);
      return true;
    case Type::UINT8:
      AppendNumber(ValueAt<arrow::UInt8Array>(array, row), out);
      return true;
    case Type::UINT16:
      AppendNumber(ValueAt<arrow::UInt16Array>(array, row), out);
      return true;
    case Type::UINT32:
      AppendNumber(ValueAt<arrow::UInt32Array>(array, row), out);
      return true;
    case Type::UINT64:
      AppendNumber(ValueAt<arrow::UInt64Array>(array, row), out);
      return true;
    case Type::FLOAT:
      AppendFloat(ValueAt<arrow::FloatArray>(array, row), out);
      return true;
    case Type::DOUBLE:
      AppendFloat(ValueAt<arrow::DoubleArray>(array, row), out);
      return true;
    default:
      return false;
  }
}

/// Values that are text in JSON too. returns  false for other types
bool AppendWords(const arrow::Array& array, int64_t row, std::string* out) {
  switch (array.type_id()) {
    case Type::STRING:
      out->append(ViewAt<arrow::StringArray>(array, row));
      return true;
    case Type::LARGE_STRING:
      out->append(ViewAt<arrow::LargeStringArray>(array, row));
      return true;
    case Type::BINARY:
      out->append(Base64Text(ViewAt<arrow::BinaryArray>(array, row)));
      return true;
    case Type::LARGE_BINARY:
      out->append(Base64Text(ViewAt<arrow::LargeBinaryArray>(array, row)));
      return true;
    case Type::FIXED_SIZE_BINARY:
      out->append(Base64Text(ViewAt<arrow::FixedSizeBinaryArray>(array, row)));
      return true;
    case Type::DECIMAL128:
      out->append(DecimalText(array, row));
      return true;
    case Type::DATE32:
      out->append(DateText(ValueAt<arrow::Date32Array>(array, row)));
      return true;
    case Type::TIME64:
      out->append(TimeOfDayText(ValueAt<arrow::Time64Array>(array, row),
                                static_cast<const arrow::Time64Type&>(*array.type()).unit()));
      return true;
    case Type::TIMESTAMP: {
      const auto& type = static_cast<const arrow::TimestampType&>(*array.type());
      out->append(MomentText(ValueAt<arrow::TimestampArray>(array, row), type.unit(),
                             !type.timezone().empty()));
      return true;
    }
    case Type::INTERVAL_MONTH_DAY_NANO:
      out->append(IntervalText(ValueAt<arrow::MonthDayNanoIntervalArray>(array, row)));
      return true;
    default:
      return false;
  }
}

void AppendJsonList(const arrow::Array& values, int64_t begin, int64_t end, JsonForm form,
                    std::string* out) {
  out->push_back('[');
  for (int64_t i = begin; i < end; ++i) {
    if (i > begin) out->push_back(',');
    AppendJson(values, i, out, form);
  }
  out->push_back(']');
}

template <class ListArray>
void AppendJsonListAt(const arrow::Array& array, int64_t row, JsonForm form, std::string* out) {
  const auto& lists = static_cast<const ListArray&>(array);
  const auto begin = static_cast<int64_t>(lists.value_offset(row));
  AppendJsonList(*lists.values(), begin, begin + static_cast<int64_t>(lists.value_length(row)),
                 form, out);
}

void AppendJsonStruct(const arrow::StructArray& structs, int64_t row, JsonForm form,
                      std::string* out) {
  out->push_back('{');
  for (int i = 0; i < structs.num_fields(); ++i) {
    if (i > 0) out->push_back(',');
    out->append(QuoteJson(structs.struct_type()->field(i)->name()));
    out->push_back(':');
    AppendJson(*structs.field(i), row, out, form);
  }
  out->push_back('}');
}

void AppendJsonMap(const arrow::MapArray& maps, int64_t row, JsonForm form, std::string* out) {
  out->push_back('{');
  for (int64_t i = maps.value_offset(row); i < maps.value_offset(row + 1); ++i) {
    if (i > maps.value_offset(row)) out->push_back(',');
    std::string key;
    AppendPlain(*maps.keys(), i, &key);
    out->append(QuoteJson(key));
    out->push_back(':');
    AppendJson(*maps.items(), i, out, form);
  }
  out->push_back('}');
}

/// returns  false for types that are not nested
bool AppendJsonNested(const arrow::Array& array, int64_t row, JsonForm form, std::string* out) {
  switch (array.type_id()) {
    case Type::LIST:
      AppendJsonListAt<arrow::ListArray>(array, row, form, out);
      return true;
    case Type::LARGE_LIST:
      AppendJsonListAt<arrow::LargeListArray>(array, row, form, out);
      return true;
    case Type::FIXED_SIZE_LIST:
      AppendJsonListAt<arrow::FixedSizeListArray>(array, row, form, out);
      return true;
    case Type::STRUCT:
      AppendJsonStruct(static_cast<const arrow::StructArray&>(array), row, form, out);
      return true;
    case Type::MAP:
      AppendJsonMap(static_cast<const arrow::MapArray&>(array), row, form, out);
      return true;
    default:
      return false;
  }
}

bool IsText(Type::type type) { return type == Type::STRING || type == Type::LARGE_STRING; }

/// The bytes of a text or binary value; none for other types.
std::optional<std::string_view> BytesAt(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case Type::STRING:
      return ViewAt<arrow::StringArray>(array, row);
    case Type::LARGE_STRING:
      return ViewAt<arrow::LargeStringArray>(array, row);
    case Type::BINARY:
      return ViewAt<arrow::BinaryArray>(array, row);
    case Type::LARGE_BINARY:
      return ViewAt<arrow::LargeBinaryArray>(array, row);
    case Type::FIXED_SIZE_BINARY:
      return ViewAt<arrow::FixedSizeBinaryArray>(array, row);
    default:
      return std::nullopt;
  }
}

/// The start of a text that was cut anywhere, without half a character at its end.
std::string_view WithoutTornEnd(std::string_view text) {
  size_t last = text.size();  // behind the first byte of the last character
  while (last > 0 && (static_cast<unsigned char>(text[last - 1]) & 0xC0) == 0x80) --last;
  if (last == 0) return text;
  const auto first = static_cast<unsigned char>(text[last - 1]);
  const size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return last - 1 + length <= text.size() ? text : text.substr(0, last - 1);
}

/// Values that a page needs otherwise than other readers. returns  false for other values
bool AppendForPage(const arrow::Array& array, int64_t row, std::string* out) {
  if (array.type_id() == Type::INT64 || array.type_id() == Type::UINT64) {
    std::string digits;
    AppendDigits(array, row, &digits);
    out->append(IsSafeInteger(digits) ? digits : QuoteJson(digits));
    return true;
  }
  if (array.type_id() == Type::TIMESTAMP) {
    const auto& type = static_cast<const arrow::TimestampType&>(*array.type());
    const int64_t value = ValueAt<arrow::TimestampArray>(array, row);
    if (type.unit() != arrow::TimeUnit::MICRO || IsInfinite(value)) return false;
    out->append(QuoteJson(FormatTimestamp(
        value, type.timezone().empty() ? TimeStyle::kIsoPlain : TimeStyle::kIsoUtc)));
    return true;
  }
  const std::optional<std::string_view> bytes = BytesAt(array, row);
  if (!bytes || IsText(array.type_id())) return false;
  out->append(Format(R"({{"base64":{}}})", QuoteJson(Base64Text(*bytes))));
  return true;
}

/// An array and a row of it.
struct Cell {
  const arrow::Array* array;
  int64_t row;
};

/// Where the value itself lies, behind enums (which come as dictionaries) and unions.
Cell Unwrap(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case Type::DICTIONARY: {
      if (array.IsNull(row)) return {&array, row};
      const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
      return Unwrap(*coded.dictionary(), coded.GetValueIndex(row));
    }
    case Type::SPARSE_UNION: {
      const auto& either = static_cast<const arrow::SparseUnionArray&>(array);
      return Unwrap(*either.field(either.child_id(row)), row);
    }
    case Type::DENSE_UNION: {
      const auto& either = static_cast<const arrow::DenseUnionArray&>(array);
      return Unwrap(*either.field(either.child_id(row)), either.value_offset(row));
    }
    default:
      return {&array, row};
  }
}

/// An extension's name where the type is one.
std::string ExtensionName(const arrow::DataType& type) {
  if (type.id() != Type::EXTENSION) return {};
  return static_cast<const arrow::ExtensionType&>(type).extension_name();
}

/// in  form: none for plain text
void AppendExtension(const arrow::Array& array, int64_t row, std::optional<JsonForm> form,
                     std::string* out) {
  const auto& storage = *static_cast<const arrow::ExtensionArray&>(array).storage();
  if (ExtensionName(*array.type()) == "arrow.uuid") {
    const std::string text = UuidText(ViewAt<arrow::FixedSizeBinaryArray>(storage, row));
    out->append(form ? QuoteJson(text) : text);
  } else if (form) {
    AppendJson(storage, row, out, *form);
  } else {
    AppendPlain(storage, row, out);
  }
}

bool IsFinite(const arrow::Array& array, int64_t row) {
  if (array.type_id() == Type::FLOAT) return std::isfinite(ValueAt<arrow::FloatArray>(array, row));
  if (array.type_id() == Type::DOUBLE) {
    return std::isfinite(ValueAt<arrow::DoubleArray>(array, row));
  }
  return true;
}

bool HasText(const arrow::DataType& type) {
  switch (type.id()) {
    case Type::NA:
    case Type::BOOL:
    case Type::STRING:
    case Type::LARGE_STRING:
    case Type::BINARY:
    case Type::LARGE_BINARY:
    case Type::FIXED_SIZE_BINARY:
    case Type::DATE32:
    case Type::TIME64:
    case Type::TIMESTAMP:
    case Type::INTERVAL_MONTH_DAY_NANO:
      return true;
    case Type::DICTIONARY:
      return HasText(*static_cast<const arrow::DictionaryType&>(type).value_type());
    case Type::EXTENSION:
      return HasText(*static_cast<const arrow::ExtensionType&>(type).storage_type());
    case Type::LIST:
    case Type::LARGE_LIST:
    case Type::FIXED_SIZE_LIST:
    case Type::STRUCT:
    case Type::MAP:
    case Type::SPARSE_UNION:
    case Type::DENSE_UNION:
      for (const auto& field : type.fields()) {
        if (!HasText(*field->type())) return false;
      }
      return true;
    default:
      return IsNumber(type);
  }
}

}  // namespace

Status CheckHasText(const arrow::Field& field) {
  if (HasText(*field.type())) return {};
  return Fail(ErrorKind::kUnsupported,
              "column '{}' of type {} cannot be shown as text: CAST it to VARCHAR", field.name(),
              field.type()->ToString());
}

Status CheckHaveText(const arrow::RecordBatch& batch) {
  for (const auto& field : batch.schema()->fields()) TRY(CheckHasText(*field));
  return {};
}

bool IsNumber(const arrow::DataType& type) {
  return (arrow::is_integer(type.id()) || arrow::is_floating(type.id()) ||
          type.id() == Type::DECIMAL128) &&
         type.id() != Type::HALF_FLOAT;
}

void AppendJson(const arrow::Array& outer, int64_t outer_row, std::string* out, JsonForm form) {
  const auto [array, row] = Unwrap(outer, outer_row);
  if (array->IsNull(row) || array->type_id() == Type::NA || !IsFinite(*array, row)) {
    out->append("null");
    return;
  }
  if (array->type_id() == Type::EXTENSION) return AppendExtension(*array, row, form, out);
  if (form == JsonForm::kPage && AppendForPage(*array, row, out)) return;
  if (AppendDigits(*array, row, out) || AppendJsonNested(*array, row, form, out)) return;
  std::string text;
  AppendWords(*array, row, &text);
  const bool as_digits = array->type_id() == Type::DECIMAL128 &&
                         (form == JsonForm::kPage ? IsSafeInteger(text) : FitsInt64(text));
  out->append(as_digits ? text : QuoteJson(text));
}

void AppendPageCell(const arrow::Array& outer, int64_t outer_row, std::string* out) {
  const auto [array, row] = Unwrap(outer, outer_row);
  const std::optional<std::string_view> bytes =
      array->IsNull(row) ? std::nullopt : BytesAt(*array, row);
  if (bytes && bytes->size() > kPageCellBytesMax) {
    *out += IsText(array->type_id()) ? R"({"cut":)" : R"({"base64":)";
    *out += IsText(array->type_id())
                ? QuoteJson(WithoutTornEnd(bytes->substr(0, kPageCellBytesMax)))
                : QuoteJson(Base64Text(bytes->substr(0, kPageCellBytesMax)));
    *out += Format(R"(,"bytes":{}}})", bytes->size());
    return;
  }
  const size_t start = out->size();
  AppendJson(*array, row, out, JsonForm::kPage);
  const size_t length = out->size() - start;
  if (bytes || length <= kPageCellBytesMax) return;
  const std::string text = out->substr(start, kPageCellBytesMax);
  out->resize(start);
  *out += Format(R"({{"cut":{},"bytes":{}}})", QuoteJson(WithoutTornEnd(text)), length);
}

void AppendPlain(const arrow::Array& outer, int64_t outer_row, std::string* out) {
  const auto [array, row] = Unwrap(outer, outer_row);
  if (array->type_id() == Type::EXTENSION) return AppendExtension(*array, row, std::nullopt, out);
  if (array->IsNull(row) || array->type_id() == Type::NA) {
    out->append("NULL");
  } else if (!AppendDigits(*array, row, out) && !AppendWords(*array, row, out)) {
    AppendJsonNested(*array, row, JsonForm::kData, out);
  }
}

}  // namespace tarn::query
