// Snappy in its raw form (no framing), as Parquet pages and Avro blocks hold it.
#include <snappy.h>

#include "codec/compression.h"
#include "codec/compression_internal.h"

namespace tarn::codec {
namespace {

/// No snappy inflates by more: its best tag makes 64 bytes of three.
constexpr size_t kRatioMax = 22;

}  // namespace

bool TryInflateSnappy(std::string_view bytes, size_t bytes_max, std::string* out) {
  out->clear();
  size_t size = 0;
  if (!snappy::GetUncompressedLength(bytes.data(), bytes.size(), &size)) return false;
  // A false claim must not cost memory: bytes that are not snappy often begin like a large one.
  if (size > bytes_max || size / kRatioMax > bytes.size()) return false;
  bool ok = false;
  out->resize_and_overwrite(size, [&](char* buffer, size_t) {
    ok = snappy::RawUncompress(bytes.data(), bytes.size(), buffer);
    return ok ? size : 0;
  });
  return ok;
}

Result<std::string> InflateSnappy(std::string_view bytes, size_t cap) {
  size_t size = 0;
  if (!snappy::GetUncompressedLength(bytes.data(), bytes.size(), &size)) {
    return Fail(ErrorKind::kInvalid, "not snappy: no length in front");
  }
  // The length is the sender's claim: hold it to the cap before any memory is taken for it.
  if (size > cap) return Fail(ErrorKind::kTooLarge, "snappy bytes inflate beyond {} bytes", cap);
  std::string out;
  bool ok = false;
  out.resize_and_overwrite(size, [&](char* buffer, size_t) {
    ok = snappy::RawUncompress(bytes.data(), bytes.size(), buffer);
    return ok ? size : 0;
  });
  if (!ok) return Fail(ErrorKind::kInvalid, "not snappy, or cut short");
  return out;
}

Result<std::string> DeflateSnappy(std::string_view bytes) {
  std::string out;
  out.resize_and_overwrite(snappy::MaxCompressedLength(bytes.size()), [&](char* buffer, size_t) {
    size_t size = 0;
    snappy::RawCompress(bytes.data(), bytes.size(), buffer, &size);
    return size;
  });
  return out;
}

}  // namespace tarn::codec
