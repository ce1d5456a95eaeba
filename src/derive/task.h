// One task of a plan: a chunk of raw objects to data files, and a manifest that says which. It asks
// no catalog and changes nothing that anybody reads, so it may be done twice, or at once twice.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"
#include "base/units.h"
#include "decode/heka_keys.h"
#include "derive/manifest.h"
#include "derive/plan.h"
#include "derive/row_maker.h"
#include "os/clock.h"
#include "os/files.h"
#include "store/object_store.h"

namespace tarn::derive {

inline constexpr size_t kTaskMemoryMin = 32 * kMiB;

struct TaskOptions {
  std::string plan_path;                   ///< beside which the manifest is put
  size_t task = 0;                         ///< its number in the plan
  size_t memory_bytes_max = 512 * kMiB;    ///< for rows and files in the making
  const decode::HekaKeys* keys = nullptr;  ///< lent; frames signed wrongly are left out
};

/// Lent.
struct TaskPlace {
  store::Buckets& buckets;
  os::Files& files;
  os::Entropy& entropy;
};

struct TaskOutcome {
  TaskManifest manifest;
  bool is_first = true;  ///< false: another attempt's manifest stands, this one's files are removed
};

/// A data file's name begins so, whatever attempt wrote it.
std::string FileStemOf(const Plan& plan);
/// Where the data files of a table lie, below the bucket of its location.
Result<store::Buckets::Place> RowsPlace(const Plan& plan, store::Buckets& buckets);
Result<store::Buckets::Place> RejectsPlace(const Plan& plan, store::Buckets& buckets);

/// Run a task. Nothing is left of a failed one but files that the commit removes.
///
/// errors   kInvalid (no such task; an object that has changed; what the class threw), kNotFound:
///          an object is gone. They name the object, and the offset where there is one. Those of
///          the store
Result<TaskOutcome> RunTask(const Plan& plan, const RowMaking& make_rows,
                            const TaskOptions& options, const TaskPlace& place);

}  // namespace tarn::derive
