#include "query/watchdog.h"

#include <gtest/gtest.h>

#include <atomic>

namespace tarn::query {
namespace {

using std::chrono::milliseconds;

void WaitUntil(const std::atomic<int>& calls, int least) {
  for (int i = 0; i < 10'000 && calls < least; ++i) std::this_thread::sleep_for(milliseconds(1));
  ASSERT_GE(calls, least);
}

TEST(Watchdog, ActsWhenTimeIsOverAndAgainUntilTheWatchIsDropped) {
  Watchdog watchdog;
  std::atomic<int> calls = 0;
  const auto begun = std::chrono::steady_clock::now();
  auto watch = watchdog.Watch(milliseconds(30), [&] { ++calls; });
  WaitUntil(calls, 1);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(30));
  WaitUntil(calls, 3);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(30) + 2 * Watchdog::kRepeat);
  watch.reset();
  const int at_drop = calls;
  std::this_thread::sleep_for(2 * Watchdog::kRepeat);
  EXPECT_EQ(calls, at_drop);
}

TEST(Watchdog, WatchesASoonerEndBesideALaterOne) {
  Watchdog watchdog;
  std::atomic<int> later_calls = 0;
  std::atomic<int> sooner_calls = 0;
  const auto later = watchdog.Watch(std::chrono::hours(1), [&] { ++later_calls; });
  const auto sooner = watchdog.Watch(milliseconds(10), [&] { ++sooner_calls; });
  WaitUntil(sooner_calls, 1);
  EXPECT_EQ(later_calls, 0);
}

TEST(Watchdog, AWatchMayOutliveIt) {
  std::shared_ptr<void> watch;
  {
    Watchdog watchdog;
    watch = watchdog.Watch(std::chrono::hours(1), [] {});
  }
  watch.reset();
}

}  // namespace
}  // namespace tarn::query
