// The text by which users choose how pages are compressed: `zstd:3`, `snappy`, `gzip`, `none`.
#pragma once

#include <string_view>

#include "base/error.h"
#include "codec/compression.h"

namespace tarn::lake {

/// A codec that Parquet files have here, and its level.
struct PageCompression {
  codec::Compression compression = codec::Compression::kZstd;
  int level = 1;  ///< 0: the codec's default
  friend bool operator==(const PageCompression&, const PageCompression&) = default;
};

/// Parse `CODEC` or `CODEC:LEVEL`. zstd takes levels 1 to 22 and has 1 unless said otherwise, gzip
/// 1 to 9 and has 6; snappy and none have none.
///
/// errors  kInvalid: another codec or level
Result<PageCompression> ParsePageCompression(std::string_view text);

/// errors  kInvalid: not a codec of Parquet files here, or not a level of it
Status CheckPageCompression(const PageCompression& compression);

}  // namespace tarn::lake
