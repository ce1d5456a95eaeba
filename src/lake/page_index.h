// The page index of a chunk: what each of its pages holds at least and at most, and where it lies.
// Readers skip pages by it.
// source  apache/parquet-format, PageIndex.md
#pragma once

#include <span>
#include <string>

#include "columns/layout.h"
#include "lake/parquet_format.h"

namespace tarn::lake {

/// Append a chunk's column index; nothing where a page with values has no minimum or maximum (all
/// NaN, or a text that cannot be made larger): such a chunk must have none.
void AppendColumnIndex(const columns::Leaf& leaf, std::span<const Page> pages, std::string* out);

/// Append a chunk's offset index.
void AppendOffsetIndex(std::span<const Page> pages, std::string* out);

}  // namespace tarn::lake
