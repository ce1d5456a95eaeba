// A result as JSON for a page: rows of cells, or objects, within limits of rows and bytes.
#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "query/engine.h"
#include "query/row_filter.h"

namespace tarn::query {

/// The rows of one answer.
struct Page {
  std::string rows;    ///< a JSON array of arrays of cells (AppendPageCell)
  uint64_t count = 0;  ///< of rows
  bool more = false;   ///< the result has more than these
  ScanStats stats;
};

struct PageLimits {
  uint64_t rows_max = 0;
  size_t bytes_max = size_t{32} << 20;  ///< of text; at least one row is given
};

/// Read a result up to its end or a limit; the rest of it is cancelled.
/// errors  as Rows::Next; kUnsupported: a column that has no text
Result<Page> ReadPage(Rows& rows, const PageLimits& limits);

/// Those rows of a batch as JSON objects for which all filters hold; cells as in a page.
/// errors  kUnsupported
Result<std::vector<std::string>> ToPageObjects(const arrow::RecordBatch& batch,
                                               const std::vector<ColumnFilter>& filters);

}  // namespace tarn::query
