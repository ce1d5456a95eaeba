// DEFLATE without a wrapping (RFC 1951), as blocks of Avro files have it. It carries no checksum:
// the format around it must bring one.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace tarn::codec {

/// in       bytes: one whole stream; what follows its end is not looked at (PyIceberg leaves the
/// rest of a zlib checksum there); bytes_max: of the inflated result
/// errors   kTooLarge (stopped there), kInvalid (not DEFLATE, or cut short)
Result<std::string> InflateRaw(std::string_view bytes, size_t bytes_max);

/// errors   kInternal
Result<std::string> DeflateRaw(std::string_view bytes);

}  // namespace tarn::codec
