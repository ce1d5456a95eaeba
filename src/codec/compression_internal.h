// What the codecs of this room share: their entry points, and an output that never outgrows its
// cap.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace tarn::codec {

/// Inflated bytes so far. The buffer doubles up to one byte beyond the cap: an inflater that fills
/// that byte has gone too far, one that ends before it has not.
class CappedOutput {
 public:
  static constexpr size_t kCapMax = size_t{1} << 48;         ///< so that doubling cannot overflow
  static constexpr size_t kFirstRoomMax = size_t{64} << 20;  ///< however large the guess
  /// in  cap: below kCapMax; guess: of the final size; what outside bytes claim is safe here
  CappedOutput(std::string_view codec, size_t cap, size_t guess)
      : codec_(codec),
        cap_(cap),
        room_(std::clamp<size_t>(guess, 1, std::min(cap + 1, kFirstRoomMax))) {}

  /// Let `write(char* at, size_t room)` put bytes at the end and return how many; room is at least
  /// 1.
  ///
  /// errors  kTooLarge: the cap is passed already, nothing was called
  template <class Write>
  Status Extend(Write&& write) {
    const size_t have = bytes_.size();
    if (have > cap_) return TooLarge();
    if (have == room_) room_ = std::min(cap_ + 1, room_ * 2);
    bytes_.resize_and_overwrite(
        room_, [&](char* buffer, size_t) { return have + write(buffer + have, room_ - have); });
    return {};
  }

  Result<std::string> Finish() && {
    if (bytes_.size() > cap_) return TooLarge();
    return std::move(bytes_);
  }

 private:
  std::unexpected<Error> TooLarge() const {
    return Fail(ErrorKind::kTooLarge, "{} bytes inflate beyond {} bytes", codec_, cap_);
  }

  const std::string_view codec_;
  const size_t cap_;
  size_t room_;
  std::string bytes_;
};

/// in  cap: bytes of the result. errors  kTooLarge, kInvalid, as Decompress
Result<std::string> InflateGzip(std::string_view bytes, size_t cap);
Result<std::string> InflateZstd(std::string_view bytes, size_t cap);
Result<std::string> InflateSnappy(std::string_view bytes, size_t cap);
Result<std::string> InflateLz4(std::string_view bytes, size_t cap);

/// in  level: 0 is the codec's default. errors  kInternal
Result<std::string> DeflateGzip(std::string_view bytes, int level);
Result<std::string> DeflateZstd(std::string_view bytes, int level);
Result<std::string> DeflateSnappy(std::string_view bytes);
Result<std::string> DeflateLz4(std::string_view bytes, int level);

}  // namespace tarn::codec
