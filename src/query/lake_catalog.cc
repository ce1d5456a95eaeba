#include "query/lake_catalog_internal.h"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/catalog/similar_catalog_entry.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/main/attached_database.hpp>
#include <duckdb/parser/parsed_data/create_schema_info.hpp>
#include <duckdb/parser/parsed_data/create_table_info.hpp>
#include <duckdb/planner/tableref/bound_at_clause.hpp>
#include <duckdb/storage/database_size.hpp>
#include <duckdb/storage/storage_extension.hpp>
#include <duckdb/storage/table_storage_info.hpp>
#include <duckdb/transaction/transaction.hpp>
#include <duckdb/transaction/transaction_manager.hpp>
#include <optional>
#include <utility>

#include "query/file_statistics_internal.h"
#include "query/query_tables_internal.h"

namespace tarn::query {
namespace {

[[noreturn]] void RefuseWrite() {
  throw duckdb::PermissionException("SQL here only reads the lake");
}

/// The version that `AT (VERSION => …)` or `AT (TIMESTAMP => …)` names.
std::optional<At> ParseAt(duckdb::ClientContext& context,
                          duckdb::optional_ptr<duckdb::BoundAtClause> clause) {
  if (!clause) return std::nullopt;
  const std::string unit = duckdb::StringUtil::Lower(clause->Unit().GetIdentifierName());
  if (unit == "version") {
    const duckdb::Value value = clause->GetValue().CastAs(context, duckdb::LogicalType::BIGINT);
    if (!value.IsNull()) return At{.snapshot = SnapshotId(value.GetValue<int64_t>())};
  } else if (unit == "timestamp") {
    const duckdb::Value value =
        clause->GetValue().CastAs(context, duckdb::LogicalType::TIMESTAMP_TZ);
    if (!value.IsNull()) {
      return At{.timestamp_us = value.GetValue<duckdb::timestamp_tz_t>().value};
    }
  } else {
    throw duckdb::BinderException(
        "AT (%s => …) is not known: a table is read AT (VERSION => snapshot id) or "
        "AT (TIMESTAMP => time)",
        unit);
  }
  throw duckdb::BinderException("AT (%s => NULL) names no moment", unit);
}

/// A table in lists of tables. Queries bind the view that QueryTables makes beside it.
class ListedTable : public duckdb::TableCatalogEntry {
 public:
  ListedTable(duckdb::SchemaCatalogEntry& database, duckdb::CreateTableInfo& info)
      : TableCatalogEntry(database.catalog, database, info), columns_(info.columns.Copy()) {}

  const duckdb::ColumnList& GetColumns() const override { return columns_; }
  duckdb::unique_ptr<duckdb::BaseStatistics> GetStatistics(duckdb::ClientContext& /*context*/,
                                                           duckdb::column_t /*id*/) override {
    return nullptr;
  }
  duckdb::TableStorageInfo GetStorageInfo(duckdb::ClientContext& /*context*/) override {
    return {};
  }
  duckdb::TableFunction GetScanFunction(
      duckdb::ClientContext& /*context*/,
      duckdb::unique_ptr<duckdb::FunctionData>& /*bind_data*/) override {
    throw duckdb::NotImplementedException("table '%s' is scanned by its name only",
                                          name.GetIdentifierName());
  }

 private:
  const duckdb::ColumnList columns_;
};

/// A database of the lake. Belongs to one query.
class DatabaseEntry : public duckdb::SchemaCatalogEntry {
 public:
  using SchemaCatalogEntry::SchemaCatalogEntry;

  duckdb::optional_ptr<duckdb::CatalogEntry> LookupEntry(
      duckdb::CatalogTransaction transaction, const duckdb::EntryLookupInfo& lookup) override {
    const bool is_table = lookup.GetCatalogType() == duckdb::CatalogType::TABLE_ENTRY ||
                          lookup.GetCatalogType() == duckdb::CatalogType::VIEW_ENTRY;
    if (!is_table || !transaction.HasContext()) return nullptr;
    duckdb::ClientContext& context = transaction.GetContext();
    const auto tables = QueryTables::Find(context);
    if (!tables) return nullptr;
    const OpenTable* table =
        tables->FindTable(*this, lookup.GetEntryName(), ParseAt(context, lookup.GetAtClause()));
    return table ? table->scanned.get() : nullptr;
  }

