// Avro's object container files: a header of metadata, then blocks of rows, each compressed by
// itself. Files that Tarn writes also carry a checksum of the whole file in their metadata
// (`tarn.xxh3`), which other readers ignore.
// source  Avro 1.12 specification, "Object Container Files"
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "catalog/iceberg/avro_reader.h"
#include "catalog/iceberg/avro_schema.h"

namespace tarn::catalog::iceberg {

/// A file read whole, its blocks inflated.
struct AvroFile {
  struct Block {
    int64_t rows = 0;
    std::string bytes;
  };
  std::map<std::string, std::string> metadata;
  AvroSchema schema;
  std::vector<Block> blocks;

  static constexpr size_t kInflatedBytesMax = size_t{1} << 30;

  /// in       bytes: the whole file; codecs null, deflate and zstandard
  /// errors   kCorrupt (a checksum of Tarn's that does not fit included), kUnsupported (codec),
  /// kTooLarge (over kInflatedBytesMax inflated)
  static Result<AvroFile> Parse(std::string_view bytes);

  /// Call `read(reader, root)` once for each row; it must read exactly one.
  /// errors  kCorrupt
  template <class ReadRow>
  Status ForEachRow(ReadRow&& read) const {
    for (const Block& block : blocks) {
      AvroReader reader(block.bytes);
      for (int64_t row = 0; row < block.rows && reader.ok(); ++row) read(reader, schema.root());
      if (reader.ok() && reader.remaining() != 0) reader.SetFailed("bytes after a block's rows");
      TRY(reader.status());
    }
    return {};
  }
};

/// Builds a file in memory, deflated.
/// Threads: one at a time.
class AvroFileWriter {
 public:
  using Metadata = std::vector<std::pair<std::string, std::string>>;
  using SyncMarker = std::array<char, 16>;

  /// in  schema: the text that readers get, as it is; sync: random
  AvroFileWriter(std::string schema, Metadata metadata, SyncMarker sync);

  /// Where to append one row's encoding; then call EndRow.
  std::string* BeginRow() { return &block_; }
  /// errors  kInternal
  Status EndRow();
  /// returns  the file's bytes
  Result<std::string> Finish() &&;

 private:
  Status FlushBlock();

  SyncMarker sync_;
  std::string file_;
  size_t checksum_at_ = 0;
  std::string block_;
  int64_t block_rows_ = 0;
};

/// A string or bytes value's encoding.
void AppendAvroBytes(std::string* out, std::string_view bytes);

}  // namespace tarn::catalog::iceberg
