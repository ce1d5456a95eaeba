// Calendar arithmetic on microseconds since 1970 (UTC, proleptic Gregorian), and its text.
#pragma once

#include <cstdint>
#include <string>

namespace tarn {

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerHour = 3600 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

struct CivilDate {
  int64_t year = 1970;
  unsigned month = 1;  ///< 1..12
  unsigned day = 1;    ///< 1..31
};

/// Days since 1970-01-01. source  Howard Hinnant, "chrono-compatible low-level date algorithms"
int64_t DaysFromCivil(CivilDate date);
CivilDate CivilFromDays(int64_t days);
bool IsValidCivil(CivilDate date);

/// Division that rounds towards minus infinity, as the calendar wants it before 1970.
constexpr int64_t FloorDivide(int64_t value, int64_t by) {
  return value / by - (value % by != 0 && (value % by < 0) != (by < 0));
}

/// What FloorDivide leaves: 0 … by - 1, also of the least number. in  by > 0
constexpr int64_t FloorModulo(int64_t value, int64_t by) {
  const int64_t rest = value % by;
  return rest < 0 ? rest + by : rest;
}

enum class TimeStyle {
  kIsoUtc,   ///< 2026-11-21T08:48:41.954871Z
  kIsoPlain  ///< 2026-11-21T08:48:41.954871
};

/// returns  the text with six digits of fraction
std::string FormatTimestamp(int64_t micros, TimeStyle style);
std::string FormatDate(int64_t days);         ///< 2026-11-21
std::string FormatTimeOfDay(int64_t micros);  ///< 08:48:41.954871

}  // namespace tarn
