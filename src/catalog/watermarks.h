// Progress of log shards as a table's metadata tells it: `tarn.wm.<node>.<shard>` in snapshot
// summaries, with copies in the table's properties.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/error.h"
#include "catalog/iceberg/table_metadata.h"
#include "schema/data_file.h"

namespace tarn::catalog {

inline constexpr std::string_view kWatermarkPrefix = "tarn.wm.";

/// The watermarks of a table's current snapshot: of the newest ancestor that carries each (foreign
/// writers do not copy them); of the properties where none does.
/// errors  kCorrupt: not a number
Result<schema::Watermarks> CurrentWatermarks(const iceberg::TableMetadata& metadata);

/// The watermarks of an older snapshot, from its ancestors alone. errors  kCorrupt
Result<schema::Watermarks> WatermarksAt(const iceberg::TableMetadata& metadata, SnapshotId id);

/// As summaries and properties have them. returns  name and decimal text
std::map<std::string, std::string> WatermarkEntries(const schema::Watermarks& watermarks);

}  // namespace tarn::catalog
