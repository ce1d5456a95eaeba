#include "query/engine.h"

#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <atomic>
#include <duckdb/catalog/catalog_search_path.hpp>
#include <duckdb/common/arrow/arrow_converter.hpp>
#include <duckdb/common/arrow/arrow_format.hpp>
#include <duckdb/main/client_data.hpp>
#include <duckdb/main/connection.hpp>
#include <duckdb/main/query_result_stream.hpp>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "query/gate_internal.h"
#include "query/instance_internal.h"
#include "query/lake_catalog_internal.h"
#include "query/query_tables_internal.h"
#include "query/row_wise_internal.h"
#include "query/watchdog.h"

namespace tarn::query {
namespace {

constexpr duckdb::idx_t kBatchRows = 8192;

/// Why a query was interrupted.
enum class Stop : uint8_t { kNone, kCancelled, kTimeIsOver };

/// True where what is missing is a table or its database, not a function or a type.
bool NamesATable(const duckdb::ErrorData& error) {
  return error.RawMessage().starts_with("Table with name") ||
         error.RawMessage().starts_with("Schema with name");
}

ErrorKind KindOf(const duckdb::ErrorData& error) {
  using duckdb::ExceptionType;
  switch (error.Type()) {
    case ExceptionType::CATALOG:
      return NamesATable(error) ? ErrorKind::kNotFound : ErrorKind::kInvalid;
    case ExceptionType::OUT_OF_MEMORY:
      return ErrorKind::kOverloaded;
    case ExceptionType::INTERRUPT:
      return ErrorKind::kCancelled;
    case ExceptionType::NOT_IMPLEMENTED:
    case ExceptionType::PERMISSION:
    case ExceptionType::MISSING_EXTENSION:
      return ErrorKind::kUnsupported;
    case ExceptionType::IO:
      return ErrorKind::kIo;
    case ExceptionType::FATAL:
    case ExceptionType::INTERNAL:
      return ErrorKind::kInternal;
    default:
      return ErrorKind::kInvalid;
  }
}

duckdb::Value ToDuckParameter(const schema::Value& value) {
  return std::visit(
      []<class T>(const T& held) {
        if constexpr (std::is_same_v<T, std::monostate>) {
          return duckdb::Value();
        } else if constexpr (std::is_same_v<T, schema::Int128>) {
          return duckdb::Value::HUGEINT(
              duckdb::hugeint_t(static_cast<int64_t>(held >> 64), static_cast<uint64_t>(held)));
        } else if constexpr (std::is_same_v<T, std::string>) {
          return duckdb::Value(held);  // checks that it is UTF-8
        } else {
          return duckdb::Value::CreateValue(held);
        }
      },
      value);
}

/// A query that runs: its own connection, and what it has named.
class RunningQuery : public Rows {
 public:
  /// in  row_wise: none: any query
  RunningQuery(std::shared_ptr<Instance> instance, TableSource& source, const QueryLimits& limits,
               std::optional<RowWise> row_wise = std::nullopt)
      : limits_(limits),
        instance_(std::move(instance)),
        tables_(duckdb::make_shared_ptr<QueryTables>(source, std::move(row_wise))),
        connection_(instance_->database()) {
    QueryTables::Attach(*connection_.context, tables_);
  }

