// The rows of tarn_derived_runs: what the partitions of derived datasets were made of. Within a
// session or a transaction of its caller; what SOCI throws passes through.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/store/pointer_store.h"

namespace tarn::catalog {

extern const char* const kRunsLayout;

/// A run as its row has it.
struct RunRow {
  std::string partition;
  std::string inputs_hash;
  std::string code_version;
  std::string plan_id;
  std::string rejects;  ///< a JSON array of texts
};

struct RunStateRow {
  std::optional<RunRow> current;
  bool was_committed = false;
};

/// returns  one each, in order
std::vector<RunStateRow> SelectRuns(soci::session& sql, const std::string& table_uuid,
                                    const std::vector<DerivedRun>& runs);
/// returns  the run of each partition, by partition
std::vector<RunRow> SelectAllRuns(soci::session& sql, const std::string& table_uuid);

/// errors  kCorrupt: names the partition
Result<std::vector<RunState>> ToRunStates(const std::vector<RunStateRow>& rows);
Result<std::vector<DerivedRun>> ToRuns(const std::vector<RunRow>& rows);

/// returns  false: the partition's run is not the one that the change says, or this plan was
/// committed before
bool MoveRun(soci::session& sql, const RunChange& change);

}  // namespace tarn::catalog
