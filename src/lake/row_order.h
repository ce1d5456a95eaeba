// The rows of a batch in the order of some of their columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columns/batch.h"
#include "lake/parquet_format.h"

namespace tarn::lake {

/// Order rows by leaves, the first one counting most; rows that are equal in all keep their order.
/// Numbers order by value (NaN last, -0 before +0), decimals too, texts and bytes as unsigned
/// bytes.
///
/// in       by: leaves that are not repeated
/// returns  the numbers of all rows
std::vector<uint32_t> OrderRows(const columns::Batch& batch, std::span<const SortColumn> by);

}  // namespace tarn::lake
