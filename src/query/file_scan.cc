#include "query/file_scan_internal.h"

#include <duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp>
#include <duckdb/common/file_opener.hpp>
#include <duckdb/common/multi_file/multi_file_reader.hpp>
#include <duckdb/function/partition_stats.hpp>
#include <duckdb/main/extension/extension_loader.hpp>
#include <duckdb/parser/expression/cast_expression.hpp>
#include <duckdb/parser/literal.hpp>
#include <duckdb/parser/tableref/table_function_ref.hpp>
#include <utility>

#include "query/counted_file_internal.h"
#include "query/file_list_internal.h"
#include "query/file_statistics_internal.h"
#include "query/query_tables_internal.h"

namespace tarn::query {
namespace {

/// A column with its field id, and its members with theirs (a list has its element, a map its key
/// and value). A file that lacks one of them reads as NULL there.
duckdb::MultiFileColumnDefinition ColumnOf(const schema::Field& field) {
  duckdb::MultiFileColumnDefinition column(duckdb::Identifier(field.name), ToDuckType(field.type));
  column.identifier = duckdb::Value::INTEGER(field.id.number());
  // DuckDB takes a missing default for "the file must have it", and one of another type for a bug
  // of its own that ends the whole instance.
  column.default_expression = duckdb::make_uniq<duckdb::CastExpression>(
      column.type, duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Literal::Null()));
  for (const schema::Field& member : field.type.fields) {
    column.children.push_back(ColumnOf(member));
  }
  return column;
}

/// Binds a scan to a snapshot: its files, and its schema by field ids.
class SnapshotReader : public duckdb::MultiFileReader {
 public:
  explicit SnapshotReader(duckdb::shared_ptr<const FileSet> files) : files_(std::move(files)) {}

  static duckdb::unique_ptr<duckdb::MultiFileReader> Make(
      const duckdb::BoundTableFunction& function) {
    return duckdb::make_uniq<SnapshotReader>(
        duckdb::shared_ptr_cast<duckdb::TableFunctionInfo, FileSet>(function.function_info));
  }

  duckdb::unique_ptr<duckdb::MultiFileReader> Copy() const override {
    return duckdb::make_uniq<SnapshotReader>(files_);
  }

  duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(
      duckdb::ClientContext& /*context*/, const duckdb::vector<std::string>& /*paths*/,
      const duckdb::FileGlobInput& /*glob*/) override {
    return MakeFileList(files_);
  }

  duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(
      duckdb::ClientContext& /*context*/, duckdb::vector<duckdb::OpenFileInfo> /*files*/,
      const duckdb::FileGlobInput& /*glob*/) override {
    return MakeFileList(files_);
  }

  bool Bind(duckdb::MultiFileOptions& /*options*/, duckdb::MultiFileList& /*files*/,
            duckdb::vector<duckdb::LogicalType>& types, duckdb::vector<duckdb::Identifier>& names,
            duckdb::MultiFileReaderBindData& bind_data) override {
    for (const schema::Field& field : files_->columns().fields) {
      bind_data.schema.push_back(ColumnOf(field));
      names.push_back(bind_data.schema.back().name);
      types.push_back(bind_data.schema.back().type);
    }
    bind_data.mapping = duckdb::MultiFileColumnMappingMode::BY_FIELD_ID;
    return true;
  }

  void BindOptions(duckdb::MultiFileOptions& options, duckdb::MultiFileList& files,
                   duckdb::vector<duckdb::LogicalType>& types,
                   duckdb::vector<duckdb::Identifier>& names,
                   duckdb::MultiFileReaderBindData& bind_data) override {
    // The directories `name=value` of a file are not columns: every column is in the file.
    options.auto_detect_hive_partitioning = false;
    options.hive_partitioning = false;
    options.union_by_name = false;
    MultiFileReader::BindOptions(options, files, types, names, bind_data);
  }

