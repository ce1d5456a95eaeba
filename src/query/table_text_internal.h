// Results as a table for people: a box of light lines, fitted to a terminal.
#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "query/result_text.h"

namespace tarn::query {

/// in  width_max: as ResultWriter::Make
std::unique_ptr<ResultWriter> MakeTableWriter(const arrow::Schema& schema, size_t width_max);

/// Which columns of a table are shown, and how wide.
struct TableLayout {
  std::vector<size_t> widths;  ///< of all columns; those left out too
  size_t left_out_from = 0;    ///< the first column that is left out
  size_t left_out = 0;         ///< how many, in a row; a narrow column of `…` stands for them
};

/// Fit columns into a terminal: the widest are made narrower first, down to kColumnWidthMin; where
/// that is not enough, columns in the middle are left out. The first and the last stay, whatever
/// the width.
TableLayout FitTable(std::vector<size_t> widths, size_t width_max);

inline constexpr size_t kColumnWidthMin = 12;

}  // namespace tarn::query
