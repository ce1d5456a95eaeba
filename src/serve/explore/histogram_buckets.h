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

/// Which rows of a bucket are counted together where a column divides it. A value's text may be
/// any, so no text stands for those of the other two kinds.
struct BucketShare {
  enum class Of : uint8_t {
    kValue,
    kNulls,   ///< the rows without a value
    kOthers,  ///< those of all values that are not told apart
  };
  Of of = Of::kNulls;
  std::string value;  ///< of kValue
};

/// Threads: as any value.
class BucketCounts {
 public:
  /// in  is_divided: by a column, so that each bucket also tells its shares
  BucketCounts(BucketRange range, bool is_divided);

  /// in  bucket: none: outside, as are those that are not in the range
  void Add(std::optional<int64_t> bucket, const BucketShare& share, int64_t count);

  int64_t total() const { return total_; }
  int64_t outside() const { return outside_; }
  /// [{"from": …, "count": n}], empty ones included; divided ones also have "by": {value: n},
  /// "nulls": n, "others": n
  Json ToJson(const std::function<std::string(int64_t micros)>& text) const;

 private:
  struct Bucket {
    int64_t count = 0;
    std::map<std::string, int64_t> by;
    int64_t nulls = 0;
    int64_t others = 0;
  };

  const BucketRange range_;
  const bool is_divided_;
  std::vector<Bucket> buckets_;
  int64_t total_ = 0;
  int64_t outside_ = 0;
};

}  // namespace tarn::serve
