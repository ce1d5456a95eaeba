// gzip (RFC 1952) by zlib: several members in a row are one stream of bytes.
#include <zlib.h>

#include <limits>

#include "codec/compression_internal.h"

namespace tarn::codec {
namespace {

constexpr int kGzipWindow = 15 + 16;  // largest window; +16 asks for the gzip wrapping
constexpr int kMemoryLevel = 8;
constexpr size_t kStepMax = std::numeric_limits<uInt>::max();  // zlib counts in 32 bits

/// A z_stream that frees what it holds.
struct Inflater {
  z_stream stream{};
  bool ready = inflateInit2(&stream, kGzipWindow) == Z_OK;
  ~Inflater() { inflateEnd(&stream); }
};

struct Deflater {
  explicit Deflater(int level)
      : ready(deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                           Z_DEFAULT_STRATEGY) == Z_OK) {}
  z_stream stream{};
  bool ready;
  ~Deflater() { deflateEnd(&stream); }
};

/// Give the stream its next input, as far as it can count. zlib takes no const, yet does not write.
void Feed(z_stream* stream, std::string_view rest) {
  stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));
  stream->avail_in = static_cast<uInt>(std::min(rest.size(), kStepMax));
}

/// Run `step` (inflate or deflate) into `room` bytes. returns  how many it wrote
template <class Step>
size_t Run(z_stream* stream, char* at, size_t room, Step&& step) {
  const auto offered = static_cast<uInt>(std::min(room, kStepMax));
  stream->next_out = reinterpret_cast<Bytef*>(at);
  stream->avail_out = offered;
  step();
  return offered - stream->avail_out;
}

}  // namespace

Result<std::string> InflateGzip(std::string_view bytes, size_t cap) {
  Inflater inflater;
  if (!inflater.ready) return Fail(ErrorKind::kInternal, "zlib cannot start");
  z_stream* stream = &inflater.stream;
  CappedOutput out("gzip", cap, bytes.size() * 4);
  std::string_view rest = bytes;
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    Feed(stream, rest);
    const uInt fed = stream->avail_in;
    TRY(out.Extend([&](char* at, size_t room) {
      return Run(stream, at, room, [&] { code = inflate(stream, Z_NO_FLUSH); });
    }));
    rest.remove_prefix(fed - stream->avail_in);
    if (code == Z_BUF_ERROR) return Fail(ErrorKind::kInvalid, "gzip bytes are cut short");
    if (code != Z_OK && code != Z_STREAM_END) {
      return Fail(ErrorKind::kInvalid, "not gzip at byte {}: {}", bytes.size() - rest.size(),
                  stream->msg != nullptr ? stream->msg : "zlib gives no reason");
    }
    if (code == Z_STREAM_END && !rest.empty()) {  // the next member
      inflateReset(stream);
      code = Z_OK;
    }
  }
  return std::move(out).Finish();
}

Result<std::string> DeflateGzip(std::string_view bytes, int level) {
  Deflater deflater(level == 0 ? Z_DEFAULT_COMPRESSION : level);
  if (!deflater.ready) return Fail(ErrorKind::kInternal, "zlib refuses level {}", level);
  z_stream* stream = &deflater.stream;
  const size_t bound = deflateBound(stream, bytes.size());
  CappedOutput out("gzip", bound, bound);
  std::string_view rest = bytes;
  int code = Z_OK;
  while (code == Z_OK) {
    Feed(stream, rest);
    const uInt fed = stream->avail_in;
    const int flush = fed == rest.size() ? Z_FINISH : Z_NO_FLUSH;
    TRY(out.Extend([&](char* at, size_t room) {
      return Run(stream, at, room, [&] { code = deflate(stream, flush); });
    }));
    rest.remove_prefix(fed - stream->avail_in);
  }
  if (code != Z_STREAM_END) return Fail(ErrorKind::kInternal, "zlib failed with code {}", code);
  return std::move(out).Finish();
}

}  // namespace tarn::codec
