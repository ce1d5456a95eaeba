#include "catalog/iceberg/manifest_schema.h"

#include <set>

#include "base/format.h"
#include "base/json.h"

namespace tarn::catalog::iceberg {
namespace {

using schema::TypeKind;

Json Required(int id, const char* name, Json type) {
  return Json::MakeObject({{"name", name}, {"type", std::move(type)}, {"field-id", id}});
}

Json Optional(int id, const std::string& name, Json type) {
  return Json::MakeObject({{"name", name},
                           {"type", Json(Json::Array{"null", std::move(type)})},
                           {"default", nullptr},
                           {"field-id", id}});
}

Json Record(const char* name, Json::Array fields) {
  return Json::MakeObject({{"type", "record"}, {"name", name}, {"fields", std::move(fields)}});
}

Json List(int element_id, Json items) {
  return Json::MakeObject(
      {{"type", "array"}, {"items", std::move(items)}, {"element-id", element_id}});
}

/// A map by field id: Avro's own maps have string keys only.
Json ColumnMap(int key_id, int value_id, const char* value_type) {
  const std::string name = Format("k{}_v{}", key_id, value_id);
  Json entry = Record(name.c_str(),
                      {Required(key_id, "key", "int"), Required(value_id, "value", value_type)});
  return Json::MakeObject({{"type", "array"}, {"items", std::move(entry)}, {"logicalType", "map"}});
}

Json Logical(const char* type, const char* logical) {
  return Json::MakeObject({{"type", type}, {"logicalType", logical}});
}

Json Timestamp(bool adjust_to_utc) {
  Json json = Logical("long", "timestamp-micros");
  json.Set("adjust-to-utc", adjust_to_utc);
  return json;
}

Json Fixed(const std::string& name, int size) {
  return Json::MakeObject({{"type", "fixed"}, {"name", name}, {"size", size}});
}

Json Uuid(int field_id) {
  Json json = Fixed(Format("uuid_{}", field_id), 16);
  json.Set("logicalType", "uuid");
  return json;
}

Json Decimal(const schema::Type& type, int field_id) {
  Json json = Fixed(Format("decimal_{}", field_id), DecimalBytes(type.precision));
  json.Set("logicalType", "decimal");
  json.Set("precision", type.precision);
  json.Set("scale", type.scale);
  return json;
}

/// in  field_id: makes the names of fixed types unique within the schema
Json PartitionValueType(const schema::Type& type, int field_id) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return "boolean";
    case TypeKind::kInt:
      return "int";
    case TypeKind::kLong:
      return "long";
    case TypeKind::kFloat:
      return "float";
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kDate:
      return Logical("int", "date");
    case TypeKind::kTime:
      return Logical("long", "time-micros");
    case TypeKind::kTimestamp:
      return Timestamp(false);
    case TypeKind::kTimestampTz:
      return Timestamp(true);
    case TypeKind::kUuid:
      return Uuid(field_id);
    case TypeKind::kFixed:
      return Fixed(Format("fixed_{}", field_id), type.length);
    case TypeKind::kDecimal:
      return Decimal(type, field_id);
    case TypeKind::kBinary:
      return "bytes";
    case TypeKind::kString:
    case TypeKind::kStruct:
    case TypeKind::kList:
    case TypeKind::kMap:
      break;
  }
  return "string";
}

Json PartitionRecord(const schema::PartitionSpec& spec, std::span<const schema::Type> types) {
  Json::Array fields;
  std::set<std::string> taken;
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    const schema::PartitionField& field = spec.fields[i];
    std::string name = AvroName(field.name);
    if (!taken.insert(name).second) name += Format("_{}", field.field_id);
    Json json = Optional(field.field_id, name, PartitionValueType(types[i], field.field_id));
    if (name != field.name) json.Set("iceberg-field-name", field.name);
    fields.push_back(std::move(json));
  }
  return Record("r102", std::move(fields));
}

}  // namespace

int DecimalBytes(int precision) {
  int bytes = 1;
  for (schema::Int128 most = 1; bytes < 16; ++bytes) {
    most = (schema::Int128{1} << (8 * bytes - 1)) - 1;
    schema::Int128 needed = 1;
    for (int digit = 0; digit < precision; ++digit) needed *= 10;
    if (needed - 1 <= most) break;
  }
  return bytes;
}

std::string AvroName(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (digit && out.empty()) out.push_back('_');
    if (digit || letter) {
      out.push_back(c);
    } else {
      out += Format("_x{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

std::string ManifestSchemaText(const schema::PartitionSpec& spec,
                               std::span<const schema::Type> partition_types) {
  const Json data_file =
      Record("r2", {
                       Required(134, "content", "int"),
                       Required(100, "file_path", "string"),
                       Required(101, "file_format", "string"),
                       Required(102, "partition", PartitionRecord(spec, partition_types)),
                       Required(103, "record_count", "long"),
                       Required(104, "file_size_in_bytes", "long"),
                       Optional(108, "column_sizes", ColumnMap(117, 118, "long")),
                       Optional(109, "value_counts", ColumnMap(119, 120, "long")),
                       Optional(110, "null_value_counts", ColumnMap(121, 122, "long")),
                       Optional(137, "nan_value_counts", ColumnMap(138, 139, "long")),
                       Optional(125, "lower_bounds", ColumnMap(126, 127, "bytes")),
                       Optional(128, "upper_bounds", ColumnMap(129, 130, "bytes")),
                       Optional(131, "key_metadata", "bytes"),
                       Optional(132, "split_offsets", List(133, "long")),
                       Optional(135, "equality_ids", List(136, "int")),
                       Optional(140, "sort_order_id", "int"),
                   });
  return Record("manifest_entry",
                {
                    Required(0, "status", "int"),
                    Optional(1, "snapshot_id", "long"),
                    Optional(3, "sequence_number", "long"),
                    Optional(4, "file_sequence_number", "long"),
                    Required(2, "data_file", data_file),
                })
      .Dump();
}

std::string ManifestListSchemaText() {
  const Json summary = Record("r508", {
                                          Required(509, "contains_null", "boolean"),
                                          Optional(518, "contains_nan", "boolean"),
                                          Optional(510, "lower_bound", "bytes"),
                                          Optional(511, "upper_bound", "bytes"),
                                      });
  return Record("manifest_file",
                {
                    Required(500, "manifest_path", "string"),
                    Required(501, "manifest_length", "long"),
                    Required(502, "partition_spec_id", "int"),
                    Required(517, "content", "int"),
                    Required(515, "sequence_number", "long"),
                    Required(516, "min_sequence_number", "long"),
                    Required(503, "added_snapshot_id", "long"),
                    Required(504, "added_files_count", "int"),
                    Required(505, "existing_files_count", "int"),
                    Required(506, "deleted_files_count", "int"),
                    Required(512, "added_rows_count", "long"),
                    Required(513, "existing_rows_count", "long"),
                    Required(514, "deleted_rows_count", "long"),
                    Optional(507, "partitions", List(508, summary)),
                    Optional(519, "key_metadata", "bytes"),
                })
      .Dump();
}

}  // namespace tarn::catalog::iceberg
