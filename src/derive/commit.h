// The end of a run: what all tasks have written becomes the planned partitions, in one transaction.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/catalog.h"
#include "derive/manifest.h"
#include "derive/plan.h"
#include "os/files.h"
#include "store/object_store.h"

namespace tarn::derive {

/// Lent.
struct CommitPlace {
  catalog::Catalog& catalog;
  store::Buckets& buckets;
  os::Files& files;
};

struct CommitSummary {
  TaskCounts counts;
  size_t partitions = 0;
  size_t files = 0;  ///< of rows, as are the bytes
  uint64_t bytes_written = 0;
  std::vector<std::string> damage;
  bool was_committed = false;  ///< before: nothing has changed now
};

/// Commit a plan whose tasks are done, and remove what other attempts have written.
///
/// errors  kNotFound (a task has no manifest: names it), kCorrupt (a manifest is of another plan,
/// or
///         damaged), kConflict (the partitions were written by somebody else since the plan was
///         made: plan anew), those of the catalog
Result<CommitSummary> CommitPlan(const Plan& plan, const std::string& plan_path,
                                 const CommitPlace& place);

/// Whether a plan with partitions to write was committed. errors  those of the catalog
Result<bool> IsCommitted(const Plan& plan, catalog::Catalog& catalog);

/// Remove all that attempts have written for a plan that is given up. in  only while none runs, and
/// where it was not committed
Status RemoveFilesOf(const Plan& plan, store::Buckets& buckets);

}  // namespace tarn::derive
