// A cron line: when something is to happen, in the five fields of crontab(5). All times are UTC.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace tarn {

/// `15 2 * * *`: minute, hour, day of the month, month, day of the week. A field is `*`, a number,
/// a name of a month or weekday (`feb`, `Mon`), a range, each with a `/step`, or several with
/// commas. 0 and 7 are Sunday. Where neither day field begins with `*`, a day of either is one.
/// `@hourly`,
/// `@daily` (`@midnight`), `@weekly`, `@monthly`, `@yearly` (`@annually`) stand for whole lines.
///
/// Threads: any, once made.
class CronLine {
 public:
  /// errors   kInvalid: names the field and what it takes; a line that no date fits (30 February)
  static Result<CronLine> Parse(std::string_view text);

  /// returns  the first tick after this moment, µs since 1970
  int64_t NextAfter(int64_t at_us) const;
  /// returns  the last tick at this moment or before
  int64_t LastUntil(int64_t at_us) const;

 private:
  CronLine() = default;
  bool HasDay(int64_t day) const;
  bool HasMinute(int64_t minute_of_day) const;
  bool FitsAnyDate() const;

  // Bit n: the value n is in the field.
  uint64_t minutes_ = 0;
  uint64_t hours_ = 0;
  uint64_t days_ = 0;
  uint64_t months_ = 0;
  uint64_t weekdays_ = 0;
  bool needs_both_days_ = true;  // one of the day fields begins with `*`
};

}  // namespace tarn
