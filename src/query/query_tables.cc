#include "query/query_tables_internal.h"

#include <algorithm>
#include <charconv>
#include <duckdb/catalog/catalog.hpp>
#include <duckdb/parser/expression/constant_expression.hpp>
#include <duckdb/parser/expression/function_expression.hpp>
#include <duckdb/parser/expression/star_expression.hpp>
#include <duckdb/parser/literal.hpp>
#include <duckdb/parser/parsed_data/create_view_info.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/query_node/set_operation_node.hpp>
#include <duckdb/parser/tableref/table_function_ref.hpp>
#include <string_view>

#include "query/file_statistics_internal.h"
#include "query/lake_catalog_internal.h"
#include "query/live_scan_internal.h"

namespace tarn::query {
namespace {

constexpr const char* kStateKey = "tarn_query_tables";

/// `SELECT * FROM function(arguments)`, the function being given `info` as its input.
duckdb::unique_ptr<duckdb::QueryNode> SelectFrom(
    const char* function, duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> arguments,
    duckdb::shared_ptr<duckdb::TableFunctionInfo> info) {
  auto scan = duckdb::make_uniq<duckdb::TableFunctionRef>();
  scan->function = duckdb::make_uniq<duckdb::FunctionExpression>(duckdb::Identifier(function),
                                                                 std::move(arguments));
  scan->bind_info = std::move(info);
  auto select = duckdb::make_uniq<duckdb::SelectNode>();
  select->select_list.push_back(duckdb::make_uniq<duckdb::StarExpression>());
  select->from_table = std::move(scan);
  return select;
}

duckdb::unique_ptr<duckdb::QueryNode> SelectFromFiles(duckdb::shared_ptr<FileSet> files) {
  duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> arguments;
  arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(
      duckdb::Literal::String(files->name().ToString())));
  return SelectFrom(kFileScanFunction, std::move(arguments), std::move(files));
}

/// What a query of a table reads: its files, its live rows, or one after the other. Both have the
/// snapshot's columns in the snapshot's order.
duckdb::unique_ptr<duckdb::QueryNode> MakeQuery(duckdb::shared_ptr<FileSet> files,
                                                duckdb::shared_ptr<LiveRows> live) {
  if (live->row_count() == 0 && files->size() > 0) return SelectFromFiles(std::move(files));
  auto from_live = SelectFrom(kLiveScanFunction, {}, std::move(live));
  if (files->size() == 0) return from_live;
  auto both = duckdb::make_uniq<duckdb::SetOperationNode>();
  both->setop_type = duckdb::SetOperationType::UNION;
  both->setop_all = true;
  both->children.push_back(SelectFromFiles(std::move(files)));
  both->children.push_back(std::move(from_live));
  return both;
}

duckdb::unique_ptr<duckdb::ViewCatalogEntry> MakeScannedTable(
    duckdb::SchemaCatalogEntry& database, const std::string& name,
    const schema::TableSchema& columns, duckdb::unique_ptr<duckdb::QueryNode> query) {
  duckdb::CreateViewInfo info(database, duckdb::Identifier(name));
  info.query = duckdb::make_uniq<duckdb::SelectStatement>();
  info.query->node = std::move(query);
  for (const schema::Field& column : columns.fields) {
    info.names.push_back(duckdb::Identifier(column.name));
    info.types.push_back(ToDuckType(column.type));
  }
  return duckdb::make_uniq<duckdb::ViewCatalogEntry>(database.catalog, database, info);
}

/// Take a number off the front of `text`, and the slash behind it.
std::optional<size_t> TakeNumber(std::string_view* text) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc()) return std::nullopt;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  return number;
}

}  // namespace

duckdb::shared_ptr<QueryTables> QueryTables::Find(duckdb::ClientContext& context) {
  return context.registered_state->Get<QueryTables>(kStateKey);
}

void QueryTables::Attach(duckdb::ClientContext& context, duckdb::shared_ptr<QueryTables> tables) {
  context.registered_state->Insert(kStateKey, std::move(tables));
}

std::vector<std::string> QueryTables::Databases() {
  MutexLock lock(mutex_);
  if (!databases_) {
    Result<std::vector<std::string>> databases = source_.Databases();
    if (!databases) ThrowLocked(std::move(databases).error());
    databases_ = *std::move(databases);
  }
  return *databases_;
}

