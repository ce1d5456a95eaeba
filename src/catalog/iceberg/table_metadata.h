// A table's metadata file, format v2 (v1 is read). The document is kept whole beside what Tarn
// understands of it, and the next version is an edit of it, so members that another engine wrote
// stay.
// source  Iceberg table spec v2, "Table Metadata"
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "schema/ids.h"
#include "schema/partition.h"
#include "schema/type.h"

namespace tarn::catalog::iceberg {

struct SnapshotRecord {
  SnapshotId id;
  std::optional<SnapshotId> parent;
  int64_t sequence_number = 0;
  int64_t timestamp_ms = 0;
  std::optional<int32_t> schema_id;
  std::string manifest_list;  ///< location as written; empty: v1 may do without
  std::map<std::string, std::string> summary;
};

struct PreviousMetadata {
  std::string location;
  int64_t timestamp_ms = 0;
};

/// Threads: immutable; any.
struct TableMetadata {
  std::string uri;  ///< of the file itself
  Json json;

  int64_t format_version = 2;
  std::string uuid;
  std::string location;  ///< URI, no slash at the end
  int64_t last_sequence_number = 0;
  int64_t last_updated_ms = 0;
  FieldId last_column_id;
  std::vector<schema::TableSchema> schemas;
  int32_t current_schema_id = 0;
  std::vector<schema::PartitionSpec> specs;
  int32_t default_spec_id = 0;
  std::map<std::string, std::string> properties;
  std::optional<SnapshotId> current;
  std::vector<SnapshotRecord> snapshots;
  std::map<std::string, SnapshotId> refs;
  std::vector<PreviousMetadata> log;

  /// in       uri: where the file lies; bytes: of the file, gzip or not
  /// errors   kCorrupt, kUnsupported (another format version than 1 and 2, a type of v3: named),
  /// kTooLarge
  static Result<TableMetadata> Parse(std::string uri, std::string_view bytes);

  const schema::TableSchema& current_schema() const { return *FindSchema(current_schema_id); }
  const schema::PartitionSpec& default_spec() const { return *FindSpec(default_spec_id); }
  // nullptr where there is none
  const schema::TableSchema* FindSchema(int32_t schema_id) const;
  const schema::PartitionSpec* FindSpec(int32_t spec_id) const;
  const SnapshotRecord* FindSnapshot(SnapshotId id) const;
  /// The current snapshot and its ancestors, newest first, as far as the metadata still has them.
  std::vector<const SnapshotRecord*> Lineage(std::optional<SnapshotId> from) const;
  /// returns  schemas, the current one first: for looking up columns that may be gone
  std::vector<schema::TableSchema> SchemasCurrentFirst() const;
  /// The approximate size in memory, for a cache.
  size_t size_bytes() const;

 private:
  std::unordered_map<int64_t, size_t> snapshot_index_;
  size_t document_bytes_ = 0;
  friend class MetadataParser;
};

inline constexpr size_t kMetadataBytesMax = size_t{256} << 20;

/// The number in front of a metadata file's name, `00012-<uuid>.metadata.json`; 0 where there is
/// none.
int64_t MetadataVersion(std::string_view uri);

}  // namespace tarn::catalog::iceberg
