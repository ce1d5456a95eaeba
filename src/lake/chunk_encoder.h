// One leaf of a batch as a Parquet column chunk: which encoding, where pages end, and their bodies.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "columns/leaf_buffer.h"
#include "lake/page_writer.h"
#include "lake/parquet_format.h"
#include "lake/table_writer.h"

namespace tarn::lake {

/// Encodes chunks one after another, keeping its scratch memory.
/// Threads: one at a time.
class ChunkEncoder {
 public:
  /// in  options: lent for the encoder's life
  explicit ChunkEncoder(const WriteOptions& options) : options_(options) {}

  /// Append a leaf's chunk to a file.
  ///
  /// in      file: the file's bytes from `file_offset` on
  /// returns what the footer says of it
  /// errors  kTooLarge (a page over 2 GiB), kInternal (the codec)
  Result<ColumnChunk> Encode(const columns::LeafBuffer& leaf, int64_t file_offset,
                             columns::ByteBuffer* file);

 private:
  /// Rows, entries and values [first, end) of a page.
  struct Span {
    size_t first_row = 0;
    size_t end_row = 0;
    size_t first_entry = 0;
    size_t end_entry = 0;
    size_t first_value = 0;
    size_t end_value = 0;
    size_t first_byte = 0;  ///< of PLAIN bytes with lengths
    size_t end_byte = 0;
  };

  /// What the pages of the chunk at hand are made from.
  struct Source {
    const columns::LeafBuffer* leaf = nullptr;
    Encoding encoding = Encoding::kPlain;
    std::string_view plain;  ///< where no dictionary is written
    int code_width = 0;      ///< bits, where one is
    size_t value_width = 0;  ///< bytes of a PLAIN value; 0: lengths in front

    bool has_lengths() const;
    size_t value_bits() const;  ///< at most, where a value has no length
  };

  bool HasBloomFilter(const columns::LeafBuffer& leaf) const;
  Source Choose(const columns::LeafBuffer& leaf);
  bool DictionaryIsSmaller(const columns::LeafBuffer& leaf) const;
  std::string_view DecodeToPlain(const columns::LeafBuffer& leaf);
  bool DeltaIsSmaller(const columns::LeafBuffer& leaf, std::string_view plain);

  Span NextPage(const Source& source, const Span& before) const;
  bool IsOnePage(const Source& source) const;
  void ExtendByWidth(const Source& source, Span* page) const;
  void ExtendByEntry(const Source& source, Span* page) const;
  columns::ValueRange RangeOf(const Source& source, const Span& page);
  columns::ValueRange RangeOfCodes(const columns::LeafBuffer& leaf,
                                   std::span<const uint32_t> codes);
  void MakeBody(const Source& source, const Span& page);
  void AppendLevels(const Source& source, const Span& page);
  void AppendValues(const Source& source, const Span& page);

  const WriteOptions& options_;
  columns::ByteBuffer body_;
  columns::ByteBuffer plain_;
  std::vector<uint8_t> code_is_seen_;
};

}  // namespace tarn::lake
