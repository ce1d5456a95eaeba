// Which SQL runs here: one statement that reads. Two gates stand one behind the other. The first
// looks at the statement as it was parsed, and its refusals tell a person what to do. The second
// looks at every plan before it runs, because SELECT can carry a COPY or an INSERT inside, and
// because some table functions run SQL of their own.
#pragma once

#include <duckdb/main/connection.hpp>
#include <duckdb/parser/sql_statement.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace duckdb {
struct DBConfig;
}

namespace tarn::query {

/// Parse a query and let it through the first gate. Where it names the database `default` without
/// quotes, which DuckDB's grammar reserves, they are put around it.
///
/// errors  kInvalid (DuckDB's message; none or several statements), kUnsupported (a statement that
/// does not only read)
Result<duckdb::unique_ptr<duckdb::SQLStatement>> ParseReadingStatement(
    duckdb::Connection& connection, std::string_view sql);

/// Put the second gate into an instance. It refuses the plans of connections that are not a
/// query's, once `SetUp` is over.
class PlanGate {
 public:
  /// in  external_access: whether a query may read files and other things outside the lake
  PlanGate(duckdb::DBConfig& config, bool external_access);
  /// The instance is set up: from now on every plan is looked at.
  void Close();

 private:
  struct State;
  duckdb::shared_ptr<State> state_;
};

}  // namespace tarn::query
