#include "os/clock.h"

#include <gtest/gtest.h>

#include <set>

#include "os/simulated_clock.h"

namespace tarn::os {
namespace {

TEST(Clock, SteadyNeverGoesBackAndWallIsThisCentury) {
  const int64_t before = SystemClock().SteadyMicros();
  EXPECT_GE(SystemClock().SteadyMicros(), before);
  EXPECT_GT(SystemClock().NowMicros(), 1'600'000'000'000'000);
}

TEST(Clock, FakeOneMovesOnlyWhenTold) {
  FakeClock clock(1000);
  clock.Advance(5);
  EXPECT_EQ(clock.NowMicros(), 1005);
  EXPECT_EQ(clock.SteadyMicros(), 5);
  clock.SetNow(3);
  EXPECT_EQ(clock.NowMicros(), 3);
  EXPECT_EQ(clock.SteadyMicros(), 5);
}

TEST(Clock, SeededEntropyRepeatsAndSystemEntropyDoesNot) {
  SeededEntropy a(9);
  SeededEntropy b(9);
  std::set<uint64_t> seen;
  for (int i = 0; i < 100; ++i) {
    const uint64_t value = a.Random64();
    EXPECT_EQ(value, b.Random64());
    seen.insert(value);
    seen.insert(SystemEntropy().Random64());
  }
  EXPECT_EQ(seen.size(), 200u);
}

TEST(Clock, UuidsAreVersion4) {
  SeededEntropy entropy(1);
  for (int i = 0; i < 50; ++i) {
    const std::string uuid = RandomUuid(entropy);
    ASSERT_EQ(uuid.size(), 36u);
    for (const size_t dash : {8, 13, 18, 23}) EXPECT_EQ(uuid[dash], '-') << uuid;
    EXPECT_EQ(uuid[14], '4') << uuid;
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
  }
}

}  // namespace
}  // namespace tarn::os
