// A data file as a manifest lists it, and a table's snapshot as a reader needs it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schema/ids.h"
#include "schema/partition.h"
#include "schema/type.h"
#include "schema/value.h"

namespace tarn::schema {

/// What a file says of one leaf column. Bounds are Iceberg single-value bytes, never tighter than
/// the data; absent where unknown.
struct ColumnMetrics {
  FieldId id;
  int64_t size_bytes = 0;
  int64_t value_count = 0;  ///< with nulls
  int64_t null_count = 0;
  std::optional<int64_t> nan_count;  ///< float and double only
  std::optional<std::string> lower;
  std::optional<std::string> upper;
};

struct DataFile {
  std::string uri;  ///< absolute
  int32_t spec_id = 0;
  std::vector<Value> partition;  ///< one a field of the spec
  int64_t record_count = 0;
  int64_t size_bytes = 0;  ///< exact
  std::vector<ColumnMetrics> columns;
  std::vector<int64_t> split_offsets;  ///< start of each row group
};

using DataFiles = std::vector<DataFile>;

/// Highest LSN that a table covers, per `<node>.<shard>`.
using Watermarks = std::map<std::string, Lsn>;

/// A table at one moment, whole: what a query reads. Immutable.
struct Snapshot {
  TableName name;
  std::string metadata_uri;
  TableSchema schema;
  std::vector<PartitionSpec> specs;
  std::optional<SnapshotId> id;  ///< none: no rows yet
  Watermarks watermarks;
  /// The files, manifest by manifest; parts are shared between snapshots.
  std::vector<std::shared_ptr<const DataFiles>> files;
};

}  // namespace tarn::schema
