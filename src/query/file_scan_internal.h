// A snapshot's data files as one DuckDB scan: parquet_scan with our own list of files and our own
// schema, so that no file is opened while planning, and files whose bounds cannot match are not
// opened at all.
#pragma once

#include <duckdb/common/file_system.hpp>

#include "query/file_list_internal.h"

namespace duckdb {
class ExtensionLoader;
}

namespace tarn::query {

inline constexpr const char* kFileScanFunction = "tarn_files";

/// Register `tarn_files(name)`. It works only in table references that carry a FileSet.
void RegisterFileScan(duckdb::ExtensionLoader& loader);

/// The file system behind `tarn://`: it opens, for reading, exactly the files of the tables that
/// the asking query has opened, and knows no others.
duckdb::unique_ptr<duckdb::FileSystem> MakeSnapshotFileSystem();

}  // namespace tarn::query
