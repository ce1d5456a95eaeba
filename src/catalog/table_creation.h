// New tables: their first metadata file, and the row that points at it.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/commit_loop.h"

namespace tarn::catalog {

/// errors  kInvalid: not a name that every engine and file system takes
Status CheckName(const std::string& name);

/// in       default_location: where tables lie that name no location, no slash at the end
/// returns  the tables, all made in one transaction
/// errors   kConflict (one exists: named), kInvalid, kUnknownOutcome, kUnavailable, kIo
Result<std::vector<MetadataPointer>> CreateAll(const CommitContext& context, os::Clock& clock,
                                               const std::vector<NewTable>& tables,
                                               const std::string& default_location);

}  // namespace tarn::catalog
