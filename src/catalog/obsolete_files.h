// Snapshots that a commit forgets, and the files that nothing refers to after it: metadata, and
// data files that left the table. Those of appends stay: later snapshots list them.
#pragma once

#include <cstdint>
#include <set>

#include "catalog/iceberg/table_metadata.h"
#include "catalog/table_files.h"

namespace tarn::catalog {

struct RetentionLimits {
  int64_t snapshot_age_max_ms = 0;
  size_t snapshots_max = 0;  ///< with the one that the commit adds
};

/// Which snapshots a commit that adds one may forget: over the age, then the oldest over the count.
/// Never those that branches or tags name, the one before the new one, or the newest that carries a
/// watermark. A table with the property gc.enabled=false keeps all.
std::set<SnapshotId> ChooseExpired(const iceberg::TableMetadata& base, int64_t now_ms,
                                   const RetentionLimits& limits);

/// After a swap: remove lists and manifests of snapshots that `after` has no more, data files that
/// they list and no snapshot of `after` does, and metadata files that its log no longer names where
/// the table says so (write.metadata.delete-after-commit.enabled). Of metadata only files that Tarn
/// wrote, in the table's metadata directory; of data those below the table's location; best effort:
/// what fails stays and is logged. A table with the property gc.enabled=false keeps all.
void RemoveObsolete(TableFiles& files, const iceberg::TableMetadata& before,
                    const iceberg::TableMetadata& after);

}  // namespace tarn::catalog
