#include "feed/known_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/rejects_table.h"
#include "feed/feed_testing.h"

namespace tarn::feed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(KnownKeys, WhatIsNoKeyIsRefusedWithItsPlace) {
  const struct {
    std::string text;
    const char* message;
  } cases[] = {
      {"a\ns3://other/b\n", "line 2: 's3://other/b' is not of the source's bucket 'raw'"},
      {"s3://raw/", "line 1: a key has 1 to 1024 bytes, this one has 0"},
      {"\n\n" + std::string(1025, 'k'), "line 3: a key has 1 to 1024 bytes, this one has 1025"},
      {"[\"a\",1]", "key 2: a text is expected"},
      {"[\"a\",\"\"]", "key 2: a key has 1 to 1024 bytes"},
      {"[\"a\"", ""},
  };
  for (const auto& c : cases) {
    const auto keys = ParseKeys(c.text, "raw");
    ASSERT_FALSE(keys) << c.text;
    EXPECT_THAT(keys.error().message(), HasSubstr(c.message));
  }
}

TEST(KnownKeys, ListsAreLinesOrJson) {
  EXPECT_THAT(ParseKeys("", "raw").value(), IsEmpty());
  EXPECT_THAT(ParseKeys("2026/b\r\n\n  a b  \ns3://raw/2026/b", "raw").value(),
              ElementsAre("2026/b", "a b"));
  EXPECT_THAT(ParseKeys(R"(["x","s3://raw/y","x"])", "raw").value(), ElementsAre("x", "y"));
  EXPECT_THAT(ParseKeys(R"({"x":true,"y":"2026-01-01"})", "raw").value(), ElementsAre("x", "y"));
}

TEST(KnownKeys, WhatIsImportedIsNotRead) {
  FeedRig rig;
  rig.PutInHour("a", NumberedLines(0, 1));
  rig.PutInHour("b", NumberedLines(1, 3));
  rig.options.source = SourcePattern::Parse("s3://other/").value();
  ASSERT_TRUE(rig.Look());  // makes the table
  rig.options.source = SourcePattern::Parse("s3://raw/%Y/%m/%d/%H/").value();
  const auto table = rig.catalog().LoadTable(rig.definition.table).value();
  const std::vector<std::string> keys = {rig.Hour() + "a", "gone"};
  const auto import = [&] {
    return ImportKeys(rig.catalog(), table, "raw", keys, rig.clock, os::SystemEntropy()).value();
  };
  EXPECT_EQ(import().imported, 2U);
  EXPECT_EQ(import().known, 2U);
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (FeedRig::Counts{2, 0}));
  const auto feed = rig.MakeFeed();
  ASSERT_TRUE(feed->Look({}));
  EXPECT_EQ(feed->status().changed, 0U);
}

}  // namespace
}  // namespace tarn::feed
