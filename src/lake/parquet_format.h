// Parquet's numbers, as its Thrift definition has them, and what an encoded column chunk is.
// source  apache/parquet-format, src/main/thrift/parquet.thrift
#pragma once

#include <cstdint>
#include <vector>

#include "codec/compression.h"
#include "columns/layout.h"
#include "columns/value_range.h"

namespace tarn::lake {

enum class Encoding : int32_t { kPlain = 0, kRle = 3, kDeltaBinaryPacked = 5, kRleDictionary = 8 };
enum class PageType : int32_t { kData = 0, kDictionary = 2 };

/// One data page of a chunk, as the page index has it.
struct Page {
  int64_t offset = 0;     ///< in the file
  int32_t bytes = 0;      ///< with its header, compressed
  int64_t first_row = 0;  ///< in the row group
  int64_t entry_count = 0;
  int64_t null_count = 0;
  columns::ValueRange range;
};

/// One leaf of one row group, encoded.
struct ColumnChunk {
  Encoding encoding = Encoding::kPlain;  ///< of the data pages
  int64_t entry_count = 0;               ///< with nulls
  int64_t null_count = 0;
  int64_t uncompressed_bytes = 0;  ///< pages with their headers
  int64_t compressed_bytes = 0;
  int64_t dictionary_offset = -1;  ///< in the file; -1: no dictionary page
  columns::ValueRange range;
  std::vector<Page> pages;    ///< data pages, at least one
  int64_t bloom_offset = -1;  ///< of its bloom filter in the file; -1: none
  int32_t bloom_bytes = 0;

  int64_t data_offset() const { return pages.front().offset; }
  int64_t start() const { return dictionary_offset >= 0 ? dictionary_offset : data_offset(); }

  /// Add to all offsets: the chunk was encoded before its place in the file was known.
  void MoveBy(int64_t bytes) {
    if (dictionary_offset >= 0) dictionary_offset += bytes;
    if (bloom_offset >= 0) bloom_offset += bytes;
    for (Page& page : pages) page.offset += bytes;
  }
};

/// A leaf by which the rows of a row group are sorted.
struct SortColumn {
  int32_t leaf = 0;
  bool descending = false;
  bool nulls_first = true;
};

/// The format's number of a physical type.
inline int32_t PhysicalNumber(columns::Physical physical) {
  using columns::Physical;
  switch (physical) {
    case Physical::kBoolean:
      return 0;
    case Physical::kInt32:
      return 1;
    case Physical::kInt64:
      return 2;
    case Physical::kFloat:
      return 4;
    case Physical::kDouble:
      return 5;
    case Physical::kBytes:
      return 6;
    case Physical::kFixed:
      return 7;
  }
  return -1;
}

/// The format's number of a compression. in  none, gzip, zstd, snappy
inline int32_t CodecNumber(codec::Compression compression) {
  switch (compression) {
    case codec::Compression::kSnappy:
      return 1;
    case codec::Compression::kGzip:
      return 2;
    case codec::Compression::kZstd:
      return 6;
    default:
      return 0;
  }
}

}  // namespace tarn::lake
