#include "query/file_list_internal.h"

#include <duckdb/common/multi_file/multi_file_reader.hpp>
#include <duckdb/optimizer/filter_combiner.hpp>
#include <duckdb/planner/filter/expression_filter.hpp>
#include <utility>

#include "query/file_statistics_internal.h"
#include "query/partition_match_internal.h"

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
    if (!BucketsCanMatch(*filter.expression, files.file(index), files.spec(index),
                         *filter.column)) {
      return false;
    }
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
    std::vector<uint32_t> kept = Prune(context, by_column, info.column_indexes);
    if (kept.size() == chosen_.size()) return nullptr;
    info.extra_info.total_files = files_->size();
    info.extra_info.filtered_files = kept.size();
    return duckdb::make_uniq<FileList>(files_, std::move(kept));
  }

  duckdb::unique_ptr<duckdb::MultiFileList> DynamicFilterPushdown(
      duckdb::MultiFileDynamicPushdownInfo& info) const override {
    std::vector<uint32_t> kept = Prune(info.context, info.filters, info.column_indexes);
    if (kept.size() == chosen_.size()) return nullptr;
    return duckdb::make_uniq<FileList>(files_, std::move(kept));
  }

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

  /// returns  the files that can match all of these filters
  std::vector<uint32_t> Prune(duckdb::ClientContext& context, const duckdb::TableFilterSet& filters,
                              const duckdb::vector<duckdb::ColumnIndex>& indexes) const {
    const std::vector<ColumnFilter> by_column = FindFilters(files_->columns(), filters, indexes);
    std::vector<uint32_t> kept = chosen_;
    if (by_column.empty()) return kept;
    std::erase_if(kept,
                  [&](uint32_t index) { return !CanMatch(context, *files_, index, by_column); });
    return kept;
  }

  const duckdb::shared_ptr<const FileSet> files_;
  const std::vector<uint32_t> chosen_;  ///< indexes into files_
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

duckdb::unique_ptr<duckdb::MultiFileList> MakeFileList(duckdb::shared_ptr<const FileSet> files) {
  std::vector<uint32_t> all(files->size());
  for (uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  return duckdb::make_uniq<FileList>(std::move(files), std::move(all));
}

duckdb::vector<duckdb::PartitionStatistics> RowCounts(const duckdb::MultiFileList& list) {
  return list.Cast<FileList>().RowCounts();
}

}  // namespace tarn::query
