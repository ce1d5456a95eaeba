// What a bucket of a partition says of a file: which single values it cannot hold. Ranges, which
// the other partitions give, are in file_statistics_internal.h.
#pragma once

#include <duckdb/planner/expression.hpp>

#include "schema/data_file.h"

namespace tarn::query {

/// Whether rows of a file can match a filter on one column, by the buckets that the column is
/// partitioned into.
///
/// in       filter: an expression whose only column is `column`; spec: the file's, nullptr where
///          the snapshot does not know it
/// returns  false: no row of it matches
bool BucketsCanMatch(const duckdb::Expression& filter, const schema::DataFile& file,
                     const schema::PartitionSpec* spec, const schema::Field& column);

}  // namespace tarn::query
