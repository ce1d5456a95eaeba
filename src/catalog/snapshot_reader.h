// Snapshots out of a table's metadata, whole, as queries read them; and which data files no
// snapshot has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/table_files.h"
#include "schema/data_file.h"

namespace tarn::catalog {

/// in       name: of the table, for the snapshot and messages; at: none: the current one
/// errors   kNotFound (no such snapshot), kUnsupported (delete files), and those of TableFiles
Result<schema::Snapshot> ReadSnapshot(TableFiles& files, const schema::TableName& name,
                                      const iceberg::TableMetadata& metadata,
                                      std::optional<SnapshotId> at);

/// The objects under the table's data prefix whose names start with `stem_prefix`: all that are
/// there now.
/// returns  URIs. errors  kNotFound (in none of our buckets), kUnavailable, kIo
Result<std::vector<std::string>> ListDataObjects(TableFiles& files, const std::string& location,
                                                 const std::string& stem_prefix);

/// Those of `uris` that no snapshot in the metadata lists as live. errors  those of TableFiles
Result<std::vector<std::string>> WithoutReferenced(TableFiles& files,
                                                   const iceberg::TableMetadata& metadata,
                                                   std::vector<std::string> uris);

}  // namespace tarn::catalog
