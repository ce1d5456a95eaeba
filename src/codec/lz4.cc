// LZ4 in its frame format: several frames in a row are one stream of bytes.
#include <lz4frame.h>

#include "codec/compression_internal.h"

namespace tarn::codec {
namespace {

struct Inflater {
  LZ4F_dctx* context = nullptr;
  bool ready = !LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION));
  ~Inflater() { LZ4F_freeDecompressionContext(context); }
};

}  // namespace

Result<std::string> InflateLz4(std::string_view bytes, size_t cap) {
  Inflater inflater;
  if (!inflater.ready) return Fail(ErrorKind::kInternal, "lz4 cannot start");
  CappedOutput out("lz4", cap, bytes.size() * 3);
  std::string_view rest = bytes;
  size_t wanted = 1;  // 0: a frame has ended and all of it is out
  bool progress = true;
  while (wanted != 0 || !rest.empty()) {
    if (!progress) return Fail(ErrorKind::kInvalid, "lz4 bytes are cut short");
    TRY(out.Extend([&](char* at, size_t room) {
      size_t written = room;
      size_t read = rest.size();
      wanted = LZ4F_decompress(inflater.context, at, &written, rest.data(), &read, nullptr);
      if (LZ4F_isError(wanted)) return size_t{0};
      rest.remove_prefix(read);
      progress = read > 0 || written > 0;
      return written;
    }));
    if (LZ4F_isError(wanted)) {
      return Fail(ErrorKind::kInvalid, "not lz4 near byte {}: {}", bytes.size() - rest.size(),
                  LZ4F_getErrorName(wanted));
    }
  }
  return std::move(out).Finish();
}

Result<std::string> DeflateLz4(std::string_view bytes, int level) {
  LZ4F_preferences_t preferences{};
  preferences.compressionLevel = level;
  preferences.frameInfo.contentSize = bytes.size();
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  std::string out;
  size_t size = 0;
  out.resize_and_overwrite(
      LZ4F_compressFrameBound(bytes.size(), &preferences), [&](char* buffer, size_t room) {
        size = LZ4F_compressFrame(buffer, room, bytes.data(), bytes.size(), &preferences);
        return LZ4F_isError(size) ? 0 : size;
      });
  if (LZ4F_isError(size)) return Fail(ErrorKind::kInternal, "lz4: {}", LZ4F_getErrorName(size));
  return out;
}

}  // namespace tarn::codec
