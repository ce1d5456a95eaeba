// What is said of several measurements of one thing.
#pragma once

#include <vector>

#include "base/json.h"

namespace tarn::bench {

/// The least, the middle and the largest.
struct Spread {
  double low = 0;
  double median = 0;
  double high = 0;
};

/// in       values: any order
/// returns  of an even number the mean of the middle two; all 0 of none
Spread SpreadOf(std::vector<double> values);

Json SpreadJson(const Spread& spread);

/// The smallest value that at least this share of the values does not exceed (nearest rank).
///
/// in       share: 0..1
/// returns  0 of no values
double Quantile(std::vector<double> values, double share);

/// The spread of a[i] / b[i]: measurements of one round stand beside each other, so that noise
/// that lasts longer than a round falls out. Pairs with a zero below are left out.
Spread RatiosWithinRounds(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace tarn::bench
