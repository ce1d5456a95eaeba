#include "codec/stream_inflater.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace tarn::codec {
namespace {

constexpr int kGzipWindow = 15 + 16;  // largest window; +16 asks for the gzip wrapping

class GzipStream final : public StreamInflater {
 public:
  GzipStream() : is_ready_(inflateInit2(&stream_, kGzipWindow) == Z_OK) {}
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() override { inflateEnd(&stream_); }

  bool is_ready() const { return is_ready_; }

  Result<size_t> Inflate(std::string_view* bytes, char* out, size_t room) override {
    constexpr size_t kStepMax = std::numeric_limits<uInt>::max();  // zlib counts in 32 bits
    if (damage_) return std::unexpected(*damage_);
    if (bytes->empty()) return 0;
    if (is_between_) {
      inflateReset(&stream_);
      is_between_ = false;
    }
    const auto fed = static_cast<uInt>(std::min(bytes->size(), kStepMax));
    const auto offered = static_cast<uInt>(std::min(room, kStepMax));
    // zlib takes no const, yet does not write.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes->data()));
    stream_.avail_in = fed;
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = offered;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    read_ += fed - stream_.avail_in;
    bytes->remove_prefix(fed - stream_.avail_in);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      damage_ = Fail(ErrorKind::kInvalid, "not gzip at byte {}: {}", read_,
                     stream_.msg != nullptr ? stream_.msg : "zlib gives no reason")
                    .error();
      if (offered == stream_.avail_out) return std::unexpected(*damage_);
    }
    is_between_ = code == Z_STREAM_END;
    return offered - stream_.avail_out;
  }

  Status Finish() override {
    if (is_between_) return {};
    return Fail(ErrorKind::kInvalid, "the gzip stream is cut short after byte {}", read_);
  }

 private:
  z_stream stream_{};
  const bool is_ready_;
  bool is_between_ = false;      // a member has ended, and no other has begun
  std::optional<Error> damage_;  // found behind what was given last
  uint64_t read_ = 0;
};

class ZstdStream final : public StreamInflater {
 public:
  ZstdStream() : context_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {
    if (is_ready())
      ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kStreamWindowLogMax);
  }

  bool is_ready() const { return context_ != nullptr; }

  Result<size_t> Inflate(std::string_view* bytes, char* out, size_t room) override {
    // Between frames zstd would only ask for more; inside one it may hold output back.
    if (bytes->empty() && wanted_ == 0) return 0;
    // A block at a time: zstd does not say how much it wrote of several when one is damaged.
    const std::string_view fed = bytes->substr(0, std::max<size_t>(wanted_, 1));
    ZSTD_inBuffer in{fed.data(), fed.size(), 0};
    ZSTD_outBuffer target{out, room, 0};
    const size_t wanted = ZSTD_decompressStream(context_.get(), &target, &in);
    if (ZSTD_isError(wanted)) {
      const bool is_window = ZSTD_getErrorCode(wanted) == ZSTD_error_frameParameter_windowTooLarge;
      return Fail(is_window ? ErrorKind::kTooLarge : ErrorKind::kInvalid,
                  "not zstd near byte {}: {}", read_ + in.pos, ZSTD_getErrorName(wanted));
    }
    wanted_ = wanted;
    read_ += in.pos;
    bytes->remove_prefix(in.pos);
    return target.pos;
  }

  Status Finish() override {
    if (wanted_ == 0) return {};
    return Fail(ErrorKind::kInvalid, "the zstd stream is cut short after byte {}", read_);
  }

 private:
  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context_;
  size_t wanted_ = 1;  // 0: a frame has ended and all of it is out
  uint64_t read_ = 0;
};

template <class Stream>
Result<std::unique_ptr<StreamInflater>> MakeStream() {
  auto stream = std::make_unique<Stream>();
  if (!stream->is_ready()) return Fail(ErrorKind::kInternal, "the codec cannot start");
  return stream;
}

}  // namespace

Result<std::unique_ptr<StreamInflater>> StreamInflater::Make(Compression compression) {
  if (compression == Compression::kGzip) return MakeStream<GzipStream>();
  if (compression == Compression::kZstd) return MakeStream<ZstdStream>();
  return Fail(ErrorKind::kUnsupported, "{} is not read as a stream", CompressionName(compression));
}

std::optional<Compression> RecognizeStream(std::string_view first_bytes) {
  if (first_bytes.starts_with("\x1f\x8b")) return Compression::kGzip;
  if (first_bytes.starts_with("\x28\xb5\x2f\xfd")) return Compression::kZstd;
  // RFC 8878, 3.1.2: a skippable frame may come first; its number's low half byte is free.
  const bool is_skippable = first_bytes.size() >= 4 && (first_bytes[0] & 0xf0) == 0x50 &&
                            first_bytes.substr(1, 3) == "\x2a\x4d\x18";
  if (is_skippable) return Compression::kZstd;
  return std::nullopt;
}

}  // namespace tarn::codec
