// What a manifest says of a data file, in DuckDB's words: column types and statistics. A file is
// skipped only where these statistics prove that no row of it can match, so they are never tighter
// than the data.
#pragma once

#include <duckdb/common/types.hpp>
#include <duckdb/storage/statistics/base_statistics.hpp>

#include "schema/data_file.h"

namespace tarn::query {

duckdb::LogicalType ToDuckType(const schema::Type& type);

/// The statistics of one column in one file.
///
/// in       spec: the file's, nullptr where the snapshot does not know it; column: of the
/// snapshot's schema, so possibly wider than what the file holds returns  of the column's type;
/// bounds that are absent, cut or unreadable leave it unknown there
duckdb::BaseStatistics FileStatistics(const schema::DataFile& file,
                                      const schema::PartitionSpec* spec,
                                      const schema::Field& column);

}  // namespace tarn::query
