#include "query/query_testing.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <charconv>
#include <duckdb/common/types/column/column_data_collection.hpp>
#include <duckdb/common/types/uuid.hpp>
#include <duckdb/main/connection.hpp>
#include <duckdb/main/database.hpp>
#include <utility>

#include "base/invariant.h"
#include "query/result_text.h"
#include "schema/arrow_schema.h"

namespace tarn::query {
namespace {

/// What FIELD_IDS of COPY takes: `{"id": 1, "user": {__duckdb_field_id: 2, "plan": 3}}`.
std::string FieldIds(const std::vector<schema::Field>& fields);

std::string FieldIdText(const schema::Field& field) {
  const std::string id = Format("{}", field.id.number());
  if (!field.type.is_nested()) return id;
  std::string members = FieldIds(field.type.fields);
  members.insert(1, "__duckdb_field_id: " + id + ", ");
  return members;
}

std::string FieldIds(const std::vector<schema::Field>& fields) {
  std::string text = "{";
  for (const schema::Field& field : fields) {
    if (text.size() > 1) text += ", ";
    text += QuoteIdentifier(field.name) + ": " + FieldIdText(field);
  }
  return text + "}";
}

std::optional<schema::Value> ToValue(const schema::Type& type, const duckdb::Value& value) {
  using schema::TypeKind;
  if (value.IsNull()) return std::nullopt;
  switch (type.kind) {
    case TypeKind::kBoolean:
      return value.GetValue<bool>();
    case TypeKind::kInt:
      return value.GetValue<int32_t>();
    case TypeKind::kLong:
      return value.GetValue<int64_t>();
    case TypeKind::kFloat:
      return value.GetValue<float>();
    case TypeKind::kDouble:
      return value.GetValue<double>();
    case TypeKind::kDate:
      return value.GetValue<duckdb::date_t>().days;
    case TypeKind::kTime:
      return value.GetValue<duckdb::dtime_t>().value;
    case TypeKind::kTimestamp:
      return value.GetValue<duckdb::timestamp_t>().value;
    case TypeKind::kTimestampTz:
      return value.GetValue<duckdb::timestamp_tz_t>().value;
    case TypeKind::kString:
    case TypeKind::kBinary:
      return duckdb::StringValue::Get(value);
    case TypeKind::kDecimal: {
      Result<schema::Value> parsed = schema::FromText(type, value.ToString());
      return parsed ? std::optional(*parsed) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

/// Cut to so many bytes, and count the last byte up so that it stays above; none where it cannot.
std::optional<std::string> CutUpper(std::string bound, size_t bytes_max) {
  if (bound.size() <= bytes_max) return bound;
  bound.resize(bytes_max);
  while (!bound.empty() && static_cast<unsigned char>(bound.back()) >= 0x7F) bound.pop_back();
  if (bound.empty()) return std::nullopt;
  bound.back() = static_cast<char>(bound.back() + 1);
  return bound;
}

/// A batch with one more, for tables that grow while a query runs.
TableRows WithLive(TableRows rows, const std::shared_ptr<arrow::RecordBatch>& batch) {
  if (batch) rows.live.push_back(batch);
  return rows;
}

std::string ErrorText(const Error& error) {
  return Format("{}: {}", KindName(error.kind()), error.message());
}

Result<std::string> AskCsv(Engine& engine, std::string_view sql,
                           const std::vector<schema::Value>& parameters,
                           const QueryLimits& limits) {
  auto rows = TRY(engine.Run(sql, parameters, limits));
  auto writer = ResultWriter::Make(ResultFormat::kCsv, rows->schema());
  std::string text;
  while (true) {
    auto batch = TRY(rows->Next());
    if (!batch) return text + writer->Finish();
    EXPECT_TRUE(batch->ValidateFull().ok());
    text += TRY(writer->Write(*batch));
  }
}

}  // namespace

void FakeLake::Put(TableRows rows) { tables_[rows.snapshot.name] = std::move(rows); }

void FakeLake::PutVersion(int64_t snapshot_id, int64_t from_us, TableRows rows) {
  const schema::TableName name = rows.snapshot.name;
  versions_[name].push_back({snapshot_id, from_us, std::move(rows)});
}

void FakeLake::Break(const schema::TableName& name, Error error) {
  broken_.insert_or_assign(name, std::move(error));
}

void FakeLake::AddLiveAfterOpen(std::shared_ptr<arrow::RecordBatch> batch) {
  growth_ = std::move(batch);
}

Result<std::vector<std::string>> FakeLake::Databases() {
  std::vector<std::string> names = {schema::kDefaultDatabase};
  for (const auto& [name, rows] : tables_) {
    if (name.database != names.back()) names.push_back(name.database);
  }
  return names;
}

Result<std::vector<schema::TableName>> FakeLake::Tables(const std::string& database) {
  std::vector<schema::TableName> names;
  for (const auto& [name, rows] : tables_) {
    if (name.database == database) names.push_back(name);
  }
  return names;
}

Result<TableRows> FakeLake::Open(const schema::TableName& name, const std::optional<At>& at) {
  const int before = opens_++;
  const auto broken = broken_.find(name);
  if (broken != broken_.end()) return std::unexpected(broken->second);
  if (at) {
    const Version* found = nullptr;
    for (const Version& version : versions_[name]) {
      if (at->snapshot ? at->snapshot->number() == version.id
                       : version.from_us <= *at->timestamp_us) {
        found = &version;
      }
    }
    if (found) return found->rows;
    return Fail(ErrorKind::kNotFound, "table {} has no such snapshot", name.ToString());
  }
  const auto table = tables_.find(name);
  if (table == tables_.end()) return Fail(ErrorKind::kNotFound, "no table {}", name.ToString());
  return WithLive(table->second, before > 0 ? growth_ : nullptr);
}

/// The test's own DuckDB, for writing files and computing their metrics.
struct DataDirectory::Writer {
  duckdb::DuckDB database{nullptr};
  duckdb::Connection connection{database};

  Writer() { Query("SET TimeZone = 'UTC'"); }

  duckdb::unique_ptr<duckdb::QueryResult> Query(const std::string& sql) {
    auto result = connection.Query(sql);
    EXPECT_FALSE(result->HasError()) << sql << "\n" << result->GetError();
    return result;
  }

  schema::ColumnMetrics MetricsOf(const schema::Field& field, const std::string& table,
                                  size_t bound_bytes_max) {
    const std::string name = QuoteIdentifier(field.name);
    const bool is_float =
        field.type.kind == schema::TypeKind::kFloat || field.type.kind == schema::TypeKind::kDouble;
    const std::string nan = is_float ? "isnan(" + name + ")" : "false";
    auto result =
        Query(Format("SELECT count(*), count(*) - count({0}), count(*) FILTER ({1}), "
                     "min({0}) FILTER (NOT {1}), max({0}) FILTER (NOT {1}) FROM {2}",
                     name, nan, table));
    auto& rows = result->Collection();
    schema::ColumnMetrics metrics{.id = field.id};
    metrics.value_count = rows.GetValue(0, 0).GetValue<int64_t>();
    metrics.null_count = rows.GetValue(1, 0).GetValue<int64_t>();
    if (is_float) metrics.nan_count = rows.GetValue(2, 0).GetValue<int64_t>();
    const auto lower = ToValue(field.type, rows.GetValue(3, 0));
    const auto upper = ToValue(field.type, rows.GetValue(4, 0));
    if (!lower || !upper) return metrics;
    metrics.lower = schema::ToIcebergBytes(field.type, *lower);
    metrics.upper = schema::ToIcebergBytes(field.type, *upper);
    if (std::holds_alternative<std::string>(*lower)) {
      metrics.lower->resize(std::min(metrics.lower->size(), bound_bytes_max));
      metrics.upper = CutUpper(*metrics.upper, bound_bytes_max);
    }
    return metrics;
  }
};

DataDirectory::DataDirectory() : writer_(std::make_unique<Writer>()) {
  std::string name = (std::filesystem::temp_directory_path() / "tarn_query_XXXXXX").string();
  INVARIANT(mkdtemp(name.data()) != nullptr, "a temporary directory can be made");
  path_ = name;
}

DataDirectory::~DataDirectory() { std::filesystem::remove_all(path_); }

schema::DataFile DataDirectory::Write(const schema::TableSchema& schema, const std::string& select,
                                      size_t bound_bytes_max) {
  // A percent sign in the path must come through as it is.
  const auto file = path_ / Format("part={}%2F", files_ % 3) / Format("{}.parquet", files_);
  ++files_;
  std::filesystem::create_directories(file.parent_path());
  writer_->Query("CREATE OR REPLACE TEMP TABLE written AS " + select);
  writer_->Query(Format("COPY written TO '{}' (FORMAT parquet, FIELD_IDS {})", file.string(),
                        FieldIds(schema.fields)));
  schema::DataFile written;
  written.uri = "file://" + file.string();
  written.size_bytes = static_cast<int64_t>(std::filesystem::file_size(file));
  written.record_count = writer_->Query("SELECT count(*) FROM written")
                             ->Collection()
                             .GetValue(0, 0)
                             .GetValue<int64_t>();
  for (const schema::Field& field : schema.fields) {
    if (field.type.is_nested()) continue;
    written.columns.push_back(writer_->MetricsOf(field, "written", bound_bytes_max));
  }
  return written;
}

schema::TableSchema Columns(std::string_view declaration) {
  auto columns = schema::ParseColumns(declaration);
  INVARIANT(columns, "a test's columns are well written");
  schema::TableSchema schema{.fields = schema::FieldsOf(*columns)};
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

TableRows Table(const schema::TableName& name, const schema::TableSchema& schema,
                std::vector<schema::DataFile> files,
                std::vector<std::shared_ptr<arrow::RecordBatch>> live) {
  TableRows rows;
  rows.snapshot.name = name;
  rows.snapshot.schema = schema;
  rows.snapshot.specs = {schema::PartitionSpec{}};
  rows.snapshot.id = SnapshotId(1);
  if (!files.empty()) {
    rows.snapshot.files.push_back(std::make_shared<const schema::DataFiles>(std::move(files)));
  }
  rows.live = std::move(live);
  return rows;
}

std::shared_ptr<arrow::Array> Values(const std::shared_ptr<arrow::DataType>& type,
                                     const std::string& json) {
  auto array = arrow::json::ArrayFromJSONString(type, json);
  EXPECT_TRUE(array.ok()) << array.status().ToString();
  return *array;
}

std::shared_ptr<arrow::RecordBatch> Batch(const schema::TableSchema& schema,
                                          const std::string& rows) {
  const auto arrow_schema = schema::ToArrowSchema(schema);
  auto structs = arrow::json::ArrayFromJSONString(arrow::struct_(arrow_schema->fields()), rows);
  EXPECT_TRUE(structs.ok()) << structs.status().ToString();
  auto batch = arrow::RecordBatch::FromStructArray(*structs);
  return arrow::RecordBatch::Make(arrow_schema, (*batch)->num_rows(), (*batch)->columns());
}

std::unique_ptr<Engine> OpenEngine(TableSource& lake, EngineOptions options) {
  if (options.threads == 0) options.threads = 2;
  if (options.memory_bytes_max == 0) options.memory_bytes_max = size_t{512} << 20;
  auto engine = Engine::Open(std::move(options), lake);
  EXPECT_TRUE(engine) << engine.error().message();
  return engine ? *std::move(engine) : nullptr;
}

std::string Ask(Engine& engine, std::string_view sql, const std::vector<schema::Value>& parameters,
                const QueryLimits& limits) {
  const Result<std::string> text = AskCsv(engine, sql, parameters, limits);
  if (!text) return ErrorText(text.error());
  return text->substr(text->find('\n') + 1);
}

std::string AskWithHeader(Engine& engine, std::string_view sql) {
  const Result<std::string> text = AskCsv(engine, sql, {}, {});
  return text ? *text : ErrorText(text.error());
}

int FilesRead(Engine& engine, const std::string& sql) {
  const std::string plan = Ask(engine, "EXPLAIN ANALYZE " + sql);
  constexpr std::string_view kLabel = "Total Files Read: ";
  const size_t label = plan.find(kLabel);
  int files = 0;
  if (label == std::string::npos) return files;
  std::from_chars(plan.data() + label + kLabel.size(), plan.data() + plan.size(), files);
  return files;
}

}  // namespace tarn::query
