#include "schema/arrow_schema.h"

#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <algorithm>

#include <utility>

#include "base/invariant.h"
#include "base/whole_number.h"
#include "schema/value.h"

namespace tarn::schema {
namespace {

constexpr const char* kFieldIdKey = "PARQUET:field_id";
// A uuid travels as 16 bytes with Arrow's canonical extension name beside it, which DuckDB and
// PyArrow turn into their own type of uuid.
constexpr const char* kExtensionNameKey = "ARROW:extension:name";
constexpr const char* kExtensionMetadataKey = "ARROW:extension:metadata";
constexpr const char* kUuidExtension = "arrow.uuid";
constexpr const char* kJsonExtension = "arrow.json";

std::shared_ptr<arrow::DataType> ToArrowType(const Type& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return arrow::boolean();
    case TypeKind::kInt:
      return arrow::int32();
    case TypeKind::kLong:
      return arrow::int64();
    case TypeKind::kFloat:
      return arrow::float32();
    case TypeKind::kDouble:
      return arrow::float64();
    case TypeKind::kDecimal:
      return arrow::decimal128(type.precision, type.scale);
    case TypeKind::kDate:
      return arrow::date32();
    case TypeKind::kTime:
      return arrow::time64(arrow::TimeUnit::MICRO);
    case TypeKind::kTimestamp:
      return arrow::timestamp(arrow::TimeUnit::MICRO);
    case TypeKind::kTimestampTz:
      return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case TypeKind::kString:
      return arrow::utf8();
    case TypeKind::kUuid:
      return arrow::fixed_size_binary(static_cast<int32_t>(kUuidBytes));
    case TypeKind::kFixed:
      return arrow::fixed_size_binary(type.length);
    case TypeKind::kBinary:
      return arrow::binary();
    case TypeKind::kStruct: {
      arrow::FieldVector members;
      for (const Field& member : type.fields) members.push_back(ToArrowField(member));
      return arrow::struct_(members);
    }
    case TypeKind::kList:
      return arrow::list(ToArrowField(type.fields[0]));
    case TypeKind::kMap:
      return std::make_shared<arrow::MapType>(ToArrowField(type.fields[0]),
                                              ToArrowField(type.fields[1]));
  }
  INVARIANT(false, "every kind of type has an Arrow type");
}

/// The field being converted, for what an error names.
struct Place {
  std::string path;
  int depth = 0;

