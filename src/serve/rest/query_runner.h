// Queries for the HTTP doors: a table's columns, and rows as JSON text.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "query/engine.h"
#include "query/page.h"
#include "schema/type.h"
#include "schema/value.h"
#include "serve/client_presence.h"

namespace tarn::serve {

struct JsonRows {
  std::string json;  ///< one array of objects
  uint64_t count = 0;
};

/// Threads: any; calls wait for the engine.
class QueryRunner {
 public:
  virtual ~QueryRunner() = default;
  /// errors  kNotFound: no such table
  virtual Result<schema::TableSchema> Columns(const schema::TableName& table) = 0;
  /// errors  as query::Engine::Run and query::Rows::Next
  virtual Result<JsonRows> Run(const std::string& sql, const std::vector<schema::Value>& parameters,
                               std::chrono::milliseconds time_max) = 0;
  /// Start a statement whose rows the caller reads, and cancels where nobody wants them any more.
  virtual Result<std::unique_ptr<query::Rows>> Start(const std::string& sql,
                                                     const std::vector<schema::Value>& parameters,
                                                     std::chrono::milliseconds time_max) = 0;
  /// As Start, read up to the limits; ends early (kCancelled) when the client leaves.
  virtual Result<query::Page> Ask(const std::string& sql,
                                  const std::vector<schema::Value>& parameters,
                                  std::chrono::milliseconds time_max,
                                  const query::PageLimits& limits, ClientPresence& client) = 0;
};

/// in  engine, tables: lent for the runner's life
std::unique_ptr<QueryRunner> MakeQueryRunner(query::Engine& engine, query::TableSource& tables);

}  // namespace tarn::serve
