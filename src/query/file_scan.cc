#include "query/file_scan_internal.h"

#include <duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp>
#include <duckdb/common/file_opener.hpp>
#include <duckdb/common/multi_file/multi_file_reader.hpp>
#include <duckdb/function/partition_stats.hpp>
#include <duckdb/main/extension/extension_loader.hpp>
#include <duckdb/optimizer/filter_combiner.hpp>
#include <duckdb/parser/expression/cast_expression.hpp>
#include <duckdb/parser/literal.hpp>
#include <duckdb/parser/tableref/table_function_ref.hpp>
#include <duckdb/planner/filter/expression_filter.hpp>
#include <utility>

#include "base/invariant.h"
#include "query/file_statistics_internal.h"
#include "query/query_tables_internal.h"

namespace tarn::query {
namespace {

using duckdb::idx_t;

/// One filter of a scan, and the column that it is on.
struct ColumnFilter {
  const duckdb::Expression* expression;
  const schema::Field* column;
};

/// The column, or the member of a struct column, that a scan reads by this index; nullptr where its
/// statistics are not the filter's.
const schema::Field* FilteredColumn(const schema::TableSchema& columns,
                                    const duckdb::ColumnIndex& index) {
  if (!index.HasPrimaryIndex() || index.IsVirtualColumn()) return nullptr;
  if (index.GetPrimaryIndex() >= columns.fields.size()) return nullptr;
  const schema::Field* field = &columns.fields[index.GetPrimaryIndex()];
  if (!index.IsPushdownExtract()) return field;
  const duckdb::ColumnIndex* at = &index;
  while (at->HasChildren()) {
    at = &at->GetChildIndex(0);
    if (field->type.kind != schema::TypeKind::kStruct || !at->HasPrimaryIndex() ||
        at->GetPrimaryIndex() >= field->type.fields.size()) {
      return nullptr;
    }
    field = &field->type.fields[at->GetPrimaryIndex()];
  }
  return index.GetScanType() == ToDuckType(field->type) ? field : nullptr;
}

std::vector<ColumnFilter> FindFilters(const schema::TableSchema& columns,
                                      const duckdb::TableFilterSet& filters,
                                      const duckdb::vector<duckdb::ColumnIndex>& indexes) {
  std::vector<ColumnFilter> found;
  for (const auto& entry : filters) {
    if (entry.Filter().filter_type != duckdb::TableFilterType::EXPRESSION_FILTER) continue;
    if (entry.GetIndex() >= indexes.size()) continue;
    const schema::Field* column = FilteredColumn(columns, indexes[entry.GetIndex()]);
    if (column == nullptr) continue;
    found.push_back({entry.Filter().Cast<duckdb::ExpressionFilter>().expr.get(), column});
  }
  return found;
}

bool CanMatch(duckdb::ClientContext& context, const FileSet& files, size_t index,
              const std::vector<ColumnFilter>& filters) {
  for (const ColumnFilter& filter : filters) {
    const duckdb::BaseStatistics statistics =
        FileStatistics(files.file(index), files.spec(index), *filter.column);
    const auto outcome = duckdb::ExpressionFilter::CheckExpressionStatistics(
        &context, *filter.expression, statistics);
    if (outcome == duckdb::FilterPropagateResult::FILTER_ALWAYS_FALSE ||
        outcome == duckdb::FilterPropagateResult::FILTER_FALSE_OR_NULL) {
      return false;
    }
  }
  return true;
}

/// The files that a scan still has to read. Paths are made one by one, as the scan asks for them:
/// making all of them would be most of the time of planning.
/// Threads: any; nothing changes.
class FileList : public duckdb::MultiFileList {
 public:
  FileList(duckdb::shared_ptr<const FileSet> files, std::vector<uint32_t> chosen)
      : files_(std::move(files)), chosen_(std::move(chosen)) {}

