// Manifests (lists of data files) and manifest lists (the manifests of a snapshot) as values, whole
// as Iceberg v2 has them, so that merging a foreign manifest loses nothing.
// source  Iceberg table spec v2, "Manifests" and "Manifest Lists"
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "catalog/iceberg/avro_file.h"
#include "schema/data_file.h"
#include "schema/partition.h"
#include "schema/type.h"
#include "schema/value.h"

namespace tarn::catalog::iceberg {

inline constexpr int32_t kContentData = 0;
inline constexpr int32_t kContentDeletes = 1;

/// By field id, in the writer's order.
using ColumnCounts = std::vector<std::pair<int32_t, int64_t>>;
using ColumnBytes = std::vector<std::pair<int32_t, std::string>>;

/// A data (or delete) file as a manifest has it; lists are empty where absent.
struct FileRecord {
  int32_t content = 0;  ///< 0 data, 1 position deletes, 2 equality deletes
  std::string path;     ///< as written
  std::string format;
  std::vector<schema::Value> partition;  ///< one a field of the manifest's spec
  int64_t record_count = 0;
  int64_t size_bytes = 0;
  ColumnCounts column_sizes;
  ColumnCounts value_counts;
  ColumnCounts null_counts;
  ColumnCounts nan_counts;
  ColumnBytes lower_bounds;
  ColumnBytes upper_bounds;
  std::optional<std::string> key_metadata;
  std::vector<int64_t> split_offsets;
  std::vector<int64_t> equality_ids;
  std::optional<int32_t> sort_order_id;
};

enum class EntryStatus : uint8_t { kExisting = 0, kAdded = 1, kDeleted = 2 };

/// A line of a manifest. Ids and sequence numbers may be absent while it is kAdded: they are then
/// the manifest's own.
struct ManifestEntry {
  EntryStatus status = EntryStatus::kAdded;
  std::optional<int64_t> snapshot_id;
  std::optional<int64_t> sequence_number;
  std::optional<int64_t> file_sequence_number;
  FileRecord file;

  bool is_live() const { return status != EntryStatus::kDeleted; }
};

/// What a manifest list says of one partition field over a whole manifest.
struct FieldSummary {
  bool contains_null = false;
  std::optional<bool> contains_nan;
  std::optional<std::string> lower_bound;
  std::optional<std::string> upper_bound;
};

/// A line of a manifest list. Counts are absent only in lists of format v1.
struct ManifestFile {
  std::string path;  ///< as written
  int64_t length = 0;
  int32_t spec_id = 0;
  int32_t content = kContentData;
  int64_t sequence_number = 0;
  int64_t min_sequence_number = 0;
  int64_t added_snapshot_id = 0;
  std::optional<int64_t> added_files;
  std::optional<int64_t> existing_files;
  std::optional<int64_t> deleted_files;
  std::optional<int64_t> added_rows;
  std::optional<int64_t> existing_rows;
  std::optional<int64_t> deleted_rows;
  std::optional<std::vector<FieldSummary>> partitions;
  std::optional<std::string> key_metadata;

  /// True where no file of it is in the snapshot, and the list says so.
  bool is_known_empty() const { return added_files == 0 && existing_files == 0; }
};

/// The types of a spec's values, in order.
///
/// in       schemas: of the table, the preferred one first; a source may be gone from later ones
/// errors   kCorrupt: a source column that no schema has, or a transform that does not take it
Result<std::vector<schema::Type>> PartitionTypes(const schema::PartitionSpec& spec,
                                                 std::span<const schema::TableSchema> schemas);

/// True where the value is null or of this type: what WriteManifest needs of partition values.
bool IsValueOf(const schema::Type& type, const schema::Value& value);
/// The same of all values of a partition: one a type.
bool AreValuesOf(std::span<const schema::Type> types, std::span<const schema::Value> values);

/// What a manifest is written with.
struct ManifestContext {
  const schema::TableSchema* schema = nullptr;  ///< the table's current one
  const schema::PartitionSpec* spec = nullptr;
  std::vector<schema::Type> partition_types;  ///< of spec
  AvroFileWriter::SyncMarker sync{};          ///< random
};

/// returns  a manifest's bytes. in  entries: at least one, of the context's spec
Result<std::string> WriteManifest(const ManifestContext& context,
                                  std::span<const ManifestEntry> entries);

/// The line for a manifest list.
///
/// in       entries: those written; path, length: of the bytes put
/// returns  with sequence_number, min_sequence_number 0 (set by the commit that lists it);
/// `partitions` only where every field has something true to say
ManifestFile DescribeManifest(const ManifestContext& context,
                              std::span<const ManifestEntry> entries, std::string path,
                              int64_t length, int64_t snapshot_id);

struct ManifestListContext {
  int64_t snapshot_id = 0;
  std::optional<int64_t> parent_id;
  int64_t sequence_number = 0;
  AvroFileWriter::SyncMarker sync{};  ///< random
};

/// returns  a manifest list's bytes, format v2
Result<std::string> WriteManifestList(const ManifestListContext& context,
                                      std::span<const ManifestFile> manifests);

/// Read a manifest of any writer, format v1 or v2.
///
/// in       manifest: its line in the list: what entries inherit, and the counts that are checked;
/// types, spec: of manifest.spec_id returns  entries with snapshot id and sequence numbers filled
/// in errors   kCorrupt, kUnsupported (Avro codec), kTooLarge
Result<std::vector<ManifestEntry>> ReadManifest(std::string_view bytes,
                                                const ManifestFile& manifest,
                                                const schema::PartitionSpec& spec,
                                                std::span<const schema::Type> types);

/// Read a manifest list of any writer, format v1 or v2. errors  as ReadManifest
Result<std::vector<ManifestFile>> ReadManifestList(std::string_view bytes);

/// A record as the other rooms know it. Metrics of a column are kept only where its value and null
/// counts are known.
/// errors  kUnsupported: not Parquet, or encrypted
Result<schema::DataFile> ToDataFile(const FileRecord& record, int32_t spec_id);
FileRecord FromDataFile(const schema::DataFile& file);

/// A location as an absolute URI: `/x` and `file:/x` become `file:///x`.
std::string NormalizeUri(std::string_view location);

/// True for files that Tarn wrote: their metadata says so.
bool IsWrittenByTarn(const AvroFile& file);

}  // namespace tarn::catalog::iceberg