  duckdb::SimilarCatalogEntry GetSimilarEntry(duckdb::CatalogTransaction transaction,
                                              const duckdb::EntryLookupInfo& lookup) override {
    duckdb::SimilarCatalogEntry best;
    const auto tables =
        transaction.HasContext() ? QueryTables::Find(transaction.GetContext()) : nullptr;
    if (!tables) return best;
    for (const schema::TableName& table : tables->Tables(name.GetIdentifierName())) {
      const duckdb::Identifier candidate(table.table);
      const double score =
          duckdb::StringUtil::SimilarityRating(candidate, lookup.GetEntryIdentifier());
      if (score > best.score) {
        best.name = candidate;
        best.score = score;
        best.schema = this;
      }
    }
    return best;
  }

  void Scan(duckdb::ClientContext& context, duckdb::CatalogType listed_type,
            const std::function<void(duckdb::CatalogEntry&)>& callback) override {
    if (listed_type != duckdb::CatalogType::TABLE_ENTRY) return;
    const auto tables = QueryTables::Find(context);
    if (!tables) return;
    for (const schema::TableName& table : tables->Tables(name.GetIdentifierName())) {
      // A table that was dropped since it was listed is not there any more.
      const OpenTable* open = tables->FindTable(*this, table.table, std::nullopt);
      if (open) callback(*open->listed);
    }
  }

  void Scan(duckdb::CatalogType /*type*/,
            const std::function<void(duckdb::CatalogEntry&)>& /*callback*/) override {}

  duckdb::optional_ptr<duckdb::CatalogEntry> CreateIndex(duckdb::CatalogTransaction,
                                                         duckdb::CreateIndexInfo&,
                                                         duckdb::TableCatalogEntry&) override {
    RefuseWrite();
  }
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateFunction(duckdb::CatalogTransaction,
                                                            duckdb::CreateFunctionInfo&) override {
    RefuseWrite();
  }
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateTable(duckdb::CatalogTransaction,
                                                         duckdb::BoundCreateTableInfo&) override {
    RefuseWrite();
  }
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateView(duckdb::CatalogTransaction,
                                                        duckdb::CreateViewInfo&) override {
    RefuseWrite();
  }
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateSequence(duckdb::CatalogTransaction,
                                                            duckdb::CreateSequenceInfo&) override {
    RefuseWrite();
  }
  duckdb::optional_ptr<duckdb::CatalogEntry> CreateType(duckdb::CatalogTransaction,
                                                        duckdb::CreateTypeInfo&) override {
    RefuseWrite();
  }
  void DropEntry(duckdb::ClientContext&, duckdb::DropInfo&) override { RefuseWrite(); }
  void Alter(duckdb::CatalogTransaction, duckdb::AlterInfo&) override { RefuseWrite(); }
};

/// Threads: any; it holds nothing of its own.
class LakeCatalog : public duckdb::Catalog {
 public:
  using Catalog::Catalog;

  void Initialize(bool /*load_builtin*/) override {}
  std::string GetCatalogType() override { return kLakeCatalog; }
  bool SupportsTimeTravel() const override { return true; }
  bool InMemory() override { return false; }
  std::string GetDBPath() override { return {}; }
  duckdb::DatabaseSize GetDatabaseSize(duckdb::ClientContext& /*context*/) override { return {}; }

  duckdb::optional_ptr<duckdb::SchemaCatalogEntry> LookupSchema(
      duckdb::CatalogTransaction transaction, const duckdb::EntryLookupInfo& lookup,
      duckdb::OnEntryNotFound if_not_found) override {
    const auto tables =
        transaction.HasContext() ? QueryTables::Find(transaction.GetContext()) : nullptr;
    const auto found = tables ? tables->FindDatabase(*this, lookup.GetEntryName()) : nullptr;
    if (!found && if_not_found == duckdb::OnEntryNotFound::THROW_EXCEPTION) {
      throw duckdb::CatalogException::MissingEntry(duckdb::CatalogType::SCHEMA_ENTRY,
                                                   lookup.GetEntryIdentifier(), std::string());
    }
    return found;
  }

  void ScanSchemas(duckdb::ClientContext& context,
                   std::function<void(duckdb::SchemaCatalogEntry&)> callback) override {
    const auto tables = QueryTables::Find(context);
    if (!tables) return;
    for (const std::string& name : tables->Databases()) {
      auto database = tables->FindDatabase(*this, name);
      if (database) callback(*database);
    }
  }

