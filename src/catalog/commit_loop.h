// The commit rule: work out what tables become, write it beside what is, swap all pointers in one
// transaction; on a conflict start over from what the other writer made. docs/formats/catalog.md
// tells what is on disk after a crash at each step.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "catalog/store/pointer_store.h"
#include "catalog/table_files.h"
#include "os/clock.h"
#include "schema/ids.h"

namespace tarn::catalog {

/// A table as it was read: where its row points, and what lies there.
struct TableState {
  std::string pointer;
  MetadataPointer metadata;
};

/// One table's part in a commit.
/// Threads: one at a time.
class TableChange {
 public:
  virtual ~TableChange() = default;

  virtual const schema::TableName& name() const = 0;
  /// Told before Plan: files of rejects of the runs that the commit replaces. Where the table has
  /// one of them, it must leave.
  virtual void MustRemove(std::span<const std::string> /*uris*/) {}
  /// Work out the next version, and write the files it refers to. Called again after a conflict.
  ///
  /// in       written: takes the URI of each file made for this version alone, before it is made
  /// returns  the next metadata document; none: this table needs no change
  /// errors   end the commit; nothing is applied
  virtual Result<std::optional<Json>> Plan(const iceberg::TableMetadata& base,
                                           std::vector<std::string>* written) = 0;
  /// True where the change is part of this version. Asked when it is not known whether a swap
  /// happened.
  virtual Result<bool> IsIn(const iceberg::TableMetadata& metadata) const = 0;
  /// URIs of files that every version shares; they are removed where the commit fails.
  virtual std::vector<std::string> SharedFiles() const { return {}; }
};

struct CommitLimits {
  size_t metadata_log_max = 100;
  int attempts_max = 100;      ///< conflicts in a row
  int unknown_reads_max = 10;  ///< of a catalog that does not answer after an unknown outcome
  int64_t wait_ms = 10;        ///< before the first retry; doubled up to 32 times that, with jitter
};

/// What commits work with; all lent.
struct CommitContext {
  PointerStore& pointers;
  TableFiles& files;
  os::Entropy& entropy;
  CommitLimits limits;
};

/// Read a table's pointer and metadata. errors  kNotFound (no such table), kCorrupt, kUnsupported,
/// kUnavailable, kIo
Result<TableState> LoadState(PointerStore& pointers, TableFiles& files,
                             const schema::TableName& name);

/// errors  kNotFound: the table of the name is another one
Status CheckUuid(const schema::TableName& name, const std::string& uuid,
                 const iceberg::TableMetadata& found);

/// Commit all changes or none.
///
/// in       rows: they move in the same transaction, also where no table changes. The `from` of
/// runs is found here; where all of them are recorded already, nothing changes
/// returns  the tables after it, in order
/// durable  when it returns without error
/// errors   those of Plan; kConflict: a source is not at its `from`, or a plan's runs were recorded
/// and replaced since; kUnavailable (too many conflicts), kUnknownOutcome: it may have happened
Result<std::vector<MetadataPointer>> Commit(const CommitContext& context,
                                            std::span<TableChange* const> changes,
                                            RowChanges rows = {});

/// Sleep before retry number `attempt` (from 1), with jitter.
void WaitBeforeRetry(const CommitContext& context, int attempt);

}  // namespace tarn::catalog
