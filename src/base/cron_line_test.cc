#include "base/cron_line.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace tarn {
namespace {

int64_t At(int64_t year, unsigned month, unsigned day, int hour = 0, int minute = 0,
           int second = 0) {
  return DaysFromCivil({year, month, day}) * kMicrosPerDay +
         ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond;
}

std::string Text(int64_t micros) {
  return FormatTimestamp(micros, TimeStyle::kIsoPlain).substr(0, 16);
}

TEST(CronLine, WhatIsNoLineIsRefusedWithItsField) {
  const struct {
    const char* line;
    const char* message;
  } cases[] = {
      {"", "'' is no cron line: five fields are expected"},
      {"* * * *", "five fields"},
      {"* * * * * *", "five fields"},
      {"@often", "five fields"},
      {"60 * * * *", "'60' is no minute: 0 to 59"},
      {"-1 * * * *", "'' is no minute"},
      {"* 24 * * *", "'24' is no hour"},
      {"* * 0 * *", "'0' is no day of the month: 1 to 31"},
      {"* * * 13 *", "'13' is no month: 1 to 12, jan …"},
      {"* * * * 8", "'8' is no day of the week: 0 to 7, sun …"},
      {"* * * * mond", "'mond' is no day of the week"},
      {"5-3 * * * *", "'5-3' is no minute"},
      {"*/0 * * * *", "'*/0' is no minute"},
      {"*/ * * * *", "'*/' is no minute"},
      {"*/60 * * * *", "'*/60' is no minute"},
      {"5/4294967295 * * * *", "'5/4294967295' is no minute"},
      {"5/4294967296 * * * *", "'5/4294967296' is no minute"},
      {"1,, * * * *", "is no minute"},
      {"1, * * * *", "'1,' is no minute"},
      {"1- * * * *", "'' is no minute"},
      {"0x1 * * * *", "'0x1' is no minute"},
      {"0 0 30 2 *", "'0 0 30 2 *' never comes"},
      {"0 0 31 4,6,9,11 *", "never comes"},
  };
  for (const auto& c : cases) {
    const auto line = CronLine::Parse(c.line);
    ASSERT_FALSE(line) << c.line;
    EXPECT_EQ(line.error().kind(), ErrorKind::kInvalid);
    EXPECT_NE(line.error().message().find(c.message), std::string::npos) << line.error().message();
  }
  EXPECT_FALSE(CronLine::Parse(std::string(2000, '*')));
}

TEST(CronLine, TicksComeAsCrontabSaysThem) {
  const int64_t from = At(2026, 11, 21, 8, 48, 41);  // a Saturday
  const struct {
    const char* line;
    const char* next;
    const char* last;
  } cases[] = {
      {"* * * * *", "2026-11-21T08:49", "2026-11-21T08:48"},
      {"15 2 * * *", "2026-11-22T02:15", "2026-11-21T02:15"},
      {"*/20 * * * *", "2026-11-21T09:00", "2026-11-21T08:40"},
      {"50/5 * * * *", "2026-11-21T08:50", "2026-11-21T07:55"},
      {"0 9-17/4 * * *", "2026-11-21T09:00", "2026-11-20T17:00"},
      {"5,35 8 * * *", "2026-11-22T08:05", "2026-11-21T08:35"},
      {"0 0 1 * *", "2026-12-01T00:00", "2026-11-01T00:00"},
      {"0 0 * Jan-mar *", "2027-01-01T00:00", "2026-03-31T00:00"},
      {"0 6 * * mon-FRI", "2026-11-23T06:00", "2026-11-20T06:00"},
      {"0 6 * * 7", "2026-11-22T06:00", "2026-11-15T06:00"},
      {"0 6 * * 0", "2026-11-22T06:00", "2026-11-15T06:00"},
      {"0 0 13 * fri", "2026-11-27T00:00", "2026-11-20T00:00"},  // either day
      {"0 0 13 * */5", "2026-12-13T00:00", "2026-11-13T00:00"},  // both: it begins with *
      {"0 0 29 2 *", "2028-02-29T00:00", "2024-02-29T00:00"},
      {" 0\t0 31 12  * ", "2026-12-31T00:00", "2025-12-31T00:00"},
      {"@hourly", "2026-11-21T09:00", "2026-11-21T08:00"},
      {"@daily", "2026-11-22T00:00", "2026-11-21T00:00"},
      {"@midnight", "2026-11-22T00:00", "2026-11-21T00:00"},
      {"@weekly", "2026-11-22T00:00", "2026-11-15T00:00"},
      {"@monthly", "2026-12-01T00:00", "2026-11-01T00:00"},
      {"@yearly", "2027-01-01T00:00", "2026-01-01T00:00"},
      {"@annually", "2027-01-01T00:00", "2026-01-01T00:00"},
  };
  for (const auto& c : cases) {
    const auto line = CronLine::Parse(c.line);
    ASSERT_TRUE(line) << line.error().message();
    EXPECT_EQ(Text(line->NextAfter(from)), c.next) << c.line;
    EXPECT_EQ(Text(line->LastUntil(from)), c.last) << c.line;
  }
}

TEST(CronLine, ATickIsItsOwnLastOneAndTheNextComesAfterIt) {
  const CronLine line = CronLine::Parse("0 * * * *").value();
  const int64_t tick = At(2026, 1, 1, 5);
  EXPECT_EQ(line.LastUntil(tick), tick);
  EXPECT_EQ(line.NextAfter(tick), At(2026, 1, 1, 6));
  EXPECT_EQ(line.LastUntil(tick - 1), At(2026, 1, 1, 4));
  EXPECT_EQ(line.NextAfter(tick - 1), tick);
}

TEST(CronLine, LeapDaysComeAgainAcrossAYearThatHasNone) {
  const CronLine line = CronLine::Parse("0 0 29 feb *").value();
  EXPECT_EQ(Text(line.NextAfter(At(2096, 3, 1))), "2104-02-29T00:00");
}

}  // namespace
}  // namespace tarn
