#include "catalog/iceberg/manifest.h"

#include <algorithm>
#include <map>

namespace tarn::catalog::iceberg {
namespace {

constexpr std::string_view kParquet = "PARQUET";

const schema::Field* FindSource(FieldId id, std::span<const schema::TableSchema> schemas) {
  for (const schema::TableSchema& candidate : schemas) {
    if (const schema::Field* field = candidate.FindById(id)) return field;
  }
  return nullptr;
}

bool IsParquet(std::string_view format) {
  return std::ranges::equal(format, kParquet,
                            [](char a, char b) { return (a >= 'a' ? a - 32 : a) == b; });
}

/// A column's metrics while its maps are brought together.
struct Gathered {
  schema::ColumnMetrics metrics;
  bool has_value_count = false;
  bool has_null_count = false;
};

std::map<int32_t, Gathered> Gather(const FileRecord& record) {
  std::map<int32_t, Gathered> columns;
  for (const auto& [id, count] : record.value_counts) {
    columns[id].metrics.value_count = count;
    columns[id].has_value_count = true;
  }
  for (const auto& [id, count] : record.null_counts) {
    columns[id].metrics.null_count = count;
    columns[id].has_null_count = true;
  }
  for (const auto& [id, size] : record.column_sizes) columns[id].metrics.size_bytes = size;
  for (const auto& [id, count] : record.nan_counts) columns[id].metrics.nan_count = count;
  for (const auto& [id, bound] : record.lower_bounds) columns[id].metrics.lower = bound;
  for (const auto& [id, bound] : record.upper_bounds) columns[id].metrics.upper = bound;
  return columns;
}

}  // namespace

Result<std::vector<schema::Type>> PartitionTypes(const schema::PartitionSpec& spec,
                                                 std::span<const schema::TableSchema> schemas) {
  std::vector<schema::Type> types;
  for (const schema::PartitionField& field : spec.fields) {
    const schema::Field* source = FindSource(field.source, schemas);
    if (source == nullptr) {
      return Fail(ErrorKind::kCorrupt, "partition field '{}' is of column id {}, which is unknown",
                  field.name, field.source.number());
    }
    auto type = schema::TransformedType(field.transform, source->type);
    if (!type) {
      return Fail(ErrorKind::kCorrupt, "partition field '{}': {}", field.name,
                  type.error().message());
    }
    types.push_back(*std::move(type));
  }
  return types;
}

bool IsValueOf(const schema::Type& type, const schema::Value& value) {
  using schema::TypeKind;
  if (schema::IsNull(value)) return true;
  switch (type.kind) {
    case TypeKind::kBoolean:
      return std::holds_alternative<bool>(value);
    case TypeKind::kInt:
    case TypeKind::kDate:
      return std::holds_alternative<int32_t>(value);
    case TypeKind::kLong:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return std::holds_alternative<int64_t>(value);
    case TypeKind::kFloat:
      return std::holds_alternative<float>(value);
    case TypeKind::kDouble:
      return std::holds_alternative<double>(value);
    case TypeKind::kDecimal:
      return std::holds_alternative<schema::Int128>(value);
    case TypeKind::kUuid:
    case TypeKind::kFixed: {
      const auto* bytes = std::get_if<std::string>(&value);
      const size_t length = type.kind == TypeKind::kUuid ? 16 : static_cast<size_t>(type.length);
      return bytes != nullptr && bytes->size() == length;
    }
    case TypeKind::kString:
    case TypeKind::kBinary:
      return std::holds_alternative<std::string>(value);
    case TypeKind::kStruct:
    case TypeKind::kList:
    case TypeKind::kMap:
      break;
  }
  return false;
}

bool AreValuesOf(std::span<const schema::Type> types, std::span<const schema::Value> values) {
  return std::ranges::equal(types, values, IsValueOf);
}

Result<schema::DataFile> ToDataFile(const FileRecord& record, int32_t spec_id) {
  if (!IsParquet(record.format)) {
    return Fail(ErrorKind::kUnsupported, "data file {} is {}; Tarn reads Parquet", record.path,
                record.format);
  }
  if (record.key_metadata) {
    return Fail(ErrorKind::kUnsupported, "data file {} is encrypted", record.path);
  }
  schema::DataFile file;
  file.uri = NormalizeUri(record.path);
  file.spec_id = spec_id;
  file.partition = record.partition;
  file.record_count = record.record_count;
  file.size_bytes = record.size_bytes;
  file.split_offsets = record.split_offsets;
  for (auto& [id, gathered] : Gather(record)) {
    if (!gathered.has_value_count || !gathered.has_null_count) continue;
    gathered.metrics.id = FieldId(id);
    file.columns.push_back(std::move(gathered.metrics));
  }
  return file;
}

FileRecord FromDataFile(const schema::DataFile& file) {
  FileRecord record;
  record.path = file.uri;
  record.format = kParquet;
  record.partition = file.partition;
  record.record_count = file.record_count;
  record.size_bytes = file.size_bytes;
  record.split_offsets = file.split_offsets;
  for (const schema::ColumnMetrics& column : file.columns) {
    const int32_t id = column.id.number();
    record.column_sizes.emplace_back(id, column.size_bytes);
    record.value_counts.emplace_back(id, column.value_count);
    record.null_counts.emplace_back(id, column.null_count);
    if (column.nan_count) record.nan_counts.emplace_back(id, *column.nan_count);
    if (column.lower) record.lower_bounds.emplace_back(id, *column.lower);
    if (column.upper) record.upper_bounds.emplace_back(id, *column.upper);
  }
  return record;
}

std::string NormalizeUri(std::string_view location) {
  if (location.starts_with("/")) return "file://" + std::string(location);
  if (location.starts_with("file:/") && !location.starts_with("file://")) {
    return "file://" + std::string(location.substr(5));
  }
  return std::string(location);
}

}  // namespace tarn::catalog::iceberg
