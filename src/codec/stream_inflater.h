// Decompression piece by piece, for inputs that do not fit in memory. What it holds is bounded by
// the codec's window, so no cap on what comes out is needed: that is its caller's to bound.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "codec/compression.h"

namespace tarn::codec {

/// A zstd frame that asks for a larger window (`--ultra --long=28` and up) is refused.
inline constexpr int kStreamWindowLogMax = 27;

/// Inflates one stream: gzip members or zstd frames in a row are one stream of bytes.
/// Threads: one at a time. After an error it is of no use.
class StreamInflater {
 public:
  /// errors   kUnsupported: another compression than gzip and zstd
  static Result<std::unique_ptr<StreamInflater>> Make(Compression compression);
  virtual ~StreamInflater() = default;

  /// Inflate some bytes.
  ///
  /// in       bytes: the next of the stream; what was used is taken off its front
  /// returns  how many were written; 0: more is needed, or nothing was left
  /// errors   kInvalid (not of this compression; says at which byte), kTooLarge (the window); what
  ///          could be inflated before it was given: with zstd all blocks before the damaged one
  virtual Result<size_t> Inflate(std::string_view* bytes, char* out, size_t room) = 0;

  /// Say that no more bytes come. errors  kInvalid: the stream is cut short
  virtual Status Finish() = 0;
};

/// Which compression a stream has, by its first bytes (four are enough).
/// returns  kGzip, kZstd, or none
std::optional<Compression> RecognizeStream(std::string_view first_bytes);

}  // namespace tarn::codec
