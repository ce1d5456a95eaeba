// The lake as a DuckDB catalog: databases are its schemas, tables are found through the query's
// QueryTables. Nothing can be made, changed or dropped through it.
#pragma once

#include <duckdb/catalog/catalog_entry/schema_catalog_entry.hpp>
#include <string>

#include "schema/type.h"

namespace duckdb {
struct DBConfig;
}

namespace tarn::query {

inline constexpr const char* kLakeCatalog = "tarn";  ///< its name, and the TYPE of its ATTACH

/// Make `ATTACH '' AS tarn (TYPE tarn)` known to an instance.
void RegisterLakeCatalog(duckdb::DBConfig& config);

/// A database as an entry of the catalog; made by QueryTables, which keeps it.
duckdb::unique_ptr<duckdb::SchemaCatalogEntry> MakeDatabaseEntry(duckdb::Catalog& catalog,
                                                                 const std::string& name);

/// A table as information_schema and SHOW TABLES list it.
duckdb::unique_ptr<duckdb::TableCatalogEntry> MakeListedTable(duckdb::SchemaCatalogEntry& database,
                                                              const std::string& name,
                                                              const schema::TableSchema& columns);

}  // namespace tarn::query
