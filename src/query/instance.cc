#include "query/instance_internal.h"

#include <duckdb/main/config.hpp>
#include <duckdb/main/connection.hpp>
#include <duckdb/main/extension/extension_loader.hpp>
#include <duckdb/main/valid_checker.hpp>
#include <string>
#include <utility>
#include <vector>

#include "query/file_scan_internal.h"
#include "query/gate_internal.h"
#include "query/lake_catalog_internal.h"
#include "query/live_scan_internal.h"
#include "query/row_wise_internal.h"

namespace tarn::query {
namespace {

/// A deeper expression could use up a thread's stack.
constexpr int kExpressionDepthMax = 250;

size_t MemoryBytes(const EngineOptions& options) {
  if (options.memory_bytes_max > 0) return options.memory_bytes_max;
  const duckdb::optional_idx machine = duckdb::FileSystem::GetAvailableMemory();
  constexpr size_t kFallbackBytes = size_t{1} << 30;
  return machine.IsValid() ? machine.GetIndex() / 10 * 6 : kFallbackBytes;
}

void Configure(const EngineOptions& options, duckdb::DBConfig* config) {
  config->SetOptionByName("memory_limit", duckdb::Value(Format("{}B", MemoryBytes(options))));
  config->SetOptionByName("temp_directory", duckdb::Value(options.spill_directory));
  if (options.threads > 0) {
    config->SetOptionByName("threads", duckdb::Value::BIGINT(options.threads));
  }
}

/// In this order: what is locked cannot be set any more.
std::vector<std::string> SetUpStatements(const EngineOptions& options) {
  std::vector<std::string> statements = {
      Format("ATTACH '' AS {0} (TYPE {0})", kLakeCatalog),
      "SET GLOBAL TimeZone = 'UTC'",
      Format("SET GLOBAL max_expression_depth = {}", kExpressionDepthMax),
      "SET GLOBAL allow_persistent_secrets = false",
      "SET GLOBAL allow_unredacted_secrets = false",
      "SET GLOBAL allow_community_extensions = false",
      "SET GLOBAL autoload_known_extensions = false",
      "SET GLOBAL autoinstall_known_extensions = false",
      // Its keys are paths, and our paths name other files in another query.
      "SET GLOBAL enable_external_file_cache = false",
  };
  if (!options.external_access) {
    statements.push_back(Format("SET GLOBAL allowed_directories = ['{}']", kScanPathPrefix));
    statements.push_back("SET GLOBAL enable_external_access = false");
  }
  statements.push_back("SET GLOBAL lock_configuration = true");
  return statements;
}

Status RunAll(duckdb::Connection& connection, const std::vector<std::string>& statements) {
  for (const std::string& statement : statements) {
    const auto result = connection.Query(statement);
    if (result->HasError()) {
      return Fail(ErrorKind::kInternal, "setting up DuckDB with '{}': {}", statement,
                  result->GetError());
    }
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<Instance>> Instance::Open(const EngineOptions& options) {
  auto opened = Guard(ErrorKind::kInternal, [&]() -> Result<std::shared_ptr<Instance>> {
    duckdb::DBConfig config;
    Configure(options, &config);
    std::shared_ptr<Instance> instance(new Instance(&config));
    duckdb::DatabaseInstance& database = *instance->database_.instance;
    RegisterLakeCatalog(database.config);
    PlanGate gate(database.config, options.external_access);
    instance->database_.GetFileSystem().RegisterSubSystem(MakeSnapshotFileSystem());
    duckdb::ExtensionLoader loader(database, kLakeCatalog);
    RegisterFileScan(loader);
    RegisterLiveScan(loader);
    duckdb::Connection connection(instance->database_);
    TRY(RunAll(connection, SetUpStatements(options)));
    RefuseChangingFunctions(*connection.context);
    gate.Close();
    return instance;
  });
  if (!opened) return std::unexpected(std::move(opened).error().While("opening DuckDB"));
  return *std::move(opened);
}

bool Instance::IsBroken() { return duckdb::ValidChecker::IsInvalidated(*database_.instance); }

}  // namespace tarn::query
