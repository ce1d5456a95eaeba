// The summary of an append's snapshot: what it added, and what the table has in all.
// source  Iceberg spec, Appendix F "Optional Snapshot Summary Fields"
#pragma once

#include <map>
#include <string>

#include "catalog/iceberg/table_metadata.h"
#include "schema/data_file.h"

namespace tarn::catalog {

/// in       before: the summary of the snapshot it builds on; empty for a table's first
/// returns  all values as text. Totals that `before` does not tell are left out
std::map<std::string, std::string> SummarizeAppend(const schema::DataFiles& files,
                                                   const iceberg::SnapshotRecord* before);

}  // namespace tarn::catalog
