#include "feed/source_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.h"

namespace tarn::feed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kHour = kMicrosPerHour;
const int64_t kNow = DaysFromCivil({2026, 3, 1}) * kMicrosPerDay + kHour / 2;  // half past midnight

std::vector<std::string> Keys(const std::string& text, int64_t lookback_us, int64_t now_us = kNow) {
  std::vector<std::string> keys;
  const SourcePattern pattern = SourcePattern::Parse(text).value();
  for (const SourcePrefix& prefix : pattern.Prefixes(now_us, lookback_us).value()) {
    EXPECT_EQ(pattern.BeginOf(prefix.begin_us), prefix.begin_us);
    keys.push_back(prefix.key);
  }
  return keys;
}

TEST(SourcePattern, WhatIsNoPlaceIsRefused) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"", "'' is no place of objects: write s3://bucket/prefix/"},
      {"/raw/x", "is no place of objects"},
      {"file:///raw", "is no place of objects"},
      {"s3://", "bucket"},
      {"s3:///x", "bucket"},
      {"s3://Raw/x", "bucket"},
      {"s3://raw//x", "no two slashes in a row"},
      {"s3://raw/a//x", "no two slashes in a row"},
      {"s3://raw/%y/", "'%y' is none of %Y, %m, %d, %H and %%"},
      {"s3://raw/%", "'%' is none of"},
      {"s3://raw/%Y/%M/", "'%M' is none of"},
      {"s3://raw/%m/", "names a month without its year"},
      {"s3://raw/%Y/%H/", "as much of %Y/%m/%d/%H as there is"},
      {"s3://raw/%Y/%m/%H/", "as much of %Y/%m/%d/%H as there is"},
      {"s3://raw/%H/", "as much of"},
  };
  for (const auto& c : cases) {
    const auto pattern = SourcePattern::Parse(c.text);
    ASSERT_FALSE(pattern) << c.text;
    EXPECT_EQ(pattern.error().kind(), ErrorKind::kInvalid);
    EXPECT_THAT(pattern.error().message(), HasSubstr(c.message));
  }
}

TEST(SourcePattern, HoursFromTheLookbackToNowAreListedOldestFirst) {
  EXPECT_THAT(Keys("s3://raw/%Y/%m/%d/%H/", 2 * kHour),
              ElementsAre("2026/02/28/22/", "2026/02/28/23/", "2026/03/01/00/"));
  EXPECT_THAT(Keys("s3://raw/e/dt=%Y-%m-%d-%H", 0), ElementsAre("e/dt=2026-03-01-00"));
  EXPECT_THAT(Keys("s3://raw/%Y%m%d/x", 2 * kHour), ElementsAre("20260228/x", "20260301/x"));
  EXPECT_THAT(Keys("s3://raw/%Y/%m/", kHour), ElementsAre("2026/02/", "2026/03/"));
  EXPECT_THAT(Keys("s3://raw/%Y/", 61 * 24 * kHour), ElementsAre("2025/", "2026/"));
  EXPECT_THAT(Keys("s3://raw/100%%/%Y/", 0), ElementsAre("100%/2026/"));
}

TEST(SourcePattern, AFixedPrefixIsOneWhateverTheTime) {
  EXPECT_THAT(Keys("s3://raw/events/", kHour), ElementsAre("events/"));
  EXPECT_THAT(Keys("s3://raw/100%%", kHour), ElementsAre("100%"));
  EXPECT_THAT(Keys("s3://raw", kHour), ElementsAre(""));
  EXPECT_FALSE(SourcePattern::Parse("s3://raw/100%%")->has_hours());
}

TEST(SourcePattern, AllMonthsAndYearsFollowEachOther) {
  EXPECT_EQ(Keys("s3://raw/%Y/%m/", 10 * 366 * 24 * kHour).size(), 122U);
  EXPECT_EQ(Keys("s3://raw/%Y/", 400 * 365 * 24 * kHour).size(), 401U);
}

TEST(SourcePattern, ALookbackOfTooManyPrefixesIsRefused) {
  const SourcePattern pattern = SourcePattern::Parse("s3://raw/%Y/%m/%d/%H/").value();
  EXPECT_TRUE(pattern.Prefixes(kNow, 9'998 * kHour));
  EXPECT_THAT(pattern.Prefixes(kNow, 10'000 * kHour).error().message(),
              HasSubstr("over 10000 prefixes to list: make it shorter"));
}

TEST(SourcePattern, TheFixedPartEndsWhereTheHourComesIn) {
  EXPECT_EQ(SourcePattern::Parse("s3://raw/e/%Y/x")->FixedPart(), "e/");
  EXPECT_EQ(SourcePattern::Parse("s3://raw/%%/e%Y")->FixedPart(), "%/e");
  EXPECT_EQ(SourcePattern::Parse("s3://raw/e")->FixedPart(), "e");
}

TEST(SourcePattern, AShapeHasAnyDigitWhereTheHourIs) {
  EXPECT_EQ(SourcePattern::Parse("s3://raw/e%%/%Y-%m/%d%H/")->UriShape(),
            "s3://raw/e%25/####-##/####/");
  EXPECT_EQ(SourcePattern::Parse("s3://raw/a b")->UriShape(), "s3://raw/a%20b");
}

TEST(SourcePattern, ShapesMeetWhereOneObjectMayHaveBoth) {
  const char* const hours = "s3://raw/####/##/";
  for (const char* other : {"s3://raw/in/", "s3://raw/202x/", "s3://raw/2026-", "s3://raws/"}) {
    EXPECT_FALSE(ShapesMeet(hours, other)) << other;
    EXPECT_FALSE(ShapesMeet(other, hours)) << other;
  }
  for (const char* other : {"s3://raw/", "s3://raw/20", "s3://raw/2026/01/x", "s3://raw/####/"}) {
    EXPECT_TRUE(ShapesMeet(hours, other)) << other;
    EXPECT_TRUE(ShapesMeet(other, hours)) << other;
  }
}

TEST(SourcePattern, UrisOfObjectsBeginWithTheUriOfTheirPrefix) {
  EXPECT_EQ(ObjectUri("raw", "a b/ü=%/x.gz"), "s3://raw/a%20b/%C3%BC%3D%25/x.gz");
  EXPECT_EQ(ObjectUri("raw", "a b/"), "s3://raw/a%20b/");
  EXPECT_EQ(ObjectUri("raw", ""), "s3://raw/");
}

}  // namespace
}  // namespace tarn::feed
