// Manifests of any writer into values.
#include <algorithm>
#include <array>
#include <limits>

#include "catalog/iceberg/manifest.h"
#include "catalog/iceberg/manifest_fields_internal.h"

namespace tarn::catalog::iceberg {
namespace {

using schema::TypeKind;
using schema::Value;

constexpr KnownField kEntryFields[] = {{0, "status"},
                                       {1, "snapshot_id"},
                                       {3, "sequence_number"},
                                       {4, "file_sequence_number"},
                                       {2, "data_file"}};
constexpr KnownField kFileFields[] = {
    {134, "content"},          {100, "file_path"},     {101, "file_format"},
    {102, "partition"},        {103, "record_count"},  {104, "file_size_in_bytes"},
    {108, "column_sizes"},     {109, "value_counts"},  {110, "null_value_counts"},
    {137, "nan_value_counts"}, {125, "lower_bounds"},  {128, "upper_bounds"},
    {131, "key_metadata"},     {132, "split_offsets"}, {135, "equality_ids"},
    {140, "sort_order_id"}};

/// A map by field id is an array of records of key and value. `read_value(type, pair)` reads the
/// latter.
template <class Pairs, class ReadValue>
void ReadColumnMap(AvroReader& reader, const AvroType& type, Pairs* pairs, ReadValue&& read_value) {
  reader.ReadArray(type, [&](const AvroType& item) {
    auto& pair = pairs->emplace_back();
    reader.ReadRecord(item, [&](const AvroField& field) {
      if (field.name == "key") {
        pair.first = ReadInt32(reader, *field.type);
      } else if (field.name == "value") {
        pair.second = read_value(reader, *field.type);
      } else {
        reader.Skip(*field.type);
      }
    });
  });
}

void ReadCounts(AvroReader& reader, const AvroType& type, ColumnCounts* counts) {
  ReadColumnMap(reader, type, counts, ReadRequired);
}

void ReadBounds(AvroReader& reader, const AvroType& type, ColumnBytes* bounds) {
  ReadColumnMap(reader, type, bounds, ReadText);
}

void ReadIntegers(AvroReader& reader, const AvroType& type, std::vector<int64_t>* values) {
  reader.ReadArray(type,
                   [&](const AvroType& item) { values->push_back(ReadRequired(reader, item)); });
}

Value ReadInt32Value(AvroReader& reader, int64_t value) {
  if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max()) {
    reader.SetFailed("a partition value is out of range");
    return Value();
  }
  return static_cast<int32_t>(value);
}

/// in  want: of the spec; the file may hold a narrower type, from before a promotion
Value ReadPartitionValue(AvroReader& reader, const AvroType& type, const schema::Type& want) {
  switch (want.kind) {
    case TypeKind::kBoolean: {
      const auto value = reader.ReadBooleanOf(type);
      return value ? Value(*value) : Value();
    }
    case TypeKind::kInt:
    case TypeKind::kDate: {
      const auto value = reader.ReadInteger(type);
      return value ? ReadInt32Value(reader, *value) : Value();
    }
    case TypeKind::kLong:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: {
      const auto value = reader.ReadInteger(type);
      return value ? Value(*value) : Value();
    }
    case TypeKind::kFloat: {
      const auto value = reader.ReadNumber(type);
      return value ? Value(static_cast<float>(*value)) : Value();
    }
    case TypeKind::kDouble: {
      const auto value = reader.ReadNumber(type);
      return value ? Value(*value) : Value();
    }
    default: {
      const auto bytes = reader.ReadBytesOf(type);
      if (!bytes || !reader.ok()) return Value();
      auto value = schema::FromIcebergBytes(want, *bytes);
      if (value) return *std::move(value);
      reader.SetFailed(value.error().message());
      return Value();
    }
  }
}

void ReadPartition(AvroReader& reader, const AvroType& type, const schema::PartitionSpec& spec,
                   std::span<const schema::Type> types, std::vector<Value>* values) {
  values->assign(types.size(), Value());
  reader.ReadRecord(type, [&](const AvroField& field) {
    for (size_t i = 0; i < types.size(); ++i) {
      const schema::PartitionField& wanted = spec.fields[i];
      if (field.field_id == AvroField::kNoId ? field.name == wanted.name
                                             : field.field_id == wanted.field_id) {
        (*values)[i] = ReadPartitionValue(reader, *field.type, types[i]);
        return;
      }
    }
    reader.Skip(*field.type);
  });
}

/// Read a list-like field of a file record. returns  false for another field: nothing was read
bool ReadMetric(AvroReader& reader, int32_t id, const AvroType& type, FileRecord* file) {
  switch (id) {
    case 108:
      ReadCounts(reader, type, &file->column_sizes);
      return true;
    case 109:
      ReadCounts(reader, type, &file->value_counts);
      return true;
    case 110:
      ReadCounts(reader, type, &file->null_counts);
      return true;
    case 137:
      ReadCounts(reader, type, &file->nan_counts);
      return true;
    case 125:
      ReadBounds(reader, type, &file->lower_bounds);
      return true;
    case 128:
      ReadBounds(reader, type, &file->upper_bounds);
      return true;
    case 132:
      ReadIntegers(reader, type, &file->split_offsets);
      return true;
    case 135:
      ReadIntegers(reader, type, &file->equality_ids);
      return true;
    default:
      return false;
  }
}

struct ManifestReading {
  const schema::PartitionSpec& spec;
  std::span<const schema::Type> types;
};

void ReadFile(AvroReader& reader, const AvroType& type, const ManifestReading& reading,
              FileRecord* file) {
  reader.ReadRecord(type, [&](const AvroField& field) {
    const int32_t id = IdOf(field, kFileFields);
    if (ReadMetric(reader, id, *field.type, file)) return;
    switch (id) {
      case 134:
        file->content = ReadInt32(reader, *field.type);
        break;
      case 100:
        file->path = ReadText(reader, *field.type);
        break;
      case 101:
        file->format = ReadText(reader, *field.type);
        break;
      case 102:
        ReadPartition(reader, *field.type, reading.spec, reading.types, &file->partition);
        break;
      case 103:
        file->record_count = ReadRequired(reader, *field.type);
        break;
      case 104:
        file->size_bytes = ReadRequired(reader, *field.type);
        break;
      case 131:
        file->key_metadata = ReadOptionalBytes(reader, *field.type);
        break;
      case 140:
        if (const auto order = reader.ReadInteger(*field.type)) {
          file->sort_order_id = static_cast<int32_t>(*order);
        }
        break;
      default:
        reader.Skip(*field.type);
    }
  });
  if (reader.ok() && (file->path.empty() || file->record_count < 0 || file->size_bytes < 0)) {
    reader.SetFailed("a file without path, or with negative counts");
  }
}

void ReadEntry(AvroReader& reader, const AvroType& root, const ManifestReading& reading,
               ManifestEntry* entry) {
  reader.ReadRecord(root, [&](const AvroField& field) {
    switch (IdOf(field, kEntryFields)) {
      case 0: {
        const int64_t status = ReadRequired(reader, *field.type);
        if (status < 0 || status > 2) return reader.SetFailed("an entry's status is unknown");
        entry->status = static_cast<EntryStatus>(status);
        break;
      }
      case 1:
        entry->snapshot_id = reader.ReadInteger(*field.type);
        break;
      case 3:
        entry->sequence_number = reader.ReadInteger(*field.type);
        break;
      case 4:
        entry->file_sequence_number = reader.ReadInteger(*field.type);
        break;
      case 2:
        ReadFile(reader, *field.type, reading, &entry->file);
        break;
      default:
        reader.Skip(*field.type);
    }
  });
}

/// Fill in what an entry takes over from its manifest.
/// source  Iceberg spec, "Sequence Number Inheritance"
Status Inherit(const ManifestFile& manifest, ManifestEntry* entry) {
  const bool may = entry->status == EntryStatus::kAdded || manifest.sequence_number == 0;
  if (!entry->snapshot_id) entry->snapshot_id = manifest.added_snapshot_id;
  if (!may && !entry->sequence_number) {
    return Fail(ErrorKind::kCorrupt, "entry of {} has no sequence number and is not new",
                entry->file.path);
  }
  if (!entry->sequence_number) entry->sequence_number = manifest.sequence_number;
  if (!entry->file_sequence_number) entry->file_sequence_number = entry->sequence_number;
  return {};
}

Status CheckCount(std::string_view what, const std::optional<int64_t>& listed, int64_t found) {
  if (!listed || *listed == found) return {};
  return Fail(ErrorKind::kCorrupt, "the list tells of {} {}, the manifest has {}", *listed, what,
              found);
}

/// A manifest cut at a block's end is well-formed: the list's counts tell.
Status CheckCounts(const ManifestFile& manifest, std::span<const ManifestEntry> entries) {
  std::array<int64_t, 3> files{};
  for (const ManifestEntry& entry : entries) ++files[static_cast<size_t>(entry.status)];
  TRY(CheckCount("existing files", manifest.existing_files, files[0]));
  TRY(CheckCount("added files", manifest.added_files, files[1]));
  return CheckCount("deleted files", manifest.deleted_files, files[2]);
}

}  // namespace

Result<std::vector<ManifestEntry>> ReadManifest(std::string_view bytes,
                                                const ManifestFile& manifest,
                                                const schema::PartitionSpec& spec,
                                                std::span<const schema::Type> types) {
  const AvroFile file = TRY(AvroFile::Parse(bytes));
  const ManifestReading reading{spec, types};
  std::vector<ManifestEntry> entries;
  TRY(file.ForEachRow([&](AvroReader& reader, const AvroType& root) {
    ReadEntry(reader, root, reading, &entries.emplace_back());
  }));
  for (ManifestEntry& entry : entries) TRY(Inherit(manifest, &entry));
  TRY(CheckCounts(manifest, entries));
  return entries;
}

}  // namespace tarn::catalog::iceberg
