#include "query/conform.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/extension_type.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <string>
#include <utility>
#include <vector>

#include "schema/arrow_schema.h"

namespace tarn::query {
namespace {

using ArrayResult = Result<std::shared_ptr<arrow::Array>>;

constexpr const char* kFieldIdKey = "PARQUET:field_id";

ArrayResult FromArrow(arrow::Result<std::shared_ptr<arrow::Array>> result) {
  if (!result.ok()) return Fail(ErrorKind::kInternal, "{}", result.status().ToString());
  return *std::move(result);
}

std::string FieldIdText(const arrow::Field& field) {
  if (!field.HasMetadata()) return {};
  return field.metadata()->Get(kFieldIdKey).ValueOr(std::string());
}

/// returns  where among `fields` the column is; -1 where they lack it
int FindField(const arrow::FieldVector& fields, const schema::Field& column) {
  const std::string id = Format("{}", column.id.number());
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string found = FieldIdText(*fields[i]);
    if (found.empty() ? fields[i]->name() == column.name : found == id) return static_cast<int>(i);
  }
  return -1;
}

std::unexpected<Error> DoesNotFit(const arrow::Array& array, const schema::Field& column) {
  return Fail(ErrorKind::kInvalid, "live rows have column '{}' as {}, its table as {}", column.name,
              array.type()->ToString(), schema::ToArrowField(column)->type()->ToString());
}

/// Copy numbers one by one into a wider type. Nulls keep their place; what lies under them is
/// copied too, and nobody reads it.
template <class From, class To>
ArrayResult Widen(const arrow::Array& array, std::shared_ptr<arrow::DataType> type) {
  auto buffer = arrow::AllocateBuffer(array.length() * static_cast<int64_t>(sizeof(To)));
  if (!buffer.ok()) return Fail(ErrorKind::kInternal, "{}", buffer.status().ToString());
  const From* from = array.data()->GetValues<From>(1);
  To* to = reinterpret_cast<To*>((*buffer)->mutable_data());
  for (int64_t i = 0; i < array.length(); ++i) to[i] = static_cast<To>(from[i]);
  std::shared_ptr<arrow::Buffer> validity;
  if (array.null_count() > 0) {
    auto copied = arrow::AllocateEmptyBitmap(array.length());
    if (!copied.ok()) return Fail(ErrorKind::kInternal, "{}", copied.status().ToString());
    for (int64_t i = 0; i < array.length(); ++i) {
      if (array.IsNull(i)) continue;
      (*copied)->mutable_data()[i / 8] |= static_cast<uint8_t>(1 << (i % 8));
    }
    validity = *std::move(copied);
  }
  return arrow::MakeArray(arrow::ArrayData::Make(std::move(type), array.length(),
                                                 {std::move(validity), *std::move(buffer)},
                                                 array.null_count()));
}

ArrayResult Conform(const std::shared_ptr<arrow::Array>& array, const schema::Field& column);

/// The members of a struct that a snapshot's struct has, in its order.
ArrayResult ConformStruct(const std::shared_ptr<arrow::Array>& array, const schema::Field& column,
                          std::shared_ptr<arrow::DataType> type) {
  const auto& from = static_cast<const arrow::StructArray&>(*array);
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (const schema::Field& member : column.type.fields) {
    const int index = FindField(from.struct_type()->fields(), member);
    const auto member_type = schema::ToArrowField(member)->type();
    // field(i) has the struct's offset applied, so the new struct starts at 0.
    std::shared_ptr<arrow::Array> child =
        index < 0 ? TRY(FromArrow(arrow::MakeArrayOfNull(member_type, array->length())))
                  : TRY(Conform(from.field(index), member));
    children.push_back(child->data());
  }
  auto validity = array->data()->buffers[0];
  if (validity && array->offset() != 0) {
    auto copied = arrow::AllocateEmptyBitmap(array->length());
    if (!copied.ok()) return Fail(ErrorKind::kInternal, "{}", copied.status().ToString());
    for (int64_t i = 0; i < array->length(); ++i) {
      if (array->IsNull(i)) continue;
      (*copied)->mutable_data()[i / 8] |= static_cast<uint8_t>(1 << (i % 8));
    }
    validity = *std::move(copied);
  }
  return arrow::MakeArray(arrow::ArrayData::Make(std::move(type), array->length(),
                                                 {std::move(validity)}, std::move(children)));
}

/// A list keeps its offsets and gets new elements.
ArrayResult ConformList(const std::shared_ptr<arrow::Array>& array, const schema::Field& column,
                        std::shared_ptr<arrow::DataType> type) {
  const auto& from = static_cast<const arrow::ListArray&>(*array);
  const auto values = TRY(Conform(from.values(), column.type.fields[0]));
  auto data = array->data()->Copy();
  data->type = std::move(type);
  data->child_data = {values->data()};
  return arrow::MakeArray(data);
}

/// A map keeps its offsets and gets new keys and values.
ArrayResult ConformMap(const std::shared_ptr<arrow::Array>& array, const schema::Field& column,
                       std::shared_ptr<arrow::DataType> type) {
  const auto& from = static_cast<const arrow::MapArray&>(*array);
  const auto keys = TRY(Conform(from.keys(), column.type.fields[0]));
  const auto items = TRY(Conform(from.items(), column.type.fields[1]));
  const auto entries_type = static_cast<const arrow::MapType&>(*type).value_type();
  auto data = array->data()->Copy();
  data->child_data = {arrow::ArrayData::Make(entries_type, keys->length(), {nullptr},
                                             {keys->data(), items->data()}, 0)};
  data->type = std::move(type);
  return arrow::MakeArray(data);
}

bool IsSameKind(const arrow::DataType& from, const arrow::DataType& to) {
  return from.id() == to.id();
}

ArrayResult Conform(const std::shared_ptr<arrow::Array>& array, const schema::Field& column) {
  const auto type = schema::ToArrowField(column)->type();
  const arrow::DataType& from = *array->type();
  if (from.Equals(*type, /*check_metadata=*/true)) return array;
  if (from.id() == arrow::Type::EXTENSION) {
    // Arrow makes them of fields that name one when batches come as a stream: uuids of their bytes.
    return Conform(static_cast<const arrow::ExtensionArray&>(*array).storage(), column);
  }
  if (from.id() == arrow::Type::INT32 && type->id() == arrow::Type::INT64) {
    return Widen<int32_t, int64_t>(*array, type);
  }
  if (from.id() == arrow::Type::FLOAT && type->id() == arrow::Type::DOUBLE) {
    return Widen<float, double>(*array, type);
  }
  if (!IsSameKind(from, *type)) return DoesNotFit(*array, column);
  switch (type->id()) {
    case arrow::Type::STRUCT:
      return ConformStruct(array, column, type);
    case arrow::Type::LIST:
      return ConformList(array, column, type);
    case arrow::Type::MAP:
      return ConformMap(array, column, type);
    case arrow::Type::DECIMAL128: {
      const auto& narrow = static_cast<const arrow::Decimal128Type&>(from);
      if (narrow.scale() != column.type.scale || narrow.precision() > column.type.precision) {
        return DoesNotFit(*array, column);
      }
      auto data = array->data()->Copy();
      data->type = type;
      return arrow::MakeArray(data);
    }
    default:
      return DoesNotFit(*array, column);
  }
}

}  // namespace

Result<std::shared_ptr<arrow::Array>> ConformColumn(const arrow::RecordBatch& batch,
                                                    const schema::Field& column) {
  const int index = FindField(batch.schema()->fields(), column);
  if (index >= 0) return Conform(batch.column(index), column);
  return FromArrow(arrow::MakeArrayOfNull(schema::ToArrowField(column)->type(), batch.num_rows()));
}

}  // namespace tarn::query
