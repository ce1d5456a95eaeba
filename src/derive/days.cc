#include "derive/days.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/time.h"

namespace tarn::derive {
namespace {

constexpr size_t kDigits = 8;

Result<int64_t> ParseDay(std::string_view text) {
  uint32_t number = 0;
  const bool has_digits = text.size() == kDigits &&
                          std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (has_digits) std::from_chars(text.data(), text.data() + text.size(), number);
  const CivilDate date{.year = number / 10'000, .month = number / 100 % 100, .day = number % 100};
  if (has_digits && IsValidCivil(date)) return DaysFromCivil(date);
  return Fail(ErrorKind::kInvalid, "'{}' is no day: YYYYMMDD is expected, as in 20151028", text);
}

std::string DayText(int64_t days) {
  const CivilDate date = CivilFromDays(days);
  return Format("{:04}{:02}{:02}", date.year, date.month, date.day);
}

}  // namespace

Result<std::vector<std::string>> DaysBetween(std::string_view from, std::string_view to) {
  const int64_t first = TRY(ParseDay(from));
  const int64_t last = TRY(ParseDay(to));
  if (last < first) return Fail(ErrorKind::kInvalid, "the days end at {}, before {}", to, from);
  if (last - first >= static_cast<int64_t>(kDaysMax))
    return Fail(ErrorKind::kInvalid, "{} to {} are over {} days", from, to, kDaysMax);
  std::vector<std::string> days;
  for (int64_t day = first; day <= last; ++day) days.push_back(DayText(day));
  return days;
}

}  // namespace tarn::derive
