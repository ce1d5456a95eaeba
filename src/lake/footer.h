// The footer of a Parquet file: its schema, and what its row groups are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "columns/layout.h"
#include "lake/row_groups.h"

namespace tarn::lake {

/// The four bytes that begin and end a file.
inline constexpr std::string_view kParquetMagic = "PAR1";

/// in       index_offset: where in the file the page indexes of the row groups begin
/// returns  the file's end: metadata, its length, and the magic
std::string MakeFooter(const columns::Layout& layout, const RowGroups& row_groups,
                       int64_t index_offset);

}  // namespace tarn::lake
