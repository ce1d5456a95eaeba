// A snapshot's data files as one DuckDB scan: parquet_scan with our own list of files and our own
// schema, so that no file is opened while planning, and files whose bounds cannot match are not
// opened at all.
#pragma once

#include <cstdint>
#include <duckdb/common/file_system.hpp>
#include <duckdb/function/table_function.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/data_file.h"

namespace duckdb {
class ExtensionLoader;
}

namespace tarn::query {

inline constexpr const char* kFileScanFunction = "tarn_files";

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

/// Register `tarn_files(name)`. It works only in table references that carry a FileSet.
void RegisterFileScan(duckdb::ExtensionLoader& loader);

/// The file system behind `tarn://`: it opens, for reading, exactly the files of the tables that
/// the asking query has opened, and knows no others.
duckdb::unique_ptr<duckdb::FileSystem> MakeSnapshotFileSystem();

inline constexpr const char* kScanPathPrefix = "tarn://";

}  // namespace tarn::query
