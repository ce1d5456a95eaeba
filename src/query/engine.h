// SQL over snapshots and live rows, by DuckDB, which stays behind this header.
#pragma once

#include <arrow/type_fwd.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "schema/data_file.h"
#include "schema/value.h"

namespace tarn::query {

/// A table at one moment: what its snapshot lists, and the rows not yet in files, taken together so
/// that none is twice or missing.
struct TableRows {
  schema::Snapshot snapshot;
  std::vector<std::shared_ptr<arrow::RecordBatch>>
      live;  ///< each of its own schema, a subset of or equal to the snapshot's columns (by name
             ///< and field id)
};

/// Which version of a table `AT (…)` asks for.
struct At {
  std::optional<SnapshotId> snapshot;
  std::optional<int64_t> timestamp_us;
};

/// Where the engine finds tables. Implemented in app/.
/// Threads: any.
class TableSource {
 public:
  virtual ~TableSource() = default;
  virtual Result<std::vector<std::string>> Databases() = 0;
  virtual Result<std::vector<schema::TableName>> Tables(const std::string& database) = 0;
  /// errors  kNotFound; others end the query with their message
  virtual Result<TableRows> Open(const schema::TableName& name, const std::optional<At>& at) = 0;
};

struct EngineOptions {
  size_t memory_bytes_max = 0;  ///< 0: 60 % of the machine's
  int threads = 0;              ///< 0: one a core
  std::string spill_directory;  ///< empty: no spilling
  /// Whether SQL may read what this process can read, as `read_parquet('/path')`. For a person at
  /// their own command line; never for SQL from elsewhere: then only the lake's tables are there.
  bool external_access = false;
};

inline constexpr size_t kSqlBytesMax = size_t{1} << 20;  ///< of one statement

struct QueryLimits {
  std::chrono::milliseconds time_max{0};  ///< 0: none
  uint64_t rows_max = 0;                  ///< 0: none; else the result ends there
};

/// What a query has read so far.
struct ScanStats {
  uint64_t files = 0;  ///< data files opened
  uint64_t bytes = 0;  ///< read from them
};

/// A running query's rows.
/// Threads: one at a time; Cancel any.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual std::shared_ptr<arrow::Schema> schema() const = 0;
  /// returns  the next batch, nullptr at the end
  /// errors   kInvalid (the data made the query fail), kCancelled, kOverloaded (time or memory
  /// limit: says which), kIo (a data file cannot be read), kInternal; the same again when asked
  /// again
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
  virtual void Cancel() = 0;
  virtual ScanStats stats() const = 0;
};

/// What a row-wise SELECT is held to: it makes one row, or none, of each row of one table, in their
/// order, and the same rows each time.
struct RowWise {
  std::string table;  ///< in the database `default`, in lower case
  /// Of that table; the result has it behind all columns of its own.
  std::string number_column;
};

struct RowWiseRun {
  std::unique_ptr<Rows> rows;
  std::vector<std::string> columns_read;  ///< of the table
  /// The SELECT as DuckDB has read it: two texts that differ in comments, space and the case of
  /// keywords have the same.
  std::string meaning;
};

/// Threads: any; queries run side by side.
class Engine {
 public:
  /// in  tables: lent for the engine's life
  static Result<std::unique_ptr<Engine>> Open(EngineOptions options, TableSource& tables);
  virtual ~Engine() = default;

  /// Run one statement that returns rows. Names are looked up in `database`; `default.t` works
  /// unquoted.
  ///
  /// in       parameters: for $1, $2, … or ?; bound, never pasted
  /// errors   kInvalid (DuckDB's message, with the position), kNotFound (table), kUnsupported (a
  /// statement that writes)
  virtual Result<std::unique_ptr<Rows>> Run(std::string_view sql,
                                            const std::vector<schema::Value>& parameters,
                                            const QueryLimits& limits,
                                            const std::string& database = "default") = 0;

  /// Run a SELECT that makes rows of the rows of one table.
  ///
  /// errors   as Run; kUnsupported: a join, a group, a window, an order, or whatever else takes
  /// more
  ///          than SELECT … FROM table WHERE …; a function such as random() or now()
  virtual Result<RowWiseRun> RunRowWise(std::string_view sql, const RowWise& row_wise,
                                        const QueryLimits& limits) = 0;
};

/// Which DuckDB this is: `v2.0.1`. Another one may answer otherwise.
std::string EngineVersion();

/// Put double quotes around a name for SQL.
std::string QuoteIdentifier(std::string_view name);

}  // namespace tarn::query
