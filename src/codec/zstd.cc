// Zstandard (RFC 8878): several frames in a row are one stream of bytes. Contexts are kept for each
// thread, since making one costs more than a small body.
#include <zstd.h>

#include <memory>

#include "codec/compression_internal.h"

namespace tarn::codec {
namespace {

/// A frame that asks for more memory than this for its window (8 MiB) is refused; it is what
/// `zstd` makes up to level 22 without --ultra or --long.
constexpr int kWindowLogMax = 23;

ZSTD_DCtx* ThreadInflater() {
  thread_local const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                                &ZSTD_freeDCtx);
  if (context != nullptr) {
    ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
    ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  }
  return context.get();
}

ZSTD_CCtx* ThreadDeflater() {
  thread_local const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                                &ZSTD_freeCCtx);
  return context.get();
}

size_t GuessInflatedSize(std::string_view bytes) {
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  const bool known = size != ZSTD_CONTENTSIZE_UNKNOWN && size != ZSTD_CONTENTSIZE_ERROR;
  return known ? static_cast<size_t>(size) + 1 : bytes.size() * 4;
}

}  // namespace

Result<std::string> InflateZstd(std::string_view bytes, size_t cap) {
  ZSTD_DCtx* context = ThreadInflater();
  if (context == nullptr) return Fail(ErrorKind::kInternal, "zstd cannot start");
  CappedOutput out("zstd", cap, GuessInflatedSize(bytes));
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  size_t wanted = 1;  // 0: a frame has ended and all of it is out
  bool progress = true;
  while (wanted != 0 || in.pos < in.size) {
    if (!progress) return Fail(ErrorKind::kInvalid, "zstd bytes are cut short");
    const size_t read_before = in.pos;
    TRY(out.Extend([&](char* at, size_t room) {
      ZSTD_outBuffer target{at, room, 0};
      wanted = ZSTD_decompressStream(context, &target, &in);
      progress = in.pos > read_before || target.pos > 0;
      return target.pos;
    }));
    if (ZSTD_isError(wanted)) {
      return Fail(ErrorKind::kInvalid, "not zstd near byte {}: {}", in.pos,
                  ZSTD_getErrorName(wanted));
    }
  }
  return std::move(out).Finish();
}

Result<std::string> DeflateZstd(std::string_view bytes, int level) {
  ZSTD_CCtx* context = ThreadDeflater();
  if (context == nullptr) return Fail(ErrorKind::kInternal, "zstd cannot start");
  std::string out;
  size_t size = 0;
  out.resize_and_overwrite(ZSTD_compressBound(bytes.size()), [&](char* buffer, size_t room) {
    size = ZSTD_compressCCtx(context, buffer, room, bytes.data(), bytes.size(), level);
    return ZSTD_isError(size) ? 0 : size;
  });
  if (ZSTD_isError(size)) return Fail(ErrorKind::kInternal, "zstd: {}", ZSTD_getErrorName(size));
  return out;
}

}  // namespace tarn::codec
