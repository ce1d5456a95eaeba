// One DuckDB instance with the lake attached and everything else locked. It keeps nothing that
// matters, so a new one can take its place at any time.
#pragma once

#include <duckdb/main/database.hpp>
#include <memory>

#include "base/error.h"
#include "query/engine.h"

namespace tarn::query {

/// Threads: any; each query makes its own connection.
class Instance {
 public:
  /// errors  kInternal: DuckDB could not be set up
  static Result<std::shared_ptr<Instance>> Open(const EngineOptions& options);

  duckdb::DuckDB& database() { return database_; }

  /// True once an error inside DuckDB has made it refuse every further query.
  bool IsBroken();

 private:
  explicit Instance(duckdb::DBConfig* config) : database_(nullptr, config) {}

  duckdb::DuckDB database_;
};

}  // namespace tarn::query
