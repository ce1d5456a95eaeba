// Where queries find tables: inside the server (snapshots and live rows), beside it (over the local
// channel), or without one (what has landed).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/data_directory.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mutex.h"
#include "catalog/catalog.h"
#include "flow/conductor.h"
#include "net/http_client.h"
#include "query/engine.h"

namespace tarn::app {

/// Snapshots alone. in  catalog: lent
/// Threads: any.
class LandedTables : public query::TableSource {
 public:
  explicit LandedTables(catalog::Catalog& catalog) : catalog_(catalog) {}
  Result<std::vector<std::string>> Databases() override { return catalog_.ListDatabases(); }
  Result<std::vector<schema::TableName>> Tables(const std::string& database) override {
    return catalog_.ListTables(database);
  }
  Result<query::TableRows> Open(const schema::TableName& name,
                                const std::optional<query::At>& at) override;

 protected:
  catalog::Catalog& catalog_;
};

/// Snapshots and the rows that the conductor has and they lack.
/// Threads: any.
class ServerTables : public LandedTables {
 public:
  ServerTables(catalog::Catalog& catalog, flow::Conductor& conductor)
      : LandedTables(catalog), conductor_(conductor) {}
  Result<query::TableRows> Open(const schema::TableName& name,
                                const std::optional<query::At>& at) override;

 private:
  flow::Conductor& conductor_;
};

/// Snapshots read here, live rows asked of the server that runs on the directory.
/// Threads: any.
class BesideServerTables : public LandedTables {
 public:
  BesideServerTables(catalog::Catalog& catalog, RunningServer server)
      : LandedTables(catalog), server_(std::move(server)) {}
  Result<query::TableRows> Open(const schema::TableName& name,
                                const std::optional<query::At>& at) override;

 private:
  const RunningServer server_;
  Mutex mutex_;
  net::HttpClient client_ GUARDED_BY(mutex_);
};

/// The live rows of a table as one message of the local channel: the snapshot that they go with,
/// then Arrow IPC streams.
///
/// in  request: {"database": …, "table": …}
Result<std::string> LiveRowsMessage(const Json& request, ServerTables& tables);

/// The names of a database's tables, or of all, as a JSON array. in  request: {"database": …} or {}
Result<std::string> TablesMessage(const Json& request, query::TableSource& tables);

}  // namespace tarn::app
