// Values of the two fixed schemas (manifest_schema.h) in Avro's binary encoding.
#include <cmath>

#include "base/bytes.h"
#include "base/invariant.h"
#include "base/json.h"
#include "catalog/iceberg/manifest.h"
#include "catalog/iceberg/manifest_schema.h"
#include "schema/iceberg_json.h"

namespace tarn::catalog::iceberg {
namespace {

using schema::TypeKind;
using schema::Value;

constexpr std::string_view kCreatedBy = "tarn " TARN_VERSION;

void AppendInteger(std::string* out, int64_t value) { AppendZigZag(out, value); }

/// The branch of `["null", T]`. returns  whether the value follows
bool AppendPresence(std::string* out, bool present) {
  AppendZigZag(out, present ? 1 : 0);
  return present;
}

void AppendOptional(std::string* out, const std::optional<int64_t>& value) {
  if (AppendPresence(out, value.has_value())) AppendInteger(out, *value);
}

void AppendOptional(std::string* out, const std::optional<std::string>& value) {
  if (AppendPresence(out, value.has_value())) AppendAvroBytes(out, *value);
}

/// An optional array: absent where empty.
template <class Items, class AppendItem>
void AppendList(std::string* out, const Items& items, AppendItem&& append_item) {
  if (!AppendPresence(out, !items.empty())) return;
  AppendInteger(out, static_cast<int64_t>(items.size()));
  for (const auto& item : items) append_item(item);
  AppendInteger(out, 0);
}

void AppendCounts(std::string* out, const ColumnCounts& counts) {
  AppendList(out, counts, [&](const auto& count) {
    AppendInteger(out, count.first);
    AppendInteger(out, count.second);
  });
}

void AppendBounds(std::string* out, const ColumnBytes& bounds) {
  AppendList(out, bounds, [&](const auto& bound) {
    AppendInteger(out, bound.first);
    AppendAvroBytes(out, bound.second);
  });
}

void AppendIntegers(std::string* out, const std::vector<int64_t>& values) {
  AppendList(out, values, [&](int64_t value) { AppendInteger(out, value); });
}

void AppendDecimal(std::string* out, schema::Int128 value, int precision) {
  for (int shift = 8 * (DecimalBytes(precision) - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(static_cast<unsigned char>(value >> shift)));
  }
}

void AppendPartitionValue(std::string* out, const schema::Type& type, const Value& value) {
  if (!AppendPresence(out, !schema::IsNull(value))) return;
  switch (type.kind) {
    case TypeKind::kBoolean:
      out->push_back(std::get<bool>(value) ? '\1' : '\0');
      return;
    case TypeKind::kInt:
    case TypeKind::kDate:
      AppendInteger(out, std::get<int32_t>(value));
      return;
    case TypeKind::kLong:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      AppendInteger(out, std::get<int64_t>(value));
      return;
    case TypeKind::kFloat:
      AppendLe(out, std::get<float>(value));
      return;
    case TypeKind::kDouble:
      AppendLe(out, std::get<double>(value));
      return;
    case TypeKind::kDecimal:
      AppendDecimal(out, std::get<schema::Int128>(value), type.precision);
      return;
    case TypeKind::kUuid:
    case TypeKind::kFixed:
      out->append(std::get<std::string>(value));
      return;
    case TypeKind::kString:
    case TypeKind::kBinary:
    case TypeKind::kStruct:
    case TypeKind::kList:
    case TypeKind::kMap:
      AppendAvroBytes(out, std::get<std::string>(value));
      return;
  }
}

void AppendFile(std::string* out, const ManifestContext& context, const FileRecord& file) {
  AppendInteger(out, file.content);
  AppendAvroBytes(out, file.path);
  AppendAvroBytes(out, file.format);
  for (size_t i = 0; i < file.partition.size(); ++i) {
    AppendPartitionValue(out, context.partition_types[i], file.partition[i]);
  }
  AppendInteger(out, file.record_count);
  AppendInteger(out, file.size_bytes);
  AppendCounts(out, file.column_sizes);
  AppendCounts(out, file.value_counts);
  AppendCounts(out, file.null_counts);
  AppendCounts(out, file.nan_counts);
  AppendBounds(out, file.lower_bounds);
  AppendBounds(out, file.upper_bounds);
  AppendOptional(out, file.key_metadata);
  AppendIntegers(out, file.split_offsets);
  AppendIntegers(out, file.equality_ids);
  AppendOptional(out, std::optional<int64_t>(file.sort_order_id));
}

void AppendEntry(std::string* out, const ManifestContext& context, const ManifestEntry& entry) {
  INVARIANT(entry.status == EntryStatus::kAdded || entry.sequence_number,
            "only added entries inherit their sequence number");
  INVARIANT(entry.file.partition.size() == context.partition_types.size(),
            "a partition value for each field of the spec");
  AppendInteger(out, static_cast<int64_t>(entry.status));
  AppendOptional(out, entry.snapshot_id);
  AppendOptional(out, entry.sequence_number);
  AppendOptional(out, entry.file_sequence_number);
  AppendFile(out, context, entry.file);
}

bool IsNan(const Value& value) {
  if (const auto* number = std::get_if<float>(&value)) return std::isnan(*number);
  if (const auto* number = std::get_if<double>(&value)) return std::isnan(*number);
  return false;
}

/// in  index: of the field. returns  what is true of it in all entries
FieldSummary Summarize(const schema::Type& type, std::span<const ManifestEntry> entries,
                       size_t index) {
  FieldSummary summary;
  if (type.kind == TypeKind::kFloat || type.kind == TypeKind::kDouble) summary.contains_nan = false;
  const Value* lower = nullptr;
  const Value* upper = nullptr;
  for (const ManifestEntry& entry : entries) {
    const Value& value = entry.file.partition[index];
    if (schema::IsNull(value)) {
      summary.contains_null = true;
    } else if (IsNan(value)) {
      summary.contains_nan = true;
    } else {
      if (lower == nullptr || schema::Compare(value, *lower) < 0) lower = &value;
      if (upper == nullptr || schema::Compare(value, *upper) > 0) upper = &value;
    }
  }
  if (lower != nullptr) summary.lower_bound = schema::ToIcebergBytes(type, *lower);
  if (upper != nullptr) summary.upper_bound = schema::ToIcebergBytes(type, *upper);
  return summary;
}

void AppendSummary(std::string* out, const FieldSummary& summary) {
  out->push_back(summary.contains_null ? '\1' : '\0');
  if (AppendPresence(out, summary.contains_nan.has_value())) {
    out->push_back(*summary.contains_nan ? '\1' : '\0');
  }
  AppendOptional(out, summary.lower_bound);
  AppendOptional(out, summary.upper_bound);
}

void AppendManifestFile(std::string* out, const ManifestFile& manifest) {
  AppendAvroBytes(out, manifest.path);
  AppendInteger(out, manifest.length);
  AppendInteger(out, manifest.spec_id);
  AppendInteger(out, manifest.content);
  AppendInteger(out, manifest.sequence_number);
  AppendInteger(out, manifest.min_sequence_number);
  AppendInteger(out, manifest.added_snapshot_id);
  AppendInteger(out, manifest.added_files.value_or(0));
  AppendInteger(out, manifest.existing_files.value_or(0));
  AppendInteger(out, manifest.deleted_files.value_or(0));
  AppendInteger(out, manifest.added_rows.value_or(0));
  AppendInteger(out, manifest.existing_rows.value_or(0));
  AppendInteger(out, manifest.deleted_rows.value_or(0));
  if (AppendPresence(out, manifest.partitions.has_value())) {
    if (!manifest.partitions->empty()) {
      AppendInteger(out, static_cast<int64_t>(manifest.partitions->size()));
      for (const FieldSummary& summary : *manifest.partitions) AppendSummary(out, summary);
    }
    AppendInteger(out, 0);
  }
  AppendOptional(out, manifest.key_metadata);
}

}  // namespace

Result<std::string> WriteManifest(const ManifestContext& context,
                                  std::span<const ManifestEntry> entries) {
  INVARIANT(!entries.empty(), "a manifest lists at least one file");
  AvroFileWriter writer(ManifestSchemaText(*context.spec, context.partition_types),
                        {{"schema", schema::SchemaToIceberg(*context.schema).Dump()},
                         {"schema-id", Format("{}", context.schema->schema_id)},
                         {"partition-spec", schema::SpecFieldsToIceberg(*context.spec).Dump()},
                         {"partition-spec-id", Format("{}", context.spec->spec_id)},
                         {"format-version", "2"},
                         {"content", "data"},
                         {"created-by", std::string(kCreatedBy)}},
                        context.sync);
  for (const ManifestEntry& entry : entries) {
    AppendEntry(writer.BeginRow(), context, entry);
    TRY(writer.EndRow());
  }
  return std::move(writer).Finish();
}

ManifestFile DescribeManifest(const ManifestContext& context,
                              std::span<const ManifestEntry> entries, std::string path,
                              int64_t length, int64_t snapshot_id) {
  ManifestFile manifest;
  manifest.path = std::move(path);
  manifest.length = length;
  manifest.spec_id = context.spec->spec_id;
  manifest.added_snapshot_id = snapshot_id;
  int64_t files[3] = {};
  int64_t rows[3] = {};
  for (const ManifestEntry& entry : entries) {
    ++files[static_cast<size_t>(entry.status)];
    rows[static_cast<size_t>(entry.status)] += entry.file.record_count;
  }
  manifest.existing_files = files[0];
  manifest.added_files = files[1];
  manifest.deleted_files = files[2];
  manifest.existing_rows = rows[0];
  manifest.added_rows = rows[1];
  manifest.deleted_rows = rows[2];
  std::vector<FieldSummary> summaries;
  for (size_t i = 0; i < context.partition_types.size(); ++i) {
    summaries.push_back(Summarize(context.partition_types[i], entries, i));
    // Readers prune a manifest whose summary claims neither nulls nor values: then say nothing.
    if (!summaries.back().contains_null && !summaries.back().lower_bound) return manifest;
  }
  manifest.partitions = std::move(summaries);
  return manifest;
}

Result<std::string> WriteManifestList(const ManifestListContext& context,
                                      std::span<const ManifestFile> manifests) {
  AvroFileWriter writer(
      ManifestListSchemaText(),
      {{"snapshot-id", Format("{}", context.snapshot_id)},
       {"parent-snapshot-id", context.parent_id ? Format("{}", *context.parent_id) : "null"},
       {"sequence-number", Format("{}", context.sequence_number)},
       {"format-version", "2"},
       {"created-by", std::string(kCreatedBy)}},
      context.sync);
  for (const ManifestFile& manifest : manifests) {
    AppendManifestFile(writer.BeginRow(), manifest);
    TRY(writer.EndRow());
  }
  return std::move(writer).Finish();
}

bool IsWrittenByTarn(const AvroFile& file) {
  const auto created_by = file.metadata.find("created-by");
  return created_by != file.metadata.end() && created_by->second.starts_with("tarn ");
}

}  // namespace tarn::catalog::iceberg
