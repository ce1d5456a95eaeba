#include "os/due.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "os/simulated_clock.h"

namespace tarn::os {
namespace {

constexpr int64_t kHour = 3'600'000'000;
constexpr std::chrono::milliseconds kNotYet(300);

/// A wait in a thread of its own, begun when it is made.
class Wait {
 public:
  Wait(const Due& due, FakeClock& clock)
      : waited_(std::async(std::launch::async, [this, due, &clock] {
          return WaitUntilDue(due, clock, stop_.get_token());
        })) {
    EXPECT_FALSE(IsOver());
  }
  ~Wait() { stop_.request_stop(); }
  bool IsOver() { return waited_.wait_for(kNotYet) == std::future_status::ready; }
  Waited End() { return waited_.get(); }
  void Stop() { stop_.request_stop(); }

 private:
  std::stop_source stop_;
  std::future<Waited> waited_;
};

TEST(Due, AStopEndsAWait) {
  FakeClock clock;
  Wait wait({}, clock);
  wait.Stop();
  EXPECT_EQ(wait.End(), Waited::kStopped);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(WaitUntilDue({.after_us = 0}, clock, stop.get_token()), Waited::kStopped);
}

TEST(Due, WhatIsDueAfterATimeHeedsNoWallClock) {
  FakeClock clock(100 * kHour);
  Wait wait({.after_us = kHour}, clock);
  clock.SetNow(kHour);
  EXPECT_FALSE(wait.IsOver());
  clock.SetNow(300 * kHour);
  EXPECT_FALSE(wait.IsOver());
  clock.Advance(kHour);
  EXPECT_EQ(wait.End(), Waited::kDue);
}

TEST(Due, WhatIsDueAtAMomentIsFoundAnewWhenTheClockGoesBack) {
  FakeClock clock(100 * kHour);
  EXPECT_EQ(WaitUntilDue({.wall_us = 100 * kHour}, clock, {}), Waited::kDue);
  Wait back({.wall_us = 101 * kHour, .after_us = 5 * kHour}, clock);
  clock.SetNow(99 * kHour);
  EXPECT_EQ(back.End(), Waited::kClockWentBack);
  Wait ahead({.wall_us = 101 * kHour, .after_us = 5 * kHour}, clock);
  clock.SetNow(200 * kHour);
  EXPECT_EQ(ahead.End(), Waited::kDue);
}

}  // namespace
}  // namespace tarn::os
