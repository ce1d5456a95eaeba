// The data files of one opened table, and the list of those that a scan still has to read. Files
// whose bounds or partitions prove that no row of them matches a filter leave the list.
#pragma once

#include <duckdb/common/multi_file/multi_file_list.hpp>
#include <duckdb/function/partition_stats.hpp>
#include <duckdb/function/table_function.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "schema/data_file.h"

namespace tarn::query {

inline constexpr const char* kScanPathPrefix = "tarn://";

/// The path of a local file that a `file:` URI names. Percent signs are literal.
/// errors  kUnsupported: the file is not on this machine
Result<std::string> LocalPath(std::string_view uri);

/// The data files of one opened table. Immutable; handed to the scan function through the table
/// reference that the catalog makes.
class FileSet : public duckdb::TableFunctionInfo {
 public:
  /// in  ordinal: which of its query's tables this is; the query's paths carry it
  FileSet(size_t ordinal, schema::Snapshot snapshot);

  size_t size() const { return files_.size(); }
  const schema::DataFile& file(size_t index) const { return *files_[index]; }
  const schema::PartitionSpec* spec(size_t index) const;
  const schema::TableSchema& columns() const { return snapshot_.schema; }
  const schema::TableName& name() const { return snapshot_.name; }

  /// The name under which DuckDB opens a file: `tarn://<ordinal>/<index><local path>`.
  std::string ScanPath(size_t index) const;

 private:
  const size_t ordinal_;
  const schema::Snapshot snapshot_;
  std::vector<const schema::DataFile*> files_;  ///< all of the snapshot's, in its order
};

/// All files of a table. The list prunes itself as DuckDB hands it filters.
duckdb::unique_ptr<duckdb::MultiFileList> MakeFileList(duckdb::shared_ptr<const FileSet> files);

/// Exact counts of a list that MakeFileList made, so that count(*) of a table without live rows
/// opens no file.
duckdb::vector<duckdb::PartitionStatistics> RowCounts(const duckdb::MultiFileList& list);

}  // namespace tarn::query
