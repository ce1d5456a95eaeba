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
  auto inflated = codec::Decompress(compression, raw, limits.inflate);
  if (inflated) return Body({}, *std::move(inflated));
  if (inflated.error().kind() == ErrorKind::kTooLarge) {
    return Fail(ErrorKind::kTooLarge,
                "the {} body of {} bytes inflates too far: at most {} bytes are taken, and at most "
                "{} times what was sent after the first MiB",
                codec::CompressionName(compression), raw.size(), limits.inflate.bytes_max,
                limits.inflate.ratio_max);
  }
  return std::unexpected(std::move(inflated).error().While("inflating the {} body",
                                                           codec::CompressionName(compression)));
}

}  // namespace tarn::collect
