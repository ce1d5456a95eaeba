#include "lake/page_compression.h"

#include "base/whole_number.h"

namespace tarn::lake {

namespace {

using codec::Compression;

/// 0: the codec has no levels.
int HighestLevel(Compression compression) {
  switch (compression) {
    case Compression::kZstd:
      return 22;
    case Compression::kGzip:
      return 9;
    default:
      return 0;
  }
}

int DefaultLevel(Compression compression) {
  switch (compression) {
    case Compression::kZstd:
      return 1;
    case Compression::kGzip:
      return 6;
    default:
      return 0;
  }
}

std::unexpected<Error> NoSuchCodec() {
  return Fail(ErrorKind::kInvalid, "Parquet files are compressed with zstd, snappy, gzip or none");
}

}  // namespace

Result<PageCompression> ParsePageCompression(std::string_view text) {
  const size_t colon = text.find(':');
  const auto parsed = codec::ParseCompression(text.substr(0, colon));
  if (!parsed || *parsed == Compression::kLz4) return NoSuchCodec();
  PageCompression result{*parsed, DefaultLevel(*parsed)};
  if (colon == std::string_view::npos) return result;
  const std::string_view digits = text.substr(colon + 1);
  const int level = ParseWhole<int>(digits).value_or(0);
  result.level = level < 1 || level > HighestLevel(*parsed) ? -1 : level;
  TRY(CheckPageCompression(result));
  return result;
}

Status CheckPageCompression(const PageCompression& compression) {
  if (compression.compression == Compression::kLz4) return NoSuchCodec();
  const std::string_view name = codec::CompressionName(compression.compression);
  const int highest = HighestLevel(compression.compression);
  if (compression.level >= 0 && compression.level <= highest) return {};
  if (highest == 0 && compression.level == 1) return {};  // what WriteOptions has of itself
  if (highest == 0) return Fail(ErrorKind::kInvalid, "{} has no levels", name);
  return Fail(ErrorKind::kInvalid, "{} takes a level from 1 to {}, as in {}:{}", name, highest,
              name, DefaultLevel(compression.compression));
}

}  // namespace tarn::lake
