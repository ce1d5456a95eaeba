// The buckets of a histogram: of a round width, from a multiple of it on, and what is counted in
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace tarn::serve {

struct BucketRange {
  int64_t first_us = 0;  ///< where the first one begins: a multiple of the width
  int64_t width_us = 0;  ///< whole milliseconds
  int64_t count = 0;
};

/// The narrowest buckets of a round width (1, 2 or 5 times a power of ten of milliseconds; 1, 2, 5,
/// 10, 15, 30 seconds and minutes; 1, 2, 3, 6, 12 hours; days) of which at most `buckets_max` hold
/// all from from_us to to_us.
/// in  from_us < to_us
BucketRange ChooseBuckets(int64_t from_us, int64_t to_us, int64_t buckets_max);

/// Threads: as any value.
class BucketCounts {
 public:
  explicit BucketCounts(BucketRange range);

  /// in  bucket: none: outside, as are those that are not in the range; value: none: not divided
  void Add(std::optional<int64_t> bucket, const std::optional<std::string>& value, int64_t count);

  int64_t total() const { return total_; }
  int64_t outside() const { return outside_; }
  /// [{"from": …, "count": n, "by": {value: n}}], empty ones included
  Json ToJson(const std::function<std::string(int64_t micros)>& text) const;

 private:
  struct Bucket {
    int64_t count = 0;
    std::map<std::string, int64_t> by;
  };

  const BucketRange range_;
  std::vector<Bucket> buckets_;
  bool is_divided_ = false;
  int64_t total_ = 0;
  int64_t outside_ = 0;
};

}  // namespace tarn::serve
