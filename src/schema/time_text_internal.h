// Dates, times of the day and timestamps out of text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tarn::schema::internal {

/// in       `2026-11-21`; years with more digits or a sign are read too
/// returns  days since 1970; none where the text is something else, or no day of the calendar
std::optional<int32_t> ParseDate(std::string_view text);

/// in       `08:48`, `08:48:41`, `08:48:41.954871`; of one to nine digits of fraction the first six
///          count
/// returns  microseconds of the day
std::optional<int64_t> ParseTimeOfDay(std::string_view text);

/// in       a date; then, after `T` or a space, a time of the day; then an offset `Z`, `+01:00`,
///          `+0100` or `+01`, with or without a space before it
/// returns  microseconds since 1970, the offset taken off; without an offset the text is UTC
std::optional<int64_t> ParseTimestamp(std::string_view text);

}  // namespace tarn::schema::internal
