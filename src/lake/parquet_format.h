// Parquet's numbers, as its Thrift definition has them, and what an encoded column chunk is.
// source  apache/parquet-format, src/main/thrift/parquet.thrift
#pragma once

#include <cstdint>
#include <vector>

#include "codec/compression.h"
#include "columns/value_range.h"

namespace tarn::lake {

enum class Encoding : int32_t { kPlain = 0, kRle = 3, kDeltaBinaryPacked = 5, kRleDictionary = 8 };
enum class PageType : int32_t { kData = 0, kDictionary = 2 };

/// One leaf of one row group, encoded.
struct ColumnChunk {
  Encoding encoding = Encoding::kPlain;  ///< of the data pages
  int32_t data_pages = 0;
  int64_t entry_count = 0;  ///< with nulls
  int64_t null_count = 0;
  int64_t uncompressed_bytes = 0;  ///< pages with their headers
  int64_t compressed_bytes = 0;
  int64_t dictionary_offset = -1;  ///< in the file; -1: no dictionary page
  int64_t data_offset = 0;
  columns::ValueRange range;

  int64_t start() const { return dictionary_offset >= 0 ? dictionary_offset : data_offset; }
};

struct RowGroup {
  int64_t row_count = 0;
  std::vector<ColumnChunk> columns;  ///< one a leaf
};

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
