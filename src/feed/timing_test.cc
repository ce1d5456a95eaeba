#include "feed/timing.h"

#include <gtest/gtest.h>

namespace tarn::feed {
namespace {

constexpr int64_t kSecond = kMicrosPerSecond;

TEST(Timing, LooksComeAtTheIntervalOrOnTheLine) {
  EXPECT_EQ(Timing{.poll_us = 7 * kSecond}.NextAfter(3, 0), os::Due{.after_us = 7 * kSecond});
  const Timing hourly{.line = CronLine::Parse("5 * * * *").value()};
  EXPECT_EQ(hourly.NextAfter(0, 0), os::Due{.wall_us = 300 * kSecond});
  EXPECT_EQ(hourly.NextAfter(300 * kSecond, 0), os::Due{.wall_us = 3900 * kSecond});
}

TEST(Timing, AFailedLookIsTriedAgainLaterAndLaterButNotAfterTheNextRegularOne) {
  const Timing hourly{.line = CronLine::Parse("@hourly").value()};
  const auto after = [&](int failures) { return hourly.NextAfter(0, failures).after_us; };
  EXPECT_EQ(after(1), 5 * kSecond);
  EXPECT_EQ(after(2), 10 * kSecond);
  EXPECT_EQ(after(7), 300 * kSecond);
  EXPECT_EQ(after(1'000'000), 300 * kSecond);
  EXPECT_EQ(hourly.NextAfter(0, 1).wall_us, 3600 * kSecond);
  EXPECT_EQ(Timing{.poll_us = kSecond}.NextAfter(0, 5), os::Due{.after_us = kSecond});
}

}  // namespace
}  // namespace tarn::feed