 private:
  const duckdb::shared_ptr<const FileSet> files_;
};

/// What the registered function keeps: the bind of the parquet_scan that it was copied from.
struct ParquetBind : duckdb::TableFunctionInfo {
  explicit ParquetBind(duckdb::table_function_bind_t function) : bind(function) {}
  duckdb::table_function_bind_t bind;
};

duckdb::unique_ptr<duckdb::FunctionData> BindFiles(duckdb::ClientContext& context,
                                                   duckdb::TableFunctionBindInput& input,
                                                   duckdb::vector<duckdb::LogicalType>& types,
                                                   duckdb::vector<duckdb::Identifier>& names) {
  if (dynamic_cast<FileSet*>(input.ref.bind_info.get()) == nullptr) {
    throw duckdb::BinderException("%s is not for queries: name the table instead",
                                  kFileScanFunction);
  }
  const auto bind = input.info->Cast<ParquetBind>().bind;
  input.table_function.function_info = input.ref.bind_info;
  return bind(context, input, types, names);
}

duckdb::vector<duckdb::PartitionStatistics> CountRows(duckdb::ClientContext& /*context*/,
                                                      duckdb::GetPartitionStatsInput& input) {
  return RowCounts(*input.bind_data->Cast<duckdb::MultiFileBindData>().file_list);
}

/// Turn what parquet_scan does by its files' footers into what it does by the snapshot. Statistics
/// of whole columns are left out: DuckDB would take cut bounds for exact ones.
duckdb::TableFunction MakeFileScan(const duckdb::TableFunction& parquet_scan) {
  duckdb::TableFunction scan = parquet_scan;
  scan.SetName(duckdb::Identifier(kFileScanFunction));
  scan.function_info = duckdb::make_shared_ptr<ParquetBind>(parquet_scan.bind);
  scan.bind = BindFiles;
  scan.get_multi_file_reader = SnapshotReader::Make;
  scan.get_partition_stats = CountRows;
  scan.statistics = nullptr;
  // DuckDB extracts a struct's member in the reader; for a file that lacks the whole struct it then
  // takes the struct's null for the member's, and fails.
  scan.supports_pushdown_extract = nullptr;
  scan.statistics_extended = nullptr;
  scan.set_scan_order = nullptr;
  scan.set_partitions_to_scan = nullptr;
  scan.to_sql = nullptr;
  scan.serialize = nullptr;
  scan.deserialize = nullptr;
  scan.verify_serialization = false;
  return scan;
}

/// Threads: any; what is opened belongs to the asking query.
class SnapshotFileSystem : public CountingFileSystem {
 public:
  std::string GetName() const override { return "TarnSnapshotFileSystem"; }

  bool CanHandleFile(const std::string& path) override { return path.starts_with(kScanPathPrefix); }

  duckdb::unique_ptr<duckdb::FileHandle> OpenFile(
      const std::string& path, duckdb::FileOpenFlags flags,
      duckdb::optional_ptr<duckdb::FileOpener> opener) override {
    if (flags.OpenForWriting()) {
      throw duckdb::PermissionException("the files of a table are not written by SQL");
    }
    const std::string local = Resolve(path, opener);
    if (local.empty()) throw duckdb::IOException("no table of this query has the file '%s'", path);
    const auto counters =
        QueryTables::Find(*duckdb::FileOpener::TryGetClientContext(opener))->counters();
    counters->Opened(path);
    // Without an opener: whether SQL may read local files by itself is another question.
    return Counted(local_->OpenFile(local, flags, nullptr), counters);
  }

  bool FileExists(const std::string& path,
                  duckdb::optional_ptr<duckdb::FileOpener> opener) override {
    return !Resolve(path, opener).empty();
  }

  bool DirectoryExists(const std::string& /*path*/,
                       duckdb::optional_ptr<duckdb::FileOpener> /*opener*/) override {
    return false;
  }

  duckdb::vector<duckdb::OpenFileInfo> Glob(const std::string& path,
                                            duckdb::FileOpener* opener) override {
    if (Resolve(path, opener).empty()) return {};
    return {duckdb::OpenFileInfo(path)};
  }

 private:
  /// returns  the local file that the asking query may read under this name; empty where none
  static std::string Resolve(const std::string& path,
                             duckdb::optional_ptr<duckdb::FileOpener> opener) {
    auto context = duckdb::FileOpener::TryGetClientContext(opener);
    if (!context) return {};
    const auto tables = QueryTables::Find(*context);
    return tables ? tables->ResolveScanPath(path) : std::string();
  }

  const duckdb::unique_ptr<duckdb::FileSystem> local_ = duckdb::FileSystem::CreateLocal();
};

}  // namespace

void RegisterFileScan(duckdb::ExtensionLoader& loader) {
  // The first overload takes one path: ours is the table's name, which EXPLAIN then shows.
  const auto& parquet_scan = *loader.GetTableFunction("parquet_scan").functions.functions.front();
  loader.RegisterFunction(MakeFileScan(parquet_scan));
}

duckdb::unique_ptr<duckdb::FileSystem> MakeSnapshotFileSystem() {
  return duckdb::make_uniq<SnapshotFileSystem>();
}

}  // namespace tarn::query
