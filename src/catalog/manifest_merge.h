// Many small manifests become one, so that planning a query stays short however often rows land.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/iceberg/table_metadata.h"
#include "catalog/table_files.h"

namespace tarn::catalog {

inline constexpr int64_t kMergedManifestBytesMax = int64_t{8} << 20;

/// Merge small data manifests of one partition spec where there are `merge_min` of them.
///
/// in       base: the table that lists `manifests`; sequence_number, snapshot_id: of the commit;
/// written: takes the URI of what is made, before it is made
/// returns  the manifests, in order, with each merged group in the place of its first. Entries of
/// live files stay, as EXISTING with their own snapshot and sequence numbers
/// errors   those of reading and writing
Result<ManifestList> MergeSmallManifests(TableFiles& files, const iceberg::TableMetadata& base,
                                         const ManifestList& manifests, size_t merge_min,
                                         int64_t sequence_number, SnapshotId snapshot_id,
                                         std::vector<std::string>* written);

}  // namespace tarn::catalog
