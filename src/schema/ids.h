// The ids that cross walls.
#pragma once

#include <cstdint>
#include <string>

#include "base/strong_id.h"

namespace tarn {

/// Log sequence number of a record: epoch (20 bits) and counter (44 bits), per node and shard;
/// increasing, never used again.
using Lsn = StrongId<struct LsnTag, uint64_t>;
/// A stream, for ever: not used again after a delete.
using StreamId = StrongId<struct StreamIdTag, uint32_t>;
/// A column or nested field of a table (Iceberg field id).
using FieldId = StrongId<struct FieldIdTag, int32_t>;
/// A table's snapshot (Iceberg snapshot id).
using SnapshotId = StrongId<struct SnapshotIdTag, int64_t>;

inline constexpr int kLsnCounterBits = 44;

namespace schema {

/// A table by its two names, lower case.
struct TableName {
  std::string database;
  std::string table;
  friend auto operator<=>(const TableName&, const TableName&) = default;
  std::string ToString() const { return database + "." + table; }
};

inline constexpr const char* kDefaultDatabase = "default";
inline constexpr const char* kRejectsSuffix = "_rejects";

}  // namespace schema
}  // namespace tarn