std::vector<schema::TableName> QueryTables::Tables(const std::string& database) {
  Result<std::vector<schema::TableName>> tables = source_.Tables(database);
  if (tables) return *std::move(tables);
  if (tables.error().kind() == ErrorKind::kNotFound) return {};
  Throw(std::move(tables).error());
}

duckdb::optional_ptr<duckdb::SchemaCatalogEntry> QueryTables::FindDatabase(
    duckdb::Catalog& catalog, const std::string& name) {
  const std::string folded = schema::FoldCase(name);
  const std::vector<std::string> known = Databases();
  if (std::find(known.begin(), known.end(), folded) == known.end()) return nullptr;
  MutexLock lock(mutex_);
  auto& entry = database_entries_[folded];
  if (!entry) entry = MakeDatabaseEntry(catalog, folded);
  return entry.get();
}

const OpenTable* QueryTables::FindTable(duckdb::SchemaCatalogEntry& database,
                                        const std::string& table, const std::optional<At>& at) {
  const schema::TableName name{database.name.GetIdentifierName(), schema::FoldCase(table)};
  TableKey key{name, std::nullopt};
  if (at && at->snapshot) key.second = {true, at->snapshot->number()};
  if (at && at->timestamp_us) key.second = {false, *at->timestamp_us};
  MutexLock lock(mutex_);
  const auto found = tables_.find(key);
  if (found != tables_.end()) return &found->second;
  Result<TableRows> rows = source_.Open(name, at);
  if (!rows) {
    // Without AT, DuckDB's own words are better: they know similar names and the place.
    if (rows.error().kind() == ErrorKind::kNotFound && !at) return nullptr;
    ThrowLocked(std::move(rows).error());
  }
  OpenTable open = Make(database, name.table, *std::move(rows));
  return &tables_.emplace(std::move(key), std::move(open)).first->second;
}

OpenTable QueryTables::Make(duckdb::SchemaCatalogEntry& database, const std::string& table,
                            TableRows rows) {
  OpenTable open;
  const schema::TableSchema& columns = rows.snapshot.schema;
  auto live = duckdb::make_shared_ptr<LiveRows>(columns, std::move(rows.live));
  open.files = duckdb::make_shared_ptr<FileSet>(file_sets_.size(), std::move(rows.snapshot));
  open.listed = MakeListedTable(database, table, open.files->columns());
  open.scanned = MakeScannedTable(database, table, open.files->columns(),
                                  MakeQuery(open.files, std::move(live)));
  file_sets_.push_back(open.files.get());
  return open;
}

std::string QueryTables::ResolveScanPath(const std::string& path) const {
  std::string_view rest = path;
  if (!rest.starts_with(kScanPathPrefix)) return {};
  rest.remove_prefix(std::string_view(kScanPathPrefix).size());
  const std::optional<size_t> ordinal = TakeNumber(&rest);
  if (!ordinal || !rest.starts_with('/')) return {};
  rest.remove_prefix(1);
  const std::optional<size_t> index = TakeNumber(&rest);
  if (!index) return {};
  MutexLock lock(mutex_);
  if (*ordinal >= file_sets_.size() || *index >= file_sets_[*ordinal]->size()) return {};
  // The whole text must be the one that was handed out: no other spelling opens anything.
  if (file_sets_[*ordinal]->ScanPath(*index) != path) return {};
  return std::string(rest);
}

void QueryTables::NoteColumnsRead(std::vector<std::string> columns) {
  MutexLock lock(mutex_);
  columns_read_ = std::move(columns);
}

std::vector<std::string> QueryTables::columns_read() const {
  MutexLock lock(mutex_);
  return columns_read_;
}

void QueryTables::Throw(Error error) {
  MutexLock lock(mutex_);
  ThrowLocked(std::move(error));
}

void QueryTables::ThrowLocked(Error error) {
  const std::string message = error.message();
  if (!failure_) failure_ = std::move(error);
  throw duckdb::InvalidInputException(message);
}

std::optional<Error> QueryTables::failure() const {
  MutexLock lock(mutex_);
  return failure_;
}

}  // namespace tarn::query
