// One landing: sealed rows and rejects of a table to data files, and one commit of both. Stateless;
// the table's flow decides when, and what to do where it fails.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "catalog/catalog.h"
#include "flow/live_rows.h"
#include "lake/table_writer.h"
#include "store/object_store.h"

namespace tarn::flow {

struct LandingRequest {
  catalog::Table table;  ///< as last seen
  catalog::Table rejects_table;
  SealedBatches rows;
  SealedBatches rejects;
  std::string progress_key;  ///< `<node>.<shard>`
  std::string stem_prefix;   ///< `<node>-<shard>-`: all names of this node's files begin so
  Lsn from;                  ///< the table's watermark
  Lsn rejects_from;          ///< the rejects table's
  Lsn to;                    ///< every record of the table up to here is in rows or rejects
  uint64_t attempt = 0;      ///< random: unique for ever together with the LSNs
  lake::WriteOptions write;

  /// All names of this attempt's files begin so: `<node>-<shard>-<first LSN>-<to>-<attempt>-`. All
  /// their rows are of records from the first to `to`.
  std::string FileStem() const;
};

/// Both tables after the commit.
struct Landed {
  catalog::Table table;
  catalog::Table rejects_table;
};

/// Write the files, then commit them and the watermark in one catalog transaction.
///
/// errors   kUnknownOutcome: read the table's watermark before trying again. All others: nothing
/// was committed, files may lie about
///          unreferenced under the stem
Result<Landed> Land(const LandingRequest& request, catalog::Catalog& catalog,
                    store::Buckets& buckets);

/// The records that an attempt's file may hold, as its name tells.
struct FileRecords {
  Lsn first;
  Lsn to;
};
/// Says whether a file that no snapshot lists may go: its rows are in the table, or in the log.
using MayRemove = std::function<bool(const FileRecords&)>;

/// Remove what one attempt left and no snapshot lists.
///
/// in  only while no landing of the table runs
Status RemoveAttempt(const catalog::Table& table, const std::string& file_stem,
                     catalog::Catalog& catalog, store::Buckets& buckets);

/// Remove what all earlier attempts of this node left and no snapshot lists.
///
/// in       only while no landing of the table runs; stem_prefix: `<node>-<shard>-`
/// returns  how many lie there still, since they may not go or their names do not tell
Result<size_t> RemoveLostAttempts(const catalog::Table& table, const std::string& stem_prefix,
                                  catalog::Catalog& catalog, store::Buckets& buckets,
                                  const MayRemove& may_remove);

}  // namespace tarn::flow
