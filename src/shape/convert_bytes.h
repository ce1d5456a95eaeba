// Text to uuids, and decimals to bytes: pure functions. docs/formats/shaping.md, section 4.
#pragma once

#include <string>
#include <string_view>

#include "schema/value.h"
#include "shape/fit.h"

namespace tarn::shape {

/// in       text: any
/// returns  kFits, and its 16 bytes in `bytes`
Fit ToUuid(std::string_view text, std::string* bytes);

/// Base64 to bytes.
///
/// returns  kFits, and the bytes in `bytes`
Fit ToBinary(std::string_view text, std::string* bytes);

/// An unscaled decimal as big-endian two's complement of so many bytes, as Parquet keeps it.
///
/// in  length: 1..16, wide enough
void ToBigEndian(schema::Int128 value, int length, std::string* bytes);

}  // namespace tarn::shape
