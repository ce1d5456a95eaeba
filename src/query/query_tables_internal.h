// The tables that one query has named. Each is opened once, when the query first names it, and
// stays as it was then: a self join sees one moment, and so do a table's files and live rows.
#pragma once

#include <compare>
#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/view_catalog_entry.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/main/client_context_state.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "query/counted_file_internal.h"
#include "query/engine.h"
#include "query/file_scan_internal.h"

namespace tarn::query {

/// A table as one query sees it. Addresses stay the same for the query's life.
struct OpenTable {
  duckdb::shared_ptr<FileSet> files;
  duckdb::unique_ptr<duckdb::ViewCatalogEntry>
      scanned;  ///< what a query binds: files and live rows
  duckdb::unique_ptr<duckdb::TableCatalogEntry> listed;  ///< what information_schema shows
};

/// One query's tables, kept at its connection.
/// Threads: any.
class QueryTables : public duckdb::ClientContextState {
 public:
  explicit QueryTables(TableSource& source, std::optional<RowWise> row_wise = std::nullopt)
      : row_wise_(std::move(row_wise)), source_(source) {}

  /// What the query is held to (row_wise_internal.h). none: any query
  const std::optional<RowWise>& row_wise() const { return row_wise_; }
  /// The columns that its plan reads, once that is made.
  void NoteColumnsRead(std::vector<std::string> columns) EXCLUDES(mutex_);
  std::vector<std::string> columns_read() const EXCLUDES(mutex_);

  /// The tables of the query that this connection runs; nullptr for connections that are not a
  /// query's (DuckDB makes some by itself).
  static duckdb::shared_ptr<QueryTables> Find(duckdb::ClientContext& context);
  static void Attach(duckdb::ClientContext& context, duckdb::shared_ptr<QueryTables> tables);

  /// returns  the database as the catalog knows it; nullptr where there is none
  duckdb::optional_ptr<duckdb::SchemaCatalogEntry> FindDatabase(duckdb::Catalog& catalog,
                                                                const std::string& name)
      EXCLUDES(mutex_);
  std::vector<std::string> Databases() EXCLUDES(mutex_);
  std::vector<schema::TableName> Tables(const std::string& database) EXCLUDES(mutex_);

  /// returns  the table, opened now if this query did not name it before; nullptr where there is
  /// none
  const OpenTable* FindTable(duckdb::SchemaCatalogEntry& database, const std::string& table,
                             const std::optional<At>& at) EXCLUDES(mutex_);

  /// returns  the local file behind a path of tarn_files; empty where no table of this query has it
  std::string ResolveScanPath(const std::string& path) const EXCLUDES(mutex_);

  /// What is read of the tables' files.
  const std::shared_ptr<ScanCounters>& counters() const { return counters_; }
  ScanStats stats() const { return counters_->stats(); }

  /// End the query with this error, which its caller then gets as it is. Throws what DuckDB
  /// expects.
  [[noreturn]] void Throw(Error error) EXCLUDES(mutex_);
  /// returns  the first error that was thrown so
  std::optional<Error> failure() const EXCLUDES(mutex_);

 private:
  using TableKey = std::pair<schema::TableName, std::optional<std::pair<bool, int64_t>>>;

  OpenTable Make(duckdb::SchemaCatalogEntry& database, const std::string& table, TableRows rows)
      REQUIRES(mutex_);
  [[noreturn]] void ThrowLocked(Error error) REQUIRES(mutex_);

  const std::optional<RowWise> row_wise_;
  TableSource& source_;  ///< lent for the query's life
  const std::shared_ptr<ScanCounters> counters_ = std::make_shared<ScanCounters>();
  mutable Mutex mutex_;
  std::optional<std::vector<std::string>> databases_ GUARDED_BY(mutex_);
  std::map<std::string, duckdb::unique_ptr<duckdb::SchemaCatalogEntry>> database_entries_
      GUARDED_BY(mutex_);
  std::map<TableKey, OpenTable> tables_ GUARDED_BY(mutex_);
  std::vector<const FileSet*> file_sets_ GUARDED_BY(mutex_);  ///< by ordinal
  std::optional<Error> failure_ GUARDED_BY(mutex_);
  std::vector<std::string> columns_read_ GUARDED_BY(mutex_);
};

}  // namespace tarn::query
