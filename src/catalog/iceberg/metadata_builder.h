// The next version of a table's metadata, as edits of the document before it. No IO: the caller
// writes what Build returns and swaps the pointer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "catalog/iceberg/table_metadata.h"
#include "schema/column_choice.h"

namespace tarn::catalog::iceberg {

/// What a new snapshot adds.
struct NewSnapshot {
  SnapshotId id;
  std::string manifest_list;  ///< URI
  std::map<std::string, std::string> summary;
};

/// Threads: one at a time.
class MetadataBuilder {
 public:
  /// in  base: of format v2, lent for the builder's life; now_ms: wall clock
  MetadataBuilder(const TableMetadata& base, int64_t now_ms);

  /// The time that the version will have: never before the base's.
  int64_t timestamp_ms() const { return timestamp_ms_; }
  /// The sequence number that a snapshot added here has.
  int64_t sequence_number() const { return base_.last_sequence_number + 1; }

  /// Add a snapshot of the current schema and make it current.
  void AddSnapshot(const NewSnapshot& snapshot);
  /// Forget snapshots: out of the list, the log and the statistics. in  none of them referenced
  void RemoveSnapshots(const std::set<SnapshotId>& ids);
  void SetProperty(const std::string& name, const std::string& value);
  /// Add a schema and make it current. in  its id unused; last: the highest field id ever given
  void SetSchema(const schema::TableSchema& schema, FieldId last);

  /// in  metadata_log_max: previous files that the document goes on naming
  Json Build(size_t metadata_log_max) &&;

 private:
  Json& Member(const char* name, Json otherwise);

  const TableMetadata& base_;
  const int64_t timestamp_ms_;
  Json json_;
};

struct FirstMetadata {
  std::string uuid;
  std::string location;
  int64_t timestamp_ms = 0;
  schema::TableSchema schema;  ///< with ids
  schema::PartitionSpec spec;  ///< with ids
  std::vector<schema::SortBy> sort_by;
  std::map<std::string, std::string> properties;
};

/// The document of a table without snapshots, format v2.
Json MakeFirstMetadata(const FirstMetadata& first);

}  // namespace tarn::catalog::iceberg
