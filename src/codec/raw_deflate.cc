#include "codec/raw_deflate.h"

#include <zlib.h>

#include <limits>

#include "codec/compression_internal.h"

namespace tarn::codec {
namespace {

constexpr int kRawWindow = -15;  // largest window; the sign asks for no wrapping
constexpr int kMemoryLevel = 8;
constexpr size_t kInputMax = std::numeric_limits<uInt>::max();  // zlib counts in 32 bits

Status CheckInput(std::string_view bytes) {
  if (bytes.size() <= kInputMax) return {};
  return Fail(ErrorKind::kTooLarge, "{} bytes are too many for one DEFLATE stream", bytes.size());
}

void Feed(z_stream* stream, std::string_view bytes) {
  stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream->avail_in = static_cast<uInt>(bytes.size());
}

}  // namespace

Result<std::string> InflateRaw(std::string_view bytes, size_t bytes_max) {
  TRY(CheckInput(bytes));
  struct Inflater {
    z_stream stream{};
    bool ready = inflateInit2(&stream, kRawWindow) == Z_OK;
    ~Inflater() { inflateEnd(&stream); }
  } inflater;
  if (!inflater.ready) return Fail(ErrorKind::kInternal, "zlib cannot start");
  z_stream* stream = &inflater.stream;
  CappedOutput out("deflate", std::min(bytes_max, CappedOutput::kCapMax), bytes.size() * 4);
  Feed(stream, bytes);
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    TRY(out.Extend([&](char* at, size_t room) {
      const auto offered = static_cast<uInt>(std::min(room, kInputMax));
      stream->next_out = reinterpret_cast<Bytef*>(at);
      stream->avail_out = offered;
      code = inflate(stream, Z_NO_FLUSH);
      return size_t{offered - stream->avail_out};
    }));
    if (code == Z_BUF_ERROR) return Fail(ErrorKind::kInvalid, "DEFLATE bytes are cut short");
    if (code != Z_OK && code != Z_STREAM_END) {
      return Fail(ErrorKind::kInvalid, "not DEFLATE: {}",
                  stream->msg != nullptr ? stream->msg : "zlib gives no reason");
    }
  }
  return std::move(out).Finish();
}

Result<std::string> DeflateRaw(std::string_view bytes) {
  TRY(CheckInput(bytes));
  struct Deflater {
    z_stream stream{};
    bool ready = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawWindow, kMemoryLevel,
                              Z_DEFAULT_STRATEGY) == Z_OK;
    ~Deflater() { deflateEnd(&stream); }
  } deflater;
  if (!deflater.ready) return Fail(ErrorKind::kInternal, "zlib cannot start");
  z_stream* stream = &deflater.stream;
  Feed(stream, bytes);
  std::string out(deflateBound(stream, bytes.size()), '\0');
  stream->next_out = reinterpret_cast<Bytef*>(out.data());
  stream->avail_out = static_cast<uInt>(std::min(out.size(), kInputMax));
  if (deflate(stream, Z_FINISH) != Z_STREAM_END) {
    return Fail(ErrorKind::kInternal, "zlib did not finish {} bytes", bytes.size());
  }
  out.resize(stream->total_out);
  return out;
}

}  // namespace tarn::codec