  static duckdb::unique_ptr<FileList> OfAll(duckdb::shared_ptr<const FileSet> files) {
    std::vector<uint32_t> all(files->size());
    for (uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    return duckdb::make_uniq<FileList>(std::move(files), std::move(all));
  }

  duckdb::vector<duckdb::OpenFileInfo> GetAllFiles() const override {
    duckdb::vector<duckdb::OpenFileInfo> all;
    for (idx_t i = 0; i < chosen_.size(); ++i) all.push_back(GetFile(i));
    return all;
  }

  duckdb::FileExpandResult GetExpandResult() const override {
    if (chosen_.empty()) return duckdb::FileExpandResult::NO_FILES;
    return chosen_.size() == 1 ? duckdb::FileExpandResult::SINGLE_FILE
                               : duckdb::FileExpandResult::MULTIPLE_FILES;
  }

  idx_t GetTotalFileCount() const override { return chosen_.size(); }

  duckdb::unique_ptr<duckdb::NodeStatistics> GetCardinality(
      duckdb::ClientContext& /*context*/) const override {
    idx_t rows = 0;
    for (const uint32_t index : chosen_) rows += RowCount(index);
    return duckdb::make_uniq<duckdb::NodeStatistics>(rows, rows);
  }

  duckdb::unique_ptr<duckdb::MultiFileList> Copy() const override {
    return duckdb::make_uniq<FileList>(files_, chosen_);
  }

  duckdb::unique_ptr<duckdb::MultiFileList> ComplexFilterPushdown(
      duckdb::ClientContext& context, const duckdb::MultiFileOptions& /*options*/,
      duckdb::MultiFilePushdownInfo& info,
      duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& filters) const override {
    if (filters.empty()) return nullptr;
    duckdb::FilterCombiner combiner(context);
    for (const auto& filter : filters) combiner.AddFilter(filter->Copy());
    duckdb::vector<duckdb::FilterPushdownResult> unused;
    const duckdb::TableFilterSet by_column =
        combiner.GenerateTableScanFilters(info.column_indexes, unused);
    auto pruned = Prune(context, by_column, info.column_indexes);
    if (pruned) {
      info.extra_info.total_files = files_->size();
      info.extra_info.filtered_files = pruned->GetTotalFileCount();
    }
    return pruned;
  }

  duckdb::unique_ptr<duckdb::MultiFileList> DynamicFilterPushdown(
      duckdb::MultiFileDynamicPushdownInfo& info) const override {
    return Prune(info.context, info.filters, info.column_indexes);
  }

  /// Exact counts, so that count(*) of a table without live rows opens no file.
  duckdb::vector<duckdb::PartitionStatistics> RowCounts() const {
    duckdb::vector<duckdb::PartitionStatistics> counts(chosen_.size());
    for (size_t i = 0; i < chosen_.size(); ++i) {
      counts[i].count = RowCount(chosen_[i]);
      counts[i].count_type = duckdb::CountType::COUNT_EXACT;
    }
    return counts;
  }

 protected:
  duckdb::OpenFileInfo GetFile(idx_t i) const override {
    if (i >= chosen_.size()) return {};
    duckdb::OpenFileInfo info(files_->ScanPath(chosen_[i]));
    info.extended_info = duckdb::make_shared_ptr<duckdb::ExtendedOpenFileInfo>();
    auto& options = info.extended_info->options;
    const auto size = static_cast<uint64_t>(files_->file(chosen_[i]).size_bytes);
    // With all three, nobody asks a store for them. Data files are never written twice.
    options["file_size"] = duckdb::Value::UBIGINT(size);
    options["etag"] = duckdb::Value("");
    options["last_modified"] = duckdb::Value::TIMESTAMP(duckdb::timestamp_t(0));
    return info;
  }

 private:
  idx_t RowCount(size_t index) const {
    return static_cast<idx_t>(files_->file(index).record_count);
  }

  /// returns  nullptr where every file stays
  duckdb::unique_ptr<duckdb::MultiFileList> Prune(
      duckdb::ClientContext& context, const duckdb::TableFilterSet& filters,
      const duckdb::vector<duckdb::ColumnIndex>& indexes) const {
    const std::vector<ColumnFilter> by_column = FindFilters(files_->columns(), filters, indexes);
    if (by_column.empty()) return nullptr;
    std::vector<uint32_t> kept;
    for (const uint32_t index : chosen_) {
      if (CanMatch(context, *files_, index, by_column)) kept.push_back(index);
    }
    if (kept.size() == chosen_.size()) return nullptr;
    return duckdb::make_uniq<FileList>(files_, std::move(kept));
  }

  const duckdb::shared_ptr<const FileSet> files_;
  const std::vector<uint32_t> chosen_;  ///< indexes into files_
};

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
    return FileList::OfAll(files_);
  }

  duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(
      duckdb::ClientContext& /*context*/, duckdb::vector<duckdb::OpenFileInfo> /*files*/,
      const duckdb::FileGlobInput& /*glob*/) override {
    return FileList::OfAll(files_);
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
  const auto& bind_data = input.bind_data->Cast<duckdb::MultiFileBindData>();
  return bind_data.file_list->Cast<FileList>().RowCounts();
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
class SnapshotFileSystem : public duckdb::FileSystem {
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
    // Without an opener: whether SQL may read local files by itself is another question.
    return local_->OpenFile(local, flags, nullptr);
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

  bool CanSeek() override { return true; }

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

Result<std::string> LocalPath(std::string_view uri) {
  constexpr std::string_view kScheme = "file:";
  std::string_view path = uri;
  if (path.starts_with(kScheme)) {
    path.remove_prefix(kScheme.size());
    if (path.starts_with("//")) path.remove_prefix(2);
  }
  if (!path.starts_with('/')) {
    return Fail(ErrorKind::kUnsupported, "data file '{}' is not on this machine", uri);
  }
  return std::string(path);
}

FileSet::FileSet(size_t ordinal, schema::Snapshot snapshot)
    : ordinal_(ordinal), snapshot_(std::move(snapshot)) {
  for (const auto& part : snapshot_.files) {
    for (const schema::DataFile& file : *part) files_.push_back(&file);
  }
}

const schema::PartitionSpec* FileSet::spec(size_t index) const {
  for (const schema::PartitionSpec& spec : snapshot_.specs) {
    if (spec.spec_id == files_[index]->spec_id) return &spec;
  }
  return nullptr;
}

std::string FileSet::ScanPath(size_t index) const {
  Result<std::string> path = LocalPath(files_[index]->uri);
  if (!path) throw duckdb::NotImplementedException(path.error().message());
  return Format("{}{}/{}{}", kScanPathPrefix, ordinal_, index, *path);
}

void RegisterFileScan(duckdb::ExtensionLoader& loader) {
  // The first overload takes one path: ours is the table's name, which EXPLAIN then shows.
  const auto& parquet_scan = *loader.GetTableFunction("parquet_scan").functions.functions.front();
  loader.RegisterFunction(MakeFileScan(parquet_scan));
}

duckdb::unique_ptr<duckdb::FileSystem> MakeSnapshotFileSystem() {
  return duckdb::make_uniq<SnapshotFileSystem>();
}

}  // namespace tarn::query
