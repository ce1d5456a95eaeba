// Bytes with the room behind them that simdjson wants to read.
#pragma once

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/units.h"

namespace tarn::collect {

/// A buffer that is kept from one body to the next.
/// Threads: one at a time.
class PaddedText {
 public:
  /// returns  a view of the copy, valid until the next Copy
  simdjson::padded_string_view Copy(std::string_view bytes) {
    if (bytes.size() + simdjson::SIMDJSON_PADDING > buffer_.size()) {
      buffer_.resize(std::max<size_t>(64 * kKiB, 2 * bytes.size() + simdjson::SIMDJSON_PADDING));
    }
    std::ranges::copy(bytes, buffer_.begin());
    return simdjson::padded_string_view(buffer_.data(), bytes.size(), buffer_.size());
  }

 private:
  std::string buffer_;
};

}  // namespace tarn::collect
