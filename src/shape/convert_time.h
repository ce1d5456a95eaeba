// Text and numbers to dates, times of the day and timestamps: pure functions.
// docs/formats/shaping.md, section 4. They write `value` only where they return kFits.
#pragma once

#include <cstdint>
#include <string_view>

#include "shape/fit.h"

namespace tarn::shape {

/// `2026-11-21` to days since 1970.
Fit ToDate(std::string_view text, int64_t* value);
/// `08:48:41.954871` to microseconds of the day.
Fit ToTimeOfDay(std::string_view text, int64_t* value);
/// ISO 8601 text to microseconds since 1970, UTC.
Fit ToTimestamp(std::string_view text, int64_t* value);
/// An epoch, in seconds below 10^12 and milliseconds from there on, to microseconds since 1970.
///
/// in  text: a JSON number
Fit EpochToTimestamp(std::string_view text, int64_t* value);

}  // namespace tarn::shape
