#include "base/time.h"

#include <cstdlib>

#include "base/format.h"

namespace tarn {

int64_t DaysFromCivil(CivilDate date) {
  const int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const int64_t era = FloorDivide(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t month = date.month;
  const int64_t day_of_year =
      (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + int64_t{date.day} - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate CivilFromDays(int64_t days) {
  days += 719468;
  const int64_t era = FloorDivide(days, 146097);
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  CivilDate date;
  date.day = static_cast<unsigned>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  date.month = static_cast<unsigned>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

bool IsValidCivil(CivilDate date) {
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) return false;
  const CivilDate back = CivilFromDays(DaysFromCivil(date));
  return back.year == date.year && back.month == date.month && back.day == date.day;
}

std::string FormatDate(int64_t days) {
  const CivilDate date = CivilFromDays(days);
  return Format("{}{:04}-{:02}-{:02}", date.year < 0 ? "-" : "", std::abs(date.year), date.month,
                date.day);
}

std::string FormatTimeOfDay(int64_t micros) {
  const int64_t seconds = micros / kMicrosPerSecond;
  return Format("{:02}:{:02}:{:02}.{:06}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                micros % kMicrosPerSecond);
}

std::string FormatTimestamp(int64_t micros, TimeStyle style) {
  return Format("{}T{}{}", FormatDate(FloorDivide(micros, kMicrosPerDay)),
                FormatTimeOfDay(FloorModulo(micros, kMicrosPerDay)),
                style == TimeStyle::kIsoUtc ? "Z" : "");
}

}  // namespace tarn
