// A request's body without its content encoding.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "collect/limits.h"

namespace tarn::collect {

/// Body bytes: lent where they came plain, owned where they were inflated.
/// Threads: as any value.
class Body {
 public:
  /// Take one content encoding off.
  ///
  /// in       content_encoding: the header; empty, `identity`, `gzip`, `x-gzip` or `zstd`. raw:
  /// lent for the Body's life errors   kTooLarge (over a limit: names it), kUnsupported (another
  /// encoding, or several),
  ///          kInvalid (not of this encoding, or cut short)
  static Result<Body> Open(std::string_view content_encoding, std::string_view raw,
                           const BodyLimits& limits);

  /// Valid as long as this Body, and the bytes it was opened on.
  std::string_view bytes() const { return inflated_ ? std::string_view(*inflated_) : raw_; }

  /// The bytes as one's own: moved where they were inflated, copied where they were lent.
  std::string Take() && { return inflated_ ? *std::move(inflated_) : std::string(raw_); }

 private:
  Body(std::string_view raw, std::optional<std::string> inflated)
      : raw_(raw), inflated_(std::move(inflated)) {}

  std::string_view raw_;
  std::optional<std::string> inflated_;
};

}  // namespace tarn::collect
