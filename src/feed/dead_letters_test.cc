#include "feed/dead_letters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "feed/feed_testing.h"

namespace tarn::feed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// An object of the bucket `raw` as it lies.
ListedObject Listed(const FeedPlace& place, const std::string& key) {
  store::ObjectStore& raw = **place.buckets.Open("raw");
  return {raw, "raw", raw.Head(key).value()};
}

TEST(DeadLetters, AStopEndsACopyAndNothingIsHalf) {
  FeedRig rig;
  rig.Put("a", "bad");
  const FeedPlace place = rig.place();
  const DeadLetters letters("events", {"dead", ""}, place.buckets);
  std::stop_source stop;
  stop.request_stop();
  const Status kept = letters.Keep(Listed(place, "a"), "no", 0, stop.get_token());
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().kind(), ErrorKind::kCancelled);
  EXPECT_THAT(rig.Keys("dead"), IsEmpty());
}

}  // namespace
}  // namespace tarn::feed
