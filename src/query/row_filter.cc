#include "query/row_filter.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <algorithm>
#include <memory>

namespace tarn::query {
namespace {

using arrow::Type;
using schema::TypeKind;
using schema::Value;

template <class ArrayType>
auto At(const arrow::Array& array, int64_t row) {
  return static_cast<const ArrayType&>(array).Value(row);
}

template <class ArrayType>
std::string TextAt(const arrow::Array& array, int64_t row) {
  return std::string(static_cast<const ArrayType&>(array).GetView(row));
}

/// A value that is not null; monostate where the array's type is none that a filter compares.
Value ValueAt(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case Type::BOOL:
      return At<arrow::BooleanArray>(array, row);
    case Type::INT32:
      return At<arrow::Int32Array>(array, row);
    case Type::DATE32:
      return At<arrow::Date32Array>(array, row);
    case Type::INT64:
      return At<arrow::Int64Array>(array, row);
    case Type::TIME64:
      return At<arrow::Time64Array>(array, row);
    case Type::TIMESTAMP:
      return At<arrow::TimestampArray>(array, row);
    case Type::FLOAT:
      return At<arrow::FloatArray>(array, row);
    case Type::DOUBLE:
      return At<arrow::DoubleArray>(array, row);
    case Type::STRING:
      return TextAt<arrow::StringArray>(array, row);
    case Type::LARGE_STRING:
      return TextAt<arrow::LargeStringArray>(array, row);
    case Type::FIXED_SIZE_BINARY:
      return TextAt<arrow::FixedSizeBinaryArray>(array, row);
    case Type::DECIMAL128: {
      const arrow::Decimal128 decimal(
          static_cast<const arrow::Decimal128Array&>(array).GetValue(row));
      return (static_cast<schema::Int128>(decimal.high_bits()) << 64) |
             static_cast<schema::Int128>(decimal.low_bits());
    }
    case Type::DICTIONARY: {
      const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
      return ValueAt(*coded.dictionary(), coded.GetValueIndex(row));
    }
    case Type::EXTENSION:
      return ValueAt(*static_cast<const arrow::ExtensionArray&>(array).storage(), row);
    default:
      return {};
  }
}

/// The arrays from a column down to the one that a path names; empty where the batch lacks it.
std::vector<std::shared_ptr<arrow::Array>> Descend(const arrow::RecordBatch& batch,
                                                   const ColumnPath& path) {
  std::vector<std::shared_ptr<arrow::Array>> arrays = {batch.GetColumnByName(path.names.front())};
  for (size_t i = 1; i < path.names.size() && arrays.back(); ++i) {
    if (arrays.back()->type_id() != Type::STRUCT) return {};
    arrays.push_back(
        static_cast<const arrow::StructArray&>(*arrays.back()).GetFieldByName(path.names[i]));
  }
  if (!arrays.back()) return {};
  return arrays;
}

bool IsNullAt(const std::vector<std::shared_ptr<arrow::Array>>& arrays, int64_t row) {
  return arrays.empty() ||
         std::ranges::any_of(arrays, [row](const auto& array) { return array->IsNull(row); });
}

/// in  value: not null
bool Holds(const ColumnFilter& filter, const Value& value) {
  const auto text = [](const Value& held) -> std::string_view {
    const auto* string = std::get_if<std::string>(&held);
    return string == nullptr ? std::string_view() : std::string_view(*string);
  };
  const auto order = [&] { return schema::Compare(value, filter.values.front()); };
  switch (filter.comparison) {
    case Comparison::kEqual:
      return order() == 0;
    case Comparison::kNotEqual:
      return order() != 0;
    case Comparison::kLess:
      return order() < 0;
    case Comparison::kLessOrEqual:
      return order() <= 0;
    case Comparison::kGreater:
      return order() > 0;
    case Comparison::kGreaterOrEqual:
      return order() >= 0;
    case Comparison::kContains:
      return text(value).contains(text(filter.values.front()));
    case Comparison::kStartsWith:
      return text(value).starts_with(text(filter.values.front()));
    case Comparison::kIn:
      return std::ranges::any_of(
          filter.values, [&](const Value& one) { return schema::Compare(value, one) == 0; });
    case Comparison::kIsNull:
      return false;
    case Comparison::kIsNotNull:
      return true;
  }
  return false;
}

bool HoldsForNull(Comparison comparison) {
  return comparison == Comparison::kIsNull || comparison == Comparison::kNotEqual;
}

Result<bool> HoldsAt(const ColumnFilter& filter,
                     const std::vector<std::shared_ptr<arrow::Array>>& arrays, int64_t row) {
  if (IsNullAt(arrays, row)) return HoldsForNull(filter.comparison);
  if (filter.values.empty()) return Holds(filter, {});
  const Value value = ValueAt(*arrays.back(), row);
  if (value.index() != filter.values.front().index()) {
    return Fail(ErrorKind::kUnsupported,
                "rows not in files keep column '{}' as {}: no filter of "
                "it works on them",
                filter.column.ToString(), arrays.back()->type()->ToString());
  }
  return Holds(filter, value);
}

}  // namespace

std::string ColumnPath::ToString() const {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ".") + name;
  return text;
}

Result<std::vector<int64_t>> MatchingRows(const arrow::RecordBatch& batch,
                                          const std::vector<ColumnFilter>& filters) {
  std::vector<std::vector<std::shared_ptr<arrow::Array>>> columns;
  for (const ColumnFilter& filter : filters) columns.push_back(Descend(batch, filter.column));
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    bool matches = true;
    for (size_t i = 0; i < filters.size() && matches; ++i) {
      matches = TRY(HoldsAt(filters[i], columns[i], row));
    }
    if (matches) rows.push_back(row);
  }
  return rows;
}

}  // namespace tarn::query
