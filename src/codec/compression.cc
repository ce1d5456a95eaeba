#include "codec/compression.h"

#include <algorithm>
#include <array>

#include "base/units.h"
#include "codec/compression_internal.h"

namespace tarn::codec {
namespace {

struct Codec {
  Compression compression;
  std::string_view name;
};

constexpr std::array<Codec, 5> kCodecs = {{{Compression::kNone, "none"},
                                           {Compression::kGzip, "gzip"},
                                           {Compression::kZstd, "zstd"},
                                           {Compression::kSnappy, "snappy"},
                                           {Compression::kLz4, "lz4"}}};

/// The most that `deflated` bytes may become.
size_t InflatedCap(size_t deflated, const InflateLimits& limits) {
  size_t by_ratio = 0;
  if (__builtin_mul_overflow(deflated, limits.ratio_max, &by_ratio)) by_ratio = limits.bytes_max;
  return std::min({limits.bytes_max, std::max(kMiB, by_ratio), CappedOutput::kCapMax});
}

}  // namespace

std::string_view CompressionName(Compression compression) {
  for (const Codec& codec : kCodecs) {
    if (codec.compression == compression) return codec.name;
  }
  return "unknown";
}

Result<Compression> ParseCompression(std::string_view name) {
  std::string known;
  for (const Codec& codec : kCodecs) {
    if (codec.name == name) return codec.compression;
    known += (known.empty() ? "" : ", ") + std::string(codec.name);
  }
  return Fail(ErrorKind::kInvalid, "compression '{}' is not one of {}", name, known);
}

Result<std::string> Decompress(Compression compression, std::string_view bytes,
                               const InflateLimits& limits) {
  if (compression == Compression::kNone) {
    if (bytes.size() > limits.bytes_max) {
      return Fail(ErrorKind::kTooLarge, "{} bytes are over the limit of {}", bytes.size(),
                  limits.bytes_max);
    }
    return std::string(bytes);
  }
  const size_t cap = InflatedCap(bytes.size(), limits);
  switch (compression) {
    case Compression::kNone:
      break;
    case Compression::kGzip:
      return InflateGzip(bytes, cap);
    case Compression::kZstd:
      return InflateZstd(bytes, cap);
    case Compression::kSnappy:
      return InflateSnappy(bytes, cap);
    case Compression::kLz4:
      return InflateLz4(bytes, cap);
  }
  return Fail(ErrorKind::kInternal, "a compression without a codec");
}

Result<std::string> Compress(Compression compression, std::string_view bytes, int level) {
  switch (compression) {
    case Compression::kNone:
      return std::string(bytes);
    case Compression::kGzip:
      return DeflateGzip(bytes, level);
    case Compression::kZstd:
      return DeflateZstd(bytes, level);
    case Compression::kSnappy:
      return DeflateSnappy(bytes);
    case Compression::kLz4:
      return DeflateLz4(bytes, level);
  }
  return Fail(ErrorKind::kInternal, "a compression without a codec");
}

}  // namespace tarn::codec
