// The rows of a batch in the order of some of their columns.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "columns/leaf_buffer.h"
#include "lake/parquet_format.h"

namespace tarn::lake {

/// Order rows by leaves, the first one counting most; rows that are equal in all keep their order.
/// Numbers order by value (NaN last, -0 before +0), decimals too, texts and bytes as unsigned
/// bytes.
///
/// in       by: leaves that are not repeated
/// returns  the numbers of all rows
std::vector<uint32_t> OrderRows(const columns::Batch& batch, std::span<const SortColumn> by);

/// Give the leaves of a batch one after the other, their rows in this order. in  by: may be empty;
/// as OrderRows
///
/// errors  as take
Status ForEachLeafInOrder(const columns::Batch& batch, std::span<const SortColumn> by,
                          const std::function<Status(const columns::LeafBuffer&)>& take);

}  // namespace tarn::lake
