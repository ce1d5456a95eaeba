// What the footer says of the row groups of a file in the making, kept as the bytes that it will
// be: thousands of files can be open at once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/compression.h"
#include "columns/layout.h"
#include "lake/parquet_format.h"
#include "lake/thrift_compact.h"

namespace tarn::lake {

/// Threads: one at a time.
class RowGroups {
 public:
  explicit RowGroups(codec::Compression compression) : compression_(compression) {}

  /// Add a chunk to the row group at hand, in the order of the leaves.
  void AddChunk(const columns::Leaf& leaf, const ColumnChunk& chunk);
  /// in  sorted_by: leaves by which its rows are sorted; empty: by none
  void EndRowGroup(int64_t rows, std::span<const SortColumn> sorted_by);

  int64_t rows() const { return rows_; }
  /// Where each row group begins in the file.
  std::vector<int64_t> Starts() const;

  /// The page indexes of all chunks: the column indexes, then the offset indexes. They lie behind
  /// the row groups.
  std::string_view column_indexes() const { return column_indexes_; }
  std::string_view offset_indexes() const { return offset_indexes_; }
  /// The footer's list of row groups. in  index_offset: where the page indexes begin
  void Write(int64_t index_offset, ThriftWriter* thrift) const;

  size_t memory_bytes() const;

 private:
  struct Chunk {
    uint32_t metadata_bytes = 0;
    uint32_t column_index_bytes = 0;  // 0: it has none
    uint32_t offset_index_bytes = 0;
  };
  struct RowGroup {
    int64_t rows = 0;
    int64_t start = 0;
    int64_t uncompressed_bytes = 0;
    int64_t compressed_bytes = 0;
    size_t chunks = 0;
    std::vector<SortColumn> sorted_by;
  };
  class IndexPlaces;

  codec::Compression compression_;
  int64_t rows_ = 0;
  RowGroup open_;
  std::vector<RowGroup> row_groups_;
  std::vector<Chunk> chunks_;  // of all row groups
  std::string metadata_;  // of all chunks: fields of a ColumnChunk without those of its indexes
  std::string column_indexes_;
  std::string offset_indexes_;
};

}  // namespace tarn::lake
