// One landing: sealed rows and rejects of a table to data files, and one commit of both. Stateless;
// the table's flow decides when, and what to do where it fails.
#pragma once

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
  uint64_t attempt = 0;      ///< unique for ever together with `from` and `to`
  lake::WriteOptions write;
};

struct Landed {
  catalog::Table table;
  catalog::Table rejects_table;
  uint64_t rows = 0;
  uint64_t rejects = 0;
  uint64_t files = 0;
  uint64_t bytes = 0;
  bool left_files = false;  ///< files that the commit does not list lie under its stem
};

/// Write the files, then commit them and the watermark in one catalog transaction.
///
/// returns  both tables after the commit
/// errors   kUnknownOutcome: read the table's watermark before trying again. All others: nothing
/// was committed, files may lie about
///          unreferenced under the stem
Result<Landed> Land(const LandingRequest& request, catalog::Catalog& catalog,
                    store::Buckets& buckets);

/// Remove the objects of earlier attempts of this node that no snapshot lists.
///
/// in       only while no landing of the table runs
Status RemoveUnreferenced(const catalog::Table& table, const std::string& stem_prefix,
                          catalog::Catalog& catalog, store::Buckets& buckets);

}  // namespace tarn::flow
