// What the tests of this room share: a lake that lives in the test, data files that DuckDB writes
// into a temporary directory, live batches from JSON, and queries whose answer is text.
#pragma once

#include <arrow/type_fwd.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/engine.h"
#include "schema/declaration.h"

namespace tarn::query {

/// A lake of tables that a test has put in.
/// Threads: any, once it is filled.
class FakeLake : public TableSource {
 public:
  /// The table's present state; also what AT an unknown moment finds no more.
  void Put(TableRows rows);
  /// A state that AT (VERSION => id) finds, and AT (TIMESTAMP => t) from this moment on.
  void PutVersion(int64_t snapshot_id, int64_t from_us, TableRows rows);
  /// Opening this table fails.
  void Break(const schema::TableName& name, Error error);
  /// Rows that come in between two looks at the table.
  void AddLiveAfterOpen(std::shared_ptr<arrow::RecordBatch> batch);

  Result<std::vector<std::string>> Databases() override;
  Result<std::vector<schema::TableName>> Tables(const std::string& database) override;
  Result<TableRows> Open(const schema::TableName& name, const std::optional<At>& at) override;

  int opens() const { return opens_; }

 private:
  struct Version {
    int64_t id;
    int64_t from_us;
    TableRows rows;
  };
  std::map<schema::TableName, TableRows> tables_;
  std::map<schema::TableName, std::vector<Version>> versions_;
  std::map<schema::TableName, Error> broken_;
  std::shared_ptr<arrow::RecordBatch> growth_;
  std::atomic<int> opens_ = 0;
};

/// A directory of data files; gone with it.
class DataDirectory {
 public:
  DataDirectory();
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  /// Write the rows of a SELECT to a new file, its columns with the schema's field ids.
  ///
  /// in       select: one column a field, same names and order; bound_bytes_max: longer bounds of
  /// strings are cut (and the upper one counted up) as Iceberg's writers do
  /// returns  the file with exact metrics of its top-level primitive columns
  schema::DataFile Write(const schema::TableSchema& schema, const std::string& select,
                         size_t bound_bytes_max = 16);

  const std::filesystem::path& path() const { return path_; }

 private:
  struct Writer;

  std::filesystem::path path_;
  std::unique_ptr<Writer> writer_;
  int files_ = 0;
};

/// `id bigint, user struct<id:string>` as a schema with field ids from 1.
schema::TableSchema Columns(std::string_view declaration);
/// in  json: a list of the values
std::shared_ptr<arrow::Array> Values(const std::shared_ptr<arrow::DataType>& type,
                                     const std::string& json);

/// A table's rows from files and live batches.
TableRows Table(const schema::TableName& name, const schema::TableSchema& schema,
                std::vector<schema::DataFile> files,
                std::vector<std::shared_ptr<arrow::RecordBatch>> live = {});

/// A live batch. in  rows: a JSON array of objects
std::shared_ptr<arrow::RecordBatch> Batch(const schema::TableSchema& schema,
                                          const std::string& rows);

/// An engine over a lake; fails the test where it cannot be opened.
std::unique_ptr<Engine> OpenEngine(TableSource& lake, EngineOptions options = {});

/// The answer as CSV without its header line, or `KIND: message` of the error.
std::string Ask(Engine& engine, std::string_view sql,
                const std::vector<schema::Value>& parameters = {}, const QueryLimits& limits = {});

/// The answer as CSV with its header line.
std::string AskWithHeader(Engine& engine, std::string_view sql);

/// How many data files a query opened, as EXPLAIN ANALYZE says.
int FilesRead(Engine& engine, const std::string& sql);

}  // namespace tarn::query
