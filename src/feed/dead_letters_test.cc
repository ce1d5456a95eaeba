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

TEST(DeadLetters, WhatHasTheNameAndSizeButOtherBytesIsNoCopy) {
  FeedRig rig;
  rig.Put("a", "bad");
  rig.Put("a", "BAD", "dead");
  const FeedPlace place = rig.place();
  const DeadLetters letters("events", {"dead", ""}, place.buckets);
  const ListedObject object = Listed(place, "a");
  for (int i = 0; i < 2; ++i) {  // once more finds its own copy
    ASSERT_TRUE(letters.Keep(object, "no", 0, {}));
    EXPECT_EQ(rig.Get("dead", "a"), "BAD");
    EXPECT_EQ(rig.Keys("dead").size(), 3U);
  }
  const std::string copy = rig.Keys("dead")[1];
  EXPECT_THAT(copy, testing::StartsWith("a."));
  EXPECT_EQ(rig.Get("dead", copy), "bad");
  EXPECT_THAT(rig.Keys("dead"), ElementsAre("a", copy, copy + kReasonSuffix));
}

}  // namespace
}  // namespace tarn::feed
