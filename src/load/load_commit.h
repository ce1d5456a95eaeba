// The end of a load's portion: its files and the steps of its sources in one transaction; and the
// frame around a load that leaves no file behind that no snapshot lists.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/catalog.h"
#include "load/load_table.h"
#include "load/load_worker.h"
#include "os/files.h"
#include "store/object_store.h"

namespace tarn::load {

struct CommittedFiles {
  uint64_t rows = 0;
  uint64_t rejects = 0;
  uint64_t files = 0;
  uint64_t bytes = 0;
};

/// Commit what workers have written, with how far it takes their sources.
///
/// in       steps: at least one; each has the id of the load
/// durable  when it returns
/// errors   as Catalog::CommitAppends; after kUnknownOutcome the sources tell, at a later read
Result<CommittedFiles> CommitFiles(catalog::Catalog& catalog, LoadTable& table,
                                   std::vector<WorkerFiles> files,
                                   const std::vector<catalog::SourceProgress>& steps);

/// Where a load runs; all lent.
struct MarkedPlace {
  catalog::Catalog& catalog;
  store::Buckets& buckets;
  os::Files& files;
  std::string marks_directory;  ///< of running loads: <data>/run
};

/// Do a load's work, whose files begin with FileStem(load_id), and leave no file that no snapshot
/// lists, as far as that can be known; also none that dead loads of the table have left.
Status RunMarked(const MarkedPlace& place, LoadTable& table, const std::string& load_id,
                 const std::function<Status()>& work);

}  // namespace tarn::load
