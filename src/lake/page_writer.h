// Pages of a column chunk: header, then the body, compressed.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "codec/compression.h"
#include "columns/byte_buffer.h"
#include "lake/parquet_format.h"

namespace tarn::lake {

/// Writes pages at the end of a file's bytes and counts them in their chunk.
/// Threads: one at a time.
class PageWriter {
 public:
  /// in  file: bytes of the file from `file_offset` on; both lent for the writer's life
  PageWriter(codec::Compression compression, int level, int64_t file_offset,
             columns::ByteBuffer* file, ColumnChunk* chunk)
      : compression_(compression),
        level_(level),
        file_offset_(file_offset),
        file_(*file),
        chunk_(*chunk) {}

  /// in       value_count: of the dictionary; body: PLAIN values
  /// errors   kTooLarge (a body over 2 GiB), kInternal (the codec)
  Status WriteDictionary(int32_t value_count, std::string_view body);
  /// in       page: but for its place, which is set here; body: levels and values
  /// errors   as WriteDictionary
  Status WriteData(Page page, Encoding encoding, std::string_view body);

 private:
  int64_t offset() const { return file_offset_ + static_cast<int64_t>(file_.size()); }
  Status Write(PageType type, int32_t count, Encoding encoding, std::string_view body);

  codec::Compression compression_;
  int level_;
  int64_t file_offset_;
  columns::ByteBuffer& file_;
  ColumnChunk& chunk_;
};

}  // namespace tarn::lake
