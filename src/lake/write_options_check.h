// What a writer is asked for, held against what it can do.
#pragma once

#include <vector>

#include "base/error.h"
#include "columns/layout.h"
#include "lake/parquet_format.h"
#include "lake/table_writer.h"

namespace tarn::lake {

/// errors  kInvalid: as TableWriter::Make, but for the columns to sort by
Status CheckWriteOptions(const columns::Layout& layout, const WriteOptions& options);

/// errors  kInvalid: a column that cannot be sorted by
Result<std::vector<SortColumn>> FindSortColumns(const columns::Layout& layout,
                                                const WriteOptions& options);

}  // namespace tarn::lake