  /// Parse, plan and start. Call once.
  Status Start(std::string_view sql, const std::vector<schema::Value>& parameters,
               const std::string& database, Watchdog& watchdog) {
    if (limits_.time_max.count() > 0) {
      watch_ = watchdog.Watch(limits_.time_max, [this] { Interrupt(Stop::kTimeIsOver); });
    }
    return Convert([&]() -> Status {
      duckdb::ClientData::Get(*connection_.context)
          .catalog_search_path->Set(duckdb::CatalogSearchEntry(duckdb::Identifier(kLakeCatalog),
                                                               duckdb::Identifier(database)),
                                    duckdb::CatalogSetPathType::SET_DIRECTLY);
      auto statement = TRY(ParseReadingStatement(connection_, sql));
      if (const auto& row_wise = tables_->row_wise()) {
        meaning_ = statement->ToString();
        TRY(MakeRowWise(*statement, *row_wise));
      }
      return Submit(std::move(statement), parameters);
    });
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  // Of a row-wise query, once it has started.
  std::vector<std::string> columns_read() const { return tables_->columns_read(); }
  const std::string& meaning() const { return meaning_; }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (failure_) return std::unexpected(*failure_);
    if (ended_) return nullptr;
    auto batch = stop_ == Stop::kNone ? Convert([&] { return Fetch(); })
                                      : BatchResult(std::unexpected(Stopped()));
    if (!batch) failure_ = batch.error();
    if (!batch || *batch == nullptr) End();
    return batch;
  }

  void Cancel() override { Interrupt(Stop::kCancelled); }
  ScanStats stats() const override { return tables_->stats(); }

 private:
  using BatchResult = Result<std::shared_ptr<arrow::RecordBatch>>;

  Status Submit(duckdb::unique_ptr<duckdb::SQLStatement> statement,
                const std::vector<schema::Value>& parameters) {
    duckdb::vector<duckdb::Value> values;
    for (const schema::Value& parameter : parameters) values.push_back(ToDuckParameter(parameter));
    const duckdb::QueryParameters how(duckdb::make_shared_ptr<duckdb::ArrowFormat>(kBatchRows));
    auto result = values.empty() ? connection_.Submit(std::move(statement), how)
                                 : connection_.Submit(std::move(statement), values, how);
    result->ThrowIfError();
    stream_.emplace(std::move(result));
    // A statement that DuckDB takes for several (PIVOT) has its columns once the last of them runs.
    while (!stream_->MetadataAvailable()) {
      if (stream_->ExecuteTask() == duckdb::QueryResultState::EXECUTION_ERROR) {
        stream_->GetErrorObject().Throw();
      }
    }
    return ImportSchema();
  }

  Status ImportSchema() {
    if (tables_->row_wise()) TRY(CheckRowWiseTypes(stream_->GetNames(), stream_->GetTypes()));
    duckdb::vector<std::string> names;
    for (const duckdb::Identifier& name : stream_->GetNames()) {
      names.push_back(name.GetIdentifierName());
    }
    ArrowSchema exported;
    duckdb::ArrowConverter::ToArrowSchema(&exported, stream_->GetTypes(), names,
                                          stream_->GetClientProperties());
    auto imported = arrow::ImportSchema(&exported);
    if (!imported.ok()) {
      return Fail(ErrorKind::kUnsupported, "the result's columns: {}", imported.status().message());
    }
    schema_ = *std::move(imported);
    return {};
  }

  BatchResult Fetch() {
    if (limits_.rows_max > 0 && rows_ >= limits_.rows_max) return nullptr;
    const auto array = stream_->Fetch();
    if (stream_->HasError()) stream_->GetErrorObject().Throw();
    if (!array) return nullptr;
    auto imported = arrow::ImportRecordBatch(&array->arrow_array, schema_);
    if (!imported.ok()) return Fail(ErrorKind::kInternal, "{}", imported.status().ToString());
    std::shared_ptr<arrow::RecordBatch> batch = *std::move(imported);
    if (limits_.rows_max > 0) {
      const auto left = static_cast<int64_t>(limits_.rows_max - rows_);
      if (batch->num_rows() > left) batch = batch->Slice(0, left);
    }
    rows_ += static_cast<uint64_t>(batch->num_rows());
    return batch;
  }

  /// Run a part of the query; what DuckDB throws becomes our error.
  template <class F>
  auto Convert(F&& part) -> decltype(part()) {
    try {
      return part();
    } catch (const std::exception& thrown) {
      return std::unexpected(ErrorOf(duckdb::ErrorData(thrown)));
    }
  }

