#include "bench/statistics.h"

#include <gtest/gtest.h>

#include <vector>

namespace tarn::bench {
namespace {

TEST(Statistics, OfNoMeasurementsAllIsZero) {
  EXPECT_EQ(SpreadOf({}).median, 0);
  EXPECT_EQ(Quantile({}, 0.5), 0);
  EXPECT_EQ(RatiosWithinRounds({}, {1}).median, 0);
  EXPECT_EQ(RatiosWithinRounds({1}, {0}).high, 0);
}

TEST(Statistics, TheSpreadHoldsTheLeastTheMiddleAndTheLargest) {
  const Spread odd = SpreadOf({5, 1, 3});
  EXPECT_EQ(odd.low, 1);
  EXPECT_EQ(odd.median, 3);
  EXPECT_EQ(odd.high, 5);
  EXPECT_EQ(SpreadOf({4, 1, 2, 3}).median, 2.5);
}

TEST(Statistics, AQuantileIsAValueByItsNearestRank) {
  std::vector<double> values;
  for (int i = 100; i >= 1; --i) values.push_back(i);
  const struct {
    double share;
    double value;
  } cases[] = {{0, 1}, {0.5, 50}, {0.99, 99}, {1, 100}};
  for (const auto& [share, value] : cases) EXPECT_EQ(Quantile(values, share), value) << share;
  EXPECT_EQ(Quantile({7}, 0.99), 7);
}

TEST(Statistics, RatiosAreTakenWithinRounds) {
  // The second round ran on a machine that was twice as slow: the ratio does not move.
  const Spread ratios = RatiosWithinRounds({2, 4, 2}, {1, 2, 1});
  EXPECT_EQ(ratios.low, 2);
  EXPECT_EQ(ratios.high, 2);
}

}  // namespace
}  // namespace tarn::bench