  Place Inside(std::string_view name) const { return {Format("{}.{}", path, name), depth + 1}; }
};

std::unexpected<Error> Unsupported(const Place& place, const arrow::DataType& type,
                                   std::string_view why) {
  return Fail(ErrorKind::kUnsupported, "column '{}' has Arrow type {}{}{}", place.path,
              type.ToString(), why.empty() ? "" : ": ", why);
}

Result<Field> FromArrowField(const arrow::Field& field, const Place& place);

Result<Type> FromDecimal(const arrow::DataType& type, const Place& place) {
  const auto& decimal = static_cast<const arrow::DecimalType&>(type);
  if (decimal.precision() > kDecimalPrecisionMax || decimal.scale() < 0 ||
      decimal.scale() > decimal.precision()) {
    return Unsupported(place, type, "decimals have up to 38 digits and a scale within them");
  }
  return Type::Decimal(decimal.precision(), decimal.scale());
}

Result<Type> FromTimestamp(const arrow::DataType& type, const Place& place) {
  const auto& timestamp = static_cast<const arrow::TimestampType&>(type);
  if (timestamp.unit() == arrow::TimeUnit::NANO) {
    return Unsupported(place, type, "timestamps have microseconds");
  }
  return Type::Of(timestamp.timezone().empty() ? TypeKind::kTimestamp : TypeKind::kTimestampTz);
}

Result<Type> FromTime(const arrow::DataType& type, const Place& place) {
  if (static_cast<const arrow::TimeType&>(type).unit() == arrow::TimeUnit::NANO) {
    return Unsupported(place, type, "times have microseconds");
  }
  return Type::Of(TypeKind::kTime);
}

Result<Type> FromStruct(const arrow::DataType& type, const Place& place) {
  std::vector<Field> members;
  for (const auto& member : type.fields()) {
    members.push_back(TRY(FromArrowField(*member, place.Inside(member->name()))));
  }
  return Type::Struct(std::move(members));
}

Result<Type> FromMap(const arrow::DataType& type, const Place& place) {
  const auto& map = static_cast<const arrow::MapType&>(type);
  return Type::Map(TRY(FromArrowField(*map.key_field(), place.Inside("key"))),
                   TRY(FromArrowField(*map.item_field(), place.Inside("value"))));
}

Result<Type> FromArrowType(const arrow::DataType& type, const Place& place);

Result<Type> FromExtension(const arrow::DataType& type, const Place& place) {
  const auto& extension = static_cast<const arrow::ExtensionType&>(type);
  if (extension.extension_name() == kUuidExtension) return Type::Of(TypeKind::kUuid);
  if (extension.extension_name() == kJsonExtension) return Type::Of(TypeKind::kString);
  return Unsupported(place, type, "");
}

/// Types whose every value has an equal one in ours; they need not lie in memory as ours do.
Result<Type> FromArrowType(const arrow::DataType& type, const Place& place) {
  if (place.depth > kNestingMax) {
    return Fail(ErrorKind::kUnsupported, "types are nested over {} deep", kNestingMax);
  }
  switch (type.id()) {
    case arrow::Type::BOOL:
      return Type::Of(TypeKind::kBoolean);
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
      return Type::Of(TypeKind::kInt);
    case arrow::Type::INT64:
    case arrow::Type::UINT32:
      return Type::Of(TypeKind::kLong);
    case arrow::Type::FLOAT:
      return Type::Of(TypeKind::kFloat);
    case arrow::Type::DOUBLE:
      return Type::Of(TypeKind::kDouble);
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256:
      return FromDecimal(type, place);
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
      return Type::Of(TypeKind::kDate);
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
      return FromTime(type, place);
    case arrow::Type::TIMESTAMP:
      return FromTimestamp(type, place);
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
      return Type::Of(TypeKind::kString);
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
      return Type::Of(TypeKind::kBinary);
    case arrow::Type::FIXED_SIZE_BINARY:
      return Type::Fixed(static_cast<const arrow::FixedSizeBinaryType&>(type).byte_width());
    case arrow::Type::DICTIONARY:
      return FromArrowType(*static_cast<const arrow::DictionaryType&>(type).value_type(), place);
    case arrow::Type::STRUCT:
      return FromStruct(type, place);
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::LIST_VIEW:
    case arrow::Type::LARGE_LIST_VIEW:
    case arrow::Type::FIXED_SIZE_LIST:
      return Type::List(TRY(FromArrowField(*type.field(0), place.Inside("element"))));
    case arrow::Type::MAP:
      return FromMap(type, place);
    case arrow::Type::EXTENSION:
      return FromExtension(type, place);
    default:
      return Unsupported(place, type, "");
  }
}

std::string MetadataOf(const arrow::Field& field, const char* key) {
  if (!field.HasMetadata()) return "";
  return field.metadata()->Get(key).ValueOr("");
}

/// Zero where the field has none; parquet-cpp says -1.
Result<FieldId> FieldIdOf(const arrow::Field& field, const Place& place) {
  const std::string text = MetadataOf(field, kFieldIdKey);
  if (text.empty()) return FieldId(0);
  const auto number = ParseWhole<int32_t>(text);
  if (!number) {
    return Unsupported(place, *field.type(), Format("its field id '{}' is no number", text));
  }
  return FieldId(std::max(*number, 0));
}

Result<Field> FromArrowField(const arrow::Field& field, const Place& place) {
  Type type = TRY(FromArrowType(*field.type(), place));
  const bool is_uuid = MetadataOf(field, kExtensionNameKey) == kUuidExtension;
  if (is_uuid && type == Type::Fixed(static_cast<int>(kUuidBytes))) {
    type = Type::Of(TypeKind::kUuid);
  }
  return Field{.id = TRY(FieldIdOf(field, place)),
               .name = field.name(),
               .required = !field.nullable(),
               .type = std::move(type),
               .doc = ""};
}

}  // namespace

std::shared_ptr<arrow::Field> ToArrowField(const Field& field) {
  auto metadata = std::make_shared<arrow::KeyValueMetadata>();
  if (field.id != FieldId(0)) metadata->Append(kFieldIdKey, Format("{}", field.id.number()));
  if (field.type.kind == TypeKind::kUuid) {
    metadata->Append(kExtensionNameKey, kUuidExtension);
    metadata->Append(kExtensionMetadataKey, "");
  }
  return arrow::field(field.name, ToArrowType(field.type), !field.required,
                      metadata->size() == 0 ? nullptr : std::move(metadata));
}

std::shared_ptr<arrow::Schema> ToArrowSchema(const TableSchema& schema) {
  arrow::FieldVector fields;
  for (const Field& field : schema.fields) fields.push_back(ToArrowField(field));
  return arrow::schema(std::move(fields));
}

Result<TableSchema> FromArrowSchema(const arrow::Schema& schema) {
  TableSchema result;
  for (const auto& field : schema.fields()) {
    result.fields.push_back(TRY(FromArrowField(*field, Place{field->name()})));
  }
  return result;
}

}  // namespace tarn::schema
