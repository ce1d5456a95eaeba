// Whole-buffer compression with caps: what comes from outside never inflates beyond a limit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tarn::codec {

enum class Compression { kNone, kGzip, kZstd, kSnappy, kLz4 };

/// returns  `none`, `gzip`, `zstd`, `snappy`, `lz4`
std::string_view CompressionName(Compression compression);
/// errors  kInvalid: names what is known
Result<Compression> ParseCompression(std::string_view name);

/// How far outside bytes may inflate.
struct InflateLimits {
  size_t bytes_max = 20u << 20;  ///< of the inflated result
  size_t ratio_max = 100;        ///< inflated : deflated, counted after the first MiB
};

/// Inflate all of `bytes` (several gzip members or zstd frames in a row included).
///
/// errors  kTooLarge (over a limit: stopped there, the memory freed), kInvalid (not of this
/// compression, or cut short)
Result<std::string> Decompress(Compression compression, std::string_view bytes,
                               const InflateLimits& limits);

/// Inflate raw snappy where the bytes are that; for readers that try, and often, so nothing is said
/// about why not, and memory is used again.
///
/// in       out: replaced
/// returns  false: not snappy, cut short, or beyond `bytes_max` inflated
bool TryInflateSnappy(std::string_view bytes, size_t bytes_max, std::string* out);

/// in       level: of the codec; 0 is its default
/// errors   kInternal
Result<std::string> Compress(Compression compression, std::string_view bytes, int level = 0);

}  // namespace tarn::codec
