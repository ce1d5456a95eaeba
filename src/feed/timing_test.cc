#include "feed/timing.h"

#include <gtest/gtest.h>

namespace tarn::feed {
namespace {

constexpr int64_t kSecond = kMicrosPerSecond;

TEST(Timing, LooksComeAtTheIntervalOrOnTheLine) {
  EXPECT_EQ(Timing{.poll_us = 7 * kSecond}.NextAfter(3 * kSecond, 0), 10 * kSecond);
  const Timing hourly{.line = CronLine::Parse("5 * * * *").value()};
  EXPECT_EQ(hourly.NextAfter(0, 0), 300 * kSecond);
  EXPECT_EQ(hourly.NextAfter(300 * kSecond, 0), 3900 * kSecond);
}

TEST(Timing, AFailedLookIsTriedAgainLaterAndLaterButNotAfterTheNextRegularOne) {
  const Timing hourly{.line = CronLine::Parse("@hourly").value()};
  EXPECT_EQ(hourly.NextAfter(0, 1), 5 * kSecond);
  EXPECT_EQ(hourly.NextAfter(0, 2), 10 * kSecond);
  EXPECT_EQ(hourly.NextAfter(0, 7), 300 * kSecond);
  EXPECT_EQ(hourly.NextAfter(0, 1'000'000), 300 * kSecond);
  EXPECT_EQ(hourly.NextAfter(3598 * kSecond, 1), 3600 * kSecond);
  EXPECT_EQ(Timing{.poll_us = kSecond}.NextAfter(0, 5), kSecond);
}

}  // namespace
}  // namespace tarn::feed
