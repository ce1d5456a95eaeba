// `--codec zstd:3`: how Parquet files are compressed.
#pragma once

#include <string_view>

#include "base/error.h"
#include "codec/compression.h"

namespace tarn::app {

struct CodecChoice {
  codec::Compression compression = codec::Compression::kZstd;
  int level = 1;
};

/// in      text: `zstd`, `zstd:3`, `gzip:9`, `snappy`, `none`
/// errors  kInvalid
Result<CodecChoice> ParseCodec(std::string_view text);

}  // namespace tarn::app
