// JSON numbers to integers, floating point and decimals: pure functions from text to value.
// docs/formats/shaping.md, section 4. They write `value` only where they return kFits.
#pragma once

#include <cstdint>
#include <string_view>

#include "schema/value.h"
#include "shape/fit.h"

namespace tarn::shape {

// in  text: a JSON number

/// returns  kWrongType for a number that is not whole
Fit ToInt64(std::string_view text, int64_t* value);
/// As ToInt64, for 32 bits.
Fit ToInt32(std::string_view text, int64_t* value);
Fit ToDouble(std::string_view text, double* value);
/// The nearest float, as a double.
Fit ToFloat(std::string_view text, double* value);

/// Exact, as an unscaled number.
///
/// in       text: any; precision 1..38, scale 0..precision
/// returns  kWrongType where the text is no JSON number, kOutOfRange where digits would be lost
Fit ToDecimal(std::string_view text, int precision, int scale, schema::Int128* value);

}  // namespace tarn::shape
