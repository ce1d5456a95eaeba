#include "feed/raw_object.h"

#include <gtest/gtest.h>

#include "feed/feed_testing.h"

namespace tarn::feed {
namespace {

/// How often the store is asked for a part of an object while its records are given out.
uint64_t CallsOfGive(const std::string& bytes) {
  FeedRig rig;
  rig.Put("a", bytes);
  store::ObjectStore& raw = **rig.place().buckets.Open("raw");
  const ListedObject object{raw, "raw", raw.Head("a").value()};
  const auto read = RawObject::Read(object, kGiB, {});
  EXPECT_TRUE(read) << read.error().message();
  const uint64_t calls = rig.faults.calls();
  EXPECT_TRUE(read->Give([](std::span<schema::RecordView>) { return Status(); }, {}));
  return rig.faults.calls() - calls;
}

std::string Repeated(const std::string& record, size_t times) {
  std::string text;
  for (size_t i = 0; i < times; ++i) text += record;
  return text;
}

TEST(RawObject, WhatFewBytesOfManyRecordsNeedIsCountedToo) {
  EXPECT_GT(CallsOfGive(Repeated("{}\n", 2'000'000)), 0U);
  EXPECT_EQ(CallsOfGive(Repeated("{}\n", 1'000'000)), 0U);
}

}  // namespace
}  // namespace tarn::feed
