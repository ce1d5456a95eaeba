// The footer of a Parquet file: schema, row groups, statistics.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "codec/compression.h"
#include "columns/layout.h"
#include "lake/parquet_format.h"

namespace tarn::lake {

/// The four bytes that begin and end a file.
inline constexpr std::string_view kParquetMagic = "PAR1";

/// returns  the file's end: metadata, its length, and the magic
std::string MakeFooter(const columns::Layout& layout, std::span<const RowGroup> row_groups,
                       codec::Compression compression);

}  // namespace tarn::lake
