// The summary of a snapshot: what it added and removed, and what the table has in all.
// source  Iceberg spec, Appendix F "Optional Snapshot Summary Fields"
#pragma once

#include <map>
#include <string>

#include "catalog/iceberg/table_metadata.h"
#include "schema/data_file.h"

namespace tarn::catalog {

/// in       before: the snapshot it builds on; nullptr for a table's first
/// returns  all values as text. Totals that `before` does not tell are left out
std::map<std::string, std::string> SummarizeAppend(const schema::DataFiles& files,
                                                   const iceberg::SnapshotRecord* before);

/// The same of a snapshot that replaces files. in  added, removed: its data files
std::map<std::string, std::string> SummarizeReplacement(const schema::DataFiles& added,
                                                        const schema::DataFiles& removed,
                                                        const iceberg::SnapshotRecord* before);

}  // namespace tarn::catalog
