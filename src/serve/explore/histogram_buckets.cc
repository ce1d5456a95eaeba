#include "serve/explore/histogram_buckets.h"

#include <algorithm>
#include <array>

#include "base/invariant.h"
#include "base/time.h"

namespace tarn::serve {
namespace {

constexpr int64_t kMilli = 1000;
constexpr int64_t kSecond = kMicrosPerSecond;
constexpr int64_t kMinute = 60 * kSecond;
constexpr std::array kRoundWidths = std::to_array<int64_t>({kMilli,
                                                            2 * kMilli,
                                                            5 * kMilli,
                                                            10 * kMilli,
                                                            20 * kMilli,
                                                            50 * kMilli,
                                                            100 * kMilli,
                                                            200 * kMilli,
                                                            500 * kMilli,
                                                            kSecond,
                                                            2 * kSecond,
                                                            5 * kSecond,
                                                            10 * kSecond,
                                                            15 * kSecond,
                                                            30 * kSecond,
                                                            kMinute,
                                                            2 * kMinute,
                                                            5 * kMinute,
                                                            10 * kMinute,
                                                            15 * kMinute,
                                                            30 * kMinute,
                                                            kMicrosPerHour,
                                                            2 * kMicrosPerHour,
                                                            3 * kMicrosPerHour,
                                                            6 * kMicrosPerHour,
                                                            12 * kMicrosPerHour,
                                                            kMicrosPerDay});

BucketRange WithWidth(int64_t from_us, int64_t to_us, int64_t width_us) {
  const int64_t first = FloorDivide(from_us, width_us);
  return {first * width_us, width_us, FloorDivide(to_us - 1, width_us) - first + 1};
}

}  // namespace

BucketRange ChooseBuckets(int64_t from_us, int64_t to_us, int64_t buckets_max) {
  INVARIANT(from_us < to_us && buckets_max > 0, "a histogram has a range and buckets");
  for (const int64_t width_us : kRoundWidths) {
    const BucketRange range = WithWidth(from_us, to_us, width_us);
    if (range.count <= buckets_max) return range;
  }
  const int64_t span_us = to_us - from_us;
  const int64_t days = span_us / buckets_max / kMicrosPerDay + 1;
  for (const int64_t wider : {days, days + 1, days + days / 8 + 1, 2 * days}) {
    const BucketRange range = WithWidth(from_us, to_us, wider * kMicrosPerDay);
    if (range.count <= buckets_max) return range;
  }
  // A multiple of every width lies inside (the year 1970): not from a multiple on, then.
  const int64_t width_us = days * kMicrosPerDay;
  return {from_us, width_us, (span_us + width_us - 1) / width_us};
}

BucketCounts::BucketCounts(BucketRange range, bool is_divided)
    : range_(range), is_divided_(is_divided), buckets_(static_cast<size_t>(range.count)) {}

void BucketCounts::Add(std::optional<int64_t> bucket, const BucketShare& share, int64_t count) {
  if (!bucket || *bucket < 0 || *bucket >= range_.count) {
    outside_ += count;
    return;
  }
  Bucket& one = buckets_[static_cast<size_t>(*bucket)];
  one.count += count;
  total_ += count;
  switch (share.of) {
    case BucketShare::Of::kValue:
      one.by[share.value] += count;
      break;
    case BucketShare::Of::kNulls:
      one.nulls += count;
      break;
    case BucketShare::Of::kOthers:
      one.others += count;
      break;
  }
}

Json BucketCounts::ToJson(const std::function<std::string(int64_t micros)>& text) const {
  Json all = Json::MakeArray();
  int64_t from_us = range_.first_us;
  for (const Bucket& bucket : buckets_) {
    Json json = Json::MakeObject({{"from", text(from_us)}, {"count", bucket.count}});
    if (is_divided_) {
      Json by = Json::MakeObject({});
      for (const auto& [value, count] : bucket.by) by.Set(value, count);
      json.Set("by", std::move(by));
      json.Set("nulls", bucket.nulls);
      json.Set("others", bucket.others);
    }
    all.Push(std::move(json));
    from_us += range_.width_us;
  }
  return all;
}

}  // namespace tarn::serve
