#include "collect/body.h"

#include "collect/header_text.h"

namespace tarn::collect {
namespace {

Result<codec::Compression> CompressionOf(std::string_view content_encoding) {
  if (content_encoding.empty() || EqualsIgnoringCase(content_encoding, "identity")) {
    return codec::Compression::kNone;
  }
  if (EqualsIgnoringCase(content_encoding, "gzip") ||
      EqualsIgnoringCase(content_encoding, "x-gzip")) {
    return codec::Compression::kGzip;
  }
  if (EqualsIgnoringCase(content_encoding, "zstd")) return codec::Compression::kZstd;
  return Fail(ErrorKind::kUnsupported,
              "content encoding '{}' is not supported: send one of gzip, zstd or none",
              content_encoding.substr(0, 64));
}

}  // namespace

Result<Body> Body::Open(std::string_view content_encoding, std::string_view raw,
                        const BodyLimits& limits) {
  const codec::Compression compression = TRY(CompressionOf(TrimBlanks(content_encoding)));
  if (raw.size() > limits.bytes_max) {
    return Fail(ErrorKind::kTooLarge, "the body has {} bytes; at most {} are taken", raw.size(),
                limits.bytes_max);
  }
  if (compression == codec::Compression::kNone || raw.empty()) return Body(raw, std::nullopt);
  std::string inflated = TRY(While(codec::Decompress(compression, raw, limits.inflate),
                                   "inflating the {} body", codec::CompressionName(compression)));
  return Body({}, std::move(inflated));
}

}  // namespace tarn::collect