  duckdb::optional_ptr<duckdb::CatalogEntry> CreateSchema(duckdb::CatalogTransaction,
                                                          duckdb::CreateSchemaInfo&) override {
    RefuseWrite();
  }
  duckdb::PhysicalOperator& PlanCreateTableAs(duckdb::ClientContext&,
                                              duckdb::PhysicalPlanGenerator&,
                                              duckdb::LogicalCreateTable&,
                                              duckdb::PhysicalOperator&) override {
    RefuseWrite();
  }
  duckdb::PhysicalOperator& PlanInsert(duckdb::ClientContext&, duckdb::PhysicalPlanGenerator&,
                                       duckdb::LogicalInsert&,
                                       duckdb::optional_ptr<duckdb::PhysicalOperator>) override {
    RefuseWrite();
  }
  duckdb::PhysicalOperator& PlanDelete(duckdb::ClientContext&, duckdb::PhysicalPlanGenerator&,
                                       duckdb::LogicalDelete&, duckdb::PhysicalOperator&) override {
    RefuseWrite();
  }
  duckdb::PhysicalOperator& PlanUpdate(duckdb::ClientContext&, duckdb::PhysicalPlanGenerator&,
                                       duckdb::LogicalUpdate&, duckdb::PhysicalOperator&) override {
    RefuseWrite();
  }
  void DropSchema(duckdb::ClientContext&, duckdb::DropInfo&) override { RefuseWrite(); }
};

/// Transactions of a catalog that only reads: what a query sees is kept by its QueryTables.
class LakeTransactions : public duckdb::TransactionManager {
 public:
  using TransactionManager::TransactionManager;

  duckdb::Transaction& StartTransaction(duckdb::ClientContext& context) override {
    auto transaction = std::make_unique<duckdb::Transaction>(*this, context);
    duckdb::Transaction& started = *transaction;
    MutexLock lock(mutex_);
    running_.emplace(&started, std::move(transaction));
    return started;
  }
  duckdb::ErrorData CommitTransaction(duckdb::ClientContext& /*context*/,
                                      duckdb::Transaction& transaction) override {
    End(transaction);
    return {};
  }
  void RollbackTransaction(duckdb::Transaction& transaction) override { End(transaction); }
  void Checkpoint(duckdb::ClientContext& /*context*/, bool /*force*/) override {}

 private:
  void End(duckdb::Transaction& transaction) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    running_.erase(&transaction);
  }

  Mutex mutex_;
  std::map<duckdb::Transaction*, std::unique_ptr<duckdb::Transaction>> running_ GUARDED_BY(mutex_);
};

duckdb::unique_ptr<duckdb::Catalog> AttachLake(
    duckdb::optional_ptr<duckdb::StorageExtensionInfo> /*info*/, duckdb::ClientContext& /*context*/,
    duckdb::AttachedDatabase& database, const std::string& /*name*/, duckdb::AttachInfo& /*attach*/,
    duckdb::AttachOptions& /*options*/) {
  return duckdb::make_uniq<LakeCatalog>(database);
}

duckdb::unique_ptr<duckdb::TransactionManager> MakeTransactions(
    duckdb::optional_ptr<duckdb::StorageExtensionInfo> /*info*/, duckdb::AttachedDatabase& database,
    duckdb::Catalog& /*catalog*/) {
  return duckdb::make_uniq<LakeTransactions>(database);
}

}  // namespace

void RegisterLakeCatalog(duckdb::DBConfig& config) {
  auto extension = duckdb::make_shared_ptr<duckdb::StorageExtension>();
  extension->attach = AttachLake;
  extension->create_transaction_manager = MakeTransactions;
  duckdb::StorageExtension::Register(config, kLakeCatalog, std::move(extension));
}

duckdb::unique_ptr<duckdb::SchemaCatalogEntry> MakeDatabaseEntry(duckdb::Catalog& catalog,
                                                                 const std::string& name) {
  duckdb::CreateSchemaInfo info;
  info.SetQualifiedName(
      duckdb::QualifiedName(catalog.GetName(), duckdb::Identifier(name), duckdb::Identifier()));
  return duckdb::make_uniq<DatabaseEntry>(catalog, info);
}

duckdb::unique_ptr<duckdb::TableCatalogEntry> MakeListedTable(duckdb::SchemaCatalogEntry& database,
                                                              const std::string& name,
                                                              const schema::TableSchema& columns) {
  duckdb::CreateTableInfo info(database, duckdb::Identifier(name));
  for (const schema::Field& column : columns.fields) {
    info.columns.AddColumn(
        duckdb::ColumnDefinition(duckdb::Identifier(column.name), ToDuckType(column.type)));
  }
  return duckdb::make_uniq<ListedTable>(database, info);
}

}  // namespace tarn::query
