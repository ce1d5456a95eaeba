// How a table says that its files are written: its default sort order, and the properties for bloom
// filters that Iceberg's own writers follow.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "catalog/iceberg/table_metadata.h"
#include "schema/column_choice.h"

namespace tarn::catalog {

/// And the column's name: true.
inline constexpr std::string_view kBloomProperty = "write.parquet.bloom-filter-enabled.column.";

/// The leading columns of the default sort order that are sorted by without a transform.
std::vector<schema::SortBy> SortOrderOf(const iceberg::TableMetadata& metadata);

/// The columns that are to have bloom filters; what is no column is left out.
std::vector<FieldId> BloomColumnsOf(const iceberg::TableMetadata& metadata);

}  // namespace tarn::catalog