  Error ErrorOf(const duckdb::ErrorData& error) {
    if (std::optional<Error> failure = tables_->failure()) return *std::move(failure);
    const ErrorKind kind = KindOf(error);
    if (kind == ErrorKind::kCancelled && stop_ != Stop::kNone) return Stopped();
    if (kind == ErrorKind::kInternal) {
      Log(LogLevel::kError, "query", "DuckDB failed inside", {{"error", error.RawMessage()}});
    }
    return {kind, error.Message()};
  }

  Error Stopped() const {
    if (stop_ == Stop::kTimeIsOver) {
      return {ErrorKind::kOverloaded,
              Format("the query ran longer than its limit of {} ms", limits_.time_max.count())};
    }
    return {ErrorKind::kCancelled, "the query was cancelled"};
  }

  void Interrupt(Stop why) {
    Stop none = Stop::kNone;
    stop_.compare_exchange_strong(none, why);
    connection_.Interrupt();
  }

  /// Give back what the query holds; its rows are out or it failed.
  void End() {
    ended_ = true;
    watch_.reset();
    stream_.reset();
  }

  const QueryLimits limits_;
  std::string meaning_;  ///< of a row-wise query
  const std::shared_ptr<Instance> instance_;
  const duckdb::shared_ptr<QueryTables> tables_;
  duckdb::Connection connection_;
  std::optional<duckdb::QueryResultStream<duckdb::ArrowFormat>> stream_;
  std::shared_ptr<arrow::Schema> schema_;
  uint64_t rows_ = 0;
  bool ended_ = false;
  std::optional<Error> failure_;  ///< that ended it
  std::atomic<Stop> stop_ = Stop::kNone;
  std::shared_ptr<void> watch_;  ///< last: it must be gone before what it interrupts
};

class DuckEngine : public Engine {
 public:
  DuckEngine(EngineOptions options, TableSource& tables, std::shared_ptr<Instance> instance)
      : options_(std::move(options)), tables_(tables), instance_(std::move(instance)) {}

  Result<std::unique_ptr<Rows>> Run(std::string_view sql,
                                    const std::vector<schema::Value>& parameters,
                                    const QueryLimits& limits,
                                    const std::string& database) override {
    auto query = std::make_unique<RunningQuery>(TRY(WorkingInstance()), tables_, limits);
    TRY(query->Start(sql, parameters, schema::FoldCase(database), watchdog_));
    return query;
  }

  Result<RowWiseRun> RunRowWise(std::string_view sql, const RowWise& row_wise,
                                const QueryLimits& limits) override {
    auto query = std::make_unique<RunningQuery>(TRY(WorkingInstance()), tables_, limits, row_wise);
    TRY(AsRowWise(query->Start(sql, {}, schema::kDefaultDatabase, watchdog_)));
    RowWiseRun run{nullptr, query->columns_read(), query->meaning()};
    run.rows = std::move(query);
    return run;
  }

 private:
  /// The instance, or a new one where a failure inside DuckDB has spoilt it. Queries that still run
  /// in the old one keep it.
  Result<std::shared_ptr<Instance>> WorkingInstance() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (instance_->IsBroken()) {
      Log(LogLevel::kWarn, "query", "DuckDB is started anew after a failure inside it");
      instance_ = TRY(Instance::Open(options_));
    }
    return instance_;
  }

  const EngineOptions options_;
  TableSource& tables_;  ///< lent for the engine's life
  Watchdog watchdog_;
  Mutex mutex_;
  std::shared_ptr<Instance> instance_ GUARDED_BY(mutex_);
};

}  // namespace

std::string EngineVersion() { return duckdb::DuckDB::LibraryVersion(); }

Result<std::unique_ptr<Engine>> Engine::Open(EngineOptions options, TableSource& tables) {
  auto instance = TRY(Instance::Open(options));
  return std::make_unique<DuckEngine>(std::move(options), tables, std::move(instance));
}

}  // namespace tarn::query
