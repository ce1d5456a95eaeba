// Days as the keys of raw objects have them: YYYYMMDD, UTC.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tarn::derive {

inline constexpr size_t kDaysMax = 100'000;  ///< of one run: more is a slip of the pen

/// All days from the first to the last, both included.
/// errors  kInvalid: no day (says what is expected), the last is before the first
Result<std::vector<std::string>> DaysBetween(std::string_view from, std::string_view to);

}  // namespace tarn::derive
