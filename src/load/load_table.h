// The table that a load goes into: made, or fitted, and given the columns that its records bring.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "catalog/catalog.h"
#include "load/reading.h"
#include "load/table_plan.h"
#include "schema/ids.h"
#include "schema/record.h"
#include "shape/shaper.h"

namespace tarn::load {

/// The table that somebody wants to load into.
struct WantedTable {
  schema::TableName name;  ///< made where it is missing
  RecordFormat format = RecordFormat::kNdjson;
  shape::Shaping shaping;
  /// As schema::ParsePartitionSpec reads; empty: as streams' tables, or as the existing table is.
  std::string partition_by;
  std::string sort_by;          ///< as schema::ParseSortBy reads; empty: as the table says
  std::string bloom_columns;    ///< as schema::ParseBloomColumns reads; empty: as the table says
  bool may_add_columns = true;  ///< to an existing table
};

/// The table as of one schema. Immutable.
struct TableVersion {
  catalog::Table table;
  TablePlan plan;
};

/// Threads: any.
class LoadTable {
 public:
  /// in       catalog: lent; is_existing: the table is there; sample: the first records, of which a
  ///          new table's inferred columns are made
  /// errors   kInvalid: columns or partitions as they are written, or other ones than the table's;
  ///          those of the catalog
  static Result<std::unique_ptr<LoadTable>> Open(catalog::Catalog& catalog, WantedTable wanted,
                                                 bool is_existing,
                                                 std::span<const schema::RecordView> sample);

  const catalog::Table& rejects() const { return rejects_; }
  std::shared_ptr<const TableVersion> current() EXCLUDES(mutex_);

  /// Have columns that records need.
  ///
  /// in       seen: the version that lacks them
  /// returns  another version: with them, or what somebody else has made of the table
  Result<std::shared_ptr<const TableVersion>> AddColumns(const TableVersion& seen,
                                                         const std::vector<schema::Field>& columns)
      EXCLUDES(mutex_);

 private:
  LoadTable(catalog::Catalog& catalog, WantedTable wanted, catalog::Table rejects)
      : catalog_(catalog), wanted_(std::move(wanted)), rejects_(std::move(rejects)) {}
  std::shared_ptr<const TableVersion> MakeVersion(catalog::Table table) const;

  catalog::Catalog& catalog_;
  const WantedTable wanted_;
  const catalog::Table rejects_;
  Mutex mutex_;
  std::shared_ptr<const TableVersion> current_ GUARDED_BY(mutex_);
};

}  // namespace tarn::load
