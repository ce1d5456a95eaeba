#include "feed/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/compression.h"
#include "feed/feed_testing.h"
#include "flow/definition.h"
#include "schema/declaration.h"

namespace tarn::feed {
namespace {

using store::StoreCall;
using store::StoreFault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Counts = FeedRig::Counts;

std::string Gzip(const std::string& text) {
  return codec::Compress(codec::Compression::kGzip, text).value();
}

TEST(Feed, WhatIsNotThereIsNoErrorAndNothingLands) {
  FeedRig rig;
  EXPECT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{0, 0}));
  EXPECT_EQ(rig.Commits(), 0U);
}

TEST(Feed, AnObjectLandsOnceHoweverOftenItIsLookedAt) {
  FeedRig rig;
  rig.PutInHour("a", NumberedLines(0, 100, 10));
  const auto feed = rig.MakeFeed();
  ASSERT_TRUE(feed->Look({}));
  ASSERT_TRUE(feed->Look({}));
  ASSERT_TRUE(rig.Look());  // another process
  EXPECT_EQ(rig.Committed(), (Counts{90, 10}));
  EXPECT_EQ(rig.Commits(), 1U);
  const FeedStatus status = feed->status();
  EXPECT_EQ(status.objects, 1U);
  EXPECT_EQ(status.rows, 90U);
  EXPECT_EQ(status.rejects, 10U);
  EXPECT_EQ(status.looked_us, rig.clock.NowMicros());
  const auto state = rig.StateOf(ObjectUri("raw", rig.Hour() + "a"));
  EXPECT_EQ(state->position, NumberedLines(0, 100, 10).size() - 1);  // where the last record ends
  EXPECT_THAT(state->hash, testing::StartsWith("landed:"));
}

TEST(Feed, SmallObjectsShareACommitAndItsFiles) {
  FeedRig rig;
  for (uint64_t i = 0; i < 50; ++i)
    rig.PutInHour(Format("{}", i), NumberedLines(i * 10, i * 10 + 10));
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{500, 0}));
  EXPECT_EQ(rig.Commits(), 1U);
  EXPECT_EQ(rig.ListedFiles(), 1U);
}

TEST(Feed, CommitsEndByObjectsAndByBytes) {
  FeedRig rig;
  for (uint64_t i = 0; i < 10; ++i) rig.PutInHour(Format("{}", i), NumberedLines(i, i + 1));
  rig.options.commit_objects = 4;
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Commits(), 3U);
  for (uint64_t i = 10; i < 20; ++i) rig.PutInHour(Format("{}", i), NumberedLines(i, i + 1));
  rig.options.commit_objects = 1000;
  rig.options.commit_bytes = 1;
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Commits(), 13U);
  EXPECT_EQ(rig.Committed(), (Counts{20, 0}));
}

TEST(Feed, OnlyHoursOfTheLookbackAreListed) {
  FeedRig rig;
  rig.PutInHour("now", NumberedLines(0, 1));
  rig.clock.Advance(2 * kMicrosPerHour);
  rig.PutInHour("later", NumberedLines(1, 2));
  rig.options.lookback_us = kMicrosPerHour;
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{1, 0}));
  rig.options.lookback_us = 2 * kMicrosPerHour;
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{2, 0}));
}

TEST(Feed, AFixedPrefixTakesKeysOfAnyOrderAndOfNoOtherPrefix) {
  FeedRig rig;
  rig.options.source = SourcePattern::Parse("s3://raw/in/").value();
  rig.Put("in/b", NumberedLines(0, 1));
  ASSERT_TRUE(rig.Look());
  rig.Put("in/a", NumberedLines(1, 2));
  rig.Put("other/c", NumberedLines(2, 3));
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{2, 0}));
}

TEST(Feed, FormatsAreToldByTheBytes) {
  FeedRig rig;
  rig.PutInHour("lines.gz", Gzip(NumberedLines(0, 5)));
  rig.PutInHour("values", R"({"n":5}{"n":6}{"n":7})");  // as Firehose leaves them
  rig.PutInHour("pretty", "{\n  \"n\": 8\n}\n{\n  \"n\": 9\n}\n");
  rig.PutInHour("empty", "");
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{10, 0}));
  EXPECT_TRUE(rig.StateOf(ObjectUri("raw", rig.Hour() + "empty")));
}

TEST(Feed, WhatCannotBeReadWholeGivesNoRowAndIsADeadLetter) {
  FeedRig rig;
  const std::string whole = Gzip(NumberedLines(0, 20'000));
  const struct {
    const char* name;
    std::string bytes;
    const char* reason;
  } cases[] = {
      {"1-cut.gz", whole.substr(0, whole.size() / 2), "cut short"},
      {"2-text", "hello\nworld\n", "none of its 2 records is a JSON object; the first: "},
      {"3-utf16", std::string("\xff\xfe{\0}\0", 6), "UTF-16"},
      {"4-bomb.gz", Gzip(std::string(3 * kMiB, ' ') + "{\"n\":1}"), "over 2097152 bytes inflated"},
      {"4-bomb-of-blanks.gz", Gzip(std::string(3 * kMiB, '\n')), "over 2097152 bytes inflated"},
      {"5-heka", std::string("\x1e\x02\x08\x00\x1f", 5), "Heka"},
  };
  rig.options.object_bytes_max = 2 * kMiB;
  for (const auto& c : cases) rig.PutInHour(c.name, c.bytes);
  rig.PutInHour("9-good", NumberedLines(0, 3));
  const auto feed = rig.MakeFeed();
  const Status looked = feed->Look({});
  ASSERT_TRUE(looked) << looked.error().message();
  EXPECT_EQ(rig.Committed(), (Counts{3, 0}));
  EXPECT_EQ(feed->status().dead_letters, std::size(cases));
  EXPECT_EQ(rig.Commits(), 1U);
  for (const auto& c : cases) {
    const std::string key = rig.Hour() + c.name;
    EXPECT_EQ(rig.Get("raw", key), c.bytes);
    EXPECT_EQ(rig.Get("dead", "letters/" + key), c.bytes) << c.name;
    const Json why = Json::Parse(rig.Get("dead", "letters/" + key + kReasonSuffix)).value();
    EXPECT_THAT(why.GetString("reason").value(), HasSubstr(c.reason)) << c.name;
    EXPECT_EQ(why.GetString("source").value(), ObjectUri("raw", key));
    EXPECT_THAT(rig.StateOf(ObjectUri("raw", key))->hash, testing::StartsWith("dead:"));
  }
  ASSERT_TRUE(feed->Look({}));
  EXPECT_EQ(feed->status().dead_letters, std::size(cases));
}

TEST(Feed, ALargeObjectLandsWholeOrNotAtAll) {
  FeedRig rig;
  std::string lines;
  const std::string text(1000, 'x');
  for (int n = 0; n < 40'000; ++n) lines += Format("{{\"n\":{},\"text\":\"{}\"}}\n", n, text);
  ASSERT_GT(lines.size(), kHeldBytesMax);
  rig.PutInHour("large", lines);
  std::string cut = Gzip(lines);
  cut.resize(cut.size() - 4);
  rig.PutInHour("large-cut.gz", cut);
  const Status looked = rig.Look();
  ASSERT_TRUE(looked) << looked.error().message();
  EXPECT_EQ(rig.Committed(), (Counts{40'000, 0}));
  EXPECT_THAT(rig.Keys("dead"), testing::SizeIs(2));
}

TEST(Feed, AYoungObjectWaitsUntilItHasSettled) {
  FeedRig rig;
  rig.PutInHour("a", NumberedLines(0, 1));
  rig.options.settle_us = kMicrosPerHour;
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{0, 0}));
  rig.clock.Advance(kMicrosPerHour + kMicrosPerSecond);
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{1, 0}));
}

TEST(Feed, AnObjectThatChangesAfterwardsIsToldAndNotReadAgain) {
  FeedRig rig;
  rig.PutInHour("a", NumberedLines(0, 1));
  const auto feed = rig.MakeFeed();
  ASSERT_TRUE(feed->Look({}));
  EXPECT_EQ(feed->status().changed, 0U);
  rig.PutInHour("a", NumberedLines(0, 2));
  ASSERT_TRUE(feed->Look({}));
  EXPECT_EQ(feed->status().changed, 1U);
  EXPECT_EQ(rig.Committed(), (Counts{1, 0}));
}

TEST(Feed, ABucketThatCannotBeListedIsTheSourcesProblemUntilItCan) {
  FeedRig rig;
  rig.PutInHour("a", NumberedLines(0, 1));
  const auto feed = rig.MakeFeed();
  rig.faults.Fail(
      {.what = StoreFault::What::kUnavailable, .from_then_on = true, .of = StoreCall::kList});
  EXPECT_EQ(feed->Look({}).error().kind(), ErrorKind::kUnavailable);
  EXPECT_THAT(feed->status().health.error().message(), HasSubstr("listing s3://raw/"));
  EXPECT_EQ(feed->status().looked_us, 0);
  rig.faults.Clear();
  EXPECT_TRUE(feed->Look({}));
  EXPECT_TRUE(feed->status().health);
  EXPECT_EQ(rig.Committed(), (Counts{1, 0}));
}

TEST(Feed, ABucketThatIsGoneIsTheSourcesProblem) {
  FeedRig rig;
  const auto feed = rig.MakeFeed();
  ASSERT_TRUE(feed->Look({}));
  rig.RemoveBucket("raw");
  EXPECT_EQ(feed->Look({}).error().kind(), ErrorKind::kNotFound);
  EXPECT_THAT(feed->status().health.error().message(), HasSubstr("is gone"));
  rig.RestoreBucket("raw");
  EXPECT_TRUE(feed->Look({}));
  EXPECT_TRUE(feed->status().health);
}

TEST(Feed, AnObjectThatCannotBeReadForNowKeepsNoOther) {
  FeedRig rig;
  rig.PutInHour("a", NumberedLines(0, 1));
  rig.PutInHour("b", NumberedLines(1, 2));
  rig.faults.Fail({.what = StoreFault::What::kIo, .of = StoreCall::kGet});
  const Status looked = rig.Look();
  EXPECT_THAT(looked.error().message(), HasSubstr("reading s3://raw/"));
  EXPECT_EQ(rig.Committed(), (Counts{1, 0}));
  EXPECT_THAT(rig.Keys("dead"), IsEmpty());
  rig.faults.Clear();
  EXPECT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{2, 0}));
}

TEST(Feed, ManyObjectsThatCannotBeReadKeepNoOther) {
  FeedRig rig;
  for (int i = 0; i < 120; ++i) rig.PutInHour(Format("a{:03}", i), NumberedLines(0, 1));
  rig.PutInHour("b", NumberedLines(0, 7));
  rig.faults.Fail({.what = StoreFault::What::kIo, .times = 120, .of = StoreCall::kGet});
  EXPECT_FALSE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{7, 0}));
}

TEST(Feed, ALargeObjectThatBreaksOffIsLeftToTheNextLookAlone) {
  FeedRig rig;
  std::string lines;
  const std::string text(kMiB, 'x');
  for (int n = 0; n < 40; ++n) lines += Format("{{\"n\":{},\"text\":\"{}\"}}\n", n, text);
  rig.PutInHour("a", NumberedLines(0, 10));
  rig.PutInHour("b-large", lines);
  rig.PutInHour("c", NumberedLines(10, 20));
  const uint64_t ranges = lines.size() / (4 * kMiB) + 1;
  // The first object, the large one once, and the second range when its records are given out.
  rig.faults.Fail({.what = StoreFault::What::kIo, .call = 1 + ranges + 2, .of = StoreCall::kGet});
  const auto feed = rig.MakeFeed();
  EXPECT_THAT(feed->Look({}).error().message(), HasSubstr("b-large"));
  EXPECT_EQ(rig.Committed(), (Counts{20, 0}));
  EXPECT_EQ(rig.DataFiles(), rig.ListedFiles());
  EXPECT_EQ(feed->status().objects, 2U);
  rig.faults.Clear();
  EXPECT_TRUE(feed->Look({}));
  EXPECT_EQ(rig.Committed(), (Counts{60, 0}));
}

TEST(Feed, WhicheverStoreCallAProcessDiesAtEachObjectLandsOnce) {
  const std::string broken = Gzip(NumberedLines(0, 1000)).substr(0, 100);
  int deaths = 0;
  for (const auto what : {StoreFault::What::kUnavailable, StoreFault::What::kLostReply}) {
    for (uint64_t call = 1; call < 80; call += 1 + call / 5) {
      FeedRig rig;
      rig.options.commit_objects = 3;
      for (uint64_t i = 0; i < 5; ++i)
        rig.PutInHour(Format("{}", i), NumberedLines(i * 10, i * 10 + 10, 7));
      rig.PutInHour("broken.gz", broken);
      rig.faults.Fail({.what = what, .call = call, .from_then_on = true});
      deaths += rig.Look() ? 0 : 1;
      rig.faults.Clear();
      const Status looked = rig.Look();
      ASSERT_TRUE(looked) << looked.error().message();
      EXPECT_EQ(rig.Committed(), (Counts{43, 7})) << "call " << call;
      EXPECT_EQ(rig.DataFiles(), rig.ListedFiles()) << "call " << call;
      EXPECT_EQ(rig.Get("dead", "letters/" + rig.Hour() + "broken.gz"), broken);
    }
  }
  EXPECT_GT(deaths, 12);
}

TEST(Feed, ACommitWhoseAnswerIsLostIsNotMadeTwice) {
  using When = catalog::CatalogFaults::When;
  const std::pair<ErrorKind, When> cases[] = {{ErrorKind::kUnavailable, When::kBefore},
                                              {ErrorKind::kUnknownOutcome, When::kBefore},
                                              {ErrorKind::kUnknownOutcome, When::kAfter}};
  for (const auto& [kind, when] : cases) {
    FeedRig rig;
    rig.PutInHour("a", NumberedLines(0, 10));
    rig.catalog_faults.Fail(catalog::CatalogCall::kCommitAppends, kind, when);
    EXPECT_EQ(rig.Look().has_value(), when == When::kAfter);  // the catalog is asked, and knows
    rig.catalog_faults.Clear();
    EXPECT_TRUE(rig.Look());
    EXPECT_EQ(rig.Committed(), (Counts{10, 0}));
    EXPECT_EQ(rig.DataFiles(), rig.ListedFiles());
  }
}

TEST(Feed, KeysOfHoursLongPastAreForgottenAndTheirHoursNotListedAgain) {
  FeedRig rig;
  const int64_t then_us = rig.clock.NowMicros();
  rig.PutInHour("a", NumberedLines(0, 1));
  const std::string uri = ObjectUri("raw", rig.Hour() + "a");
  ASSERT_TRUE(rig.Look());
  rig.clock.Advance(kRememberedUs);
  rig.PutInHour("b", "");
  ASSERT_TRUE(rig.Look());
  EXPECT_TRUE(rig.StateOf(uri));
  rig.clock.Advance(4 * kMicrosPerHour);
  rig.PutInHour("c", "");
  ASSERT_TRUE(rig.Look());
  EXPECT_FALSE(rig.StateOf(uri));
  rig.clock.SetNow(then_us);
  EXPECT_THAT(rig.Look().error().message(), HasSubstr("are not looked at"));
  EXPECT_EQ(rig.Committed(), (Counts{1, 0}));
  rig.options.source = SourcePattern::Parse("s3://raw/").value();
  EXPECT_THAT(rig.Look().error().message(), HasSubstr("is forgotten"));
  EXPECT_EQ(rig.Committed(), (Counts{1, 0}));
}

TEST(Feed, HoursInWhichNobodyLookedAreLookedAtOnceMore) {
  FeedRig rig;
  ASSERT_TRUE(rig.Look());
  rig.clock.Advance(kMicrosPerHour);
  rig.PutInHour("missed", NumberedLines(0, 3));
  rig.clock.Advance(3 * kMicrosPerDay);
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{3, 0}));
  // And no more once that is done.
  rig.clock.Advance(-2 * kMicrosPerDay);
  rig.PutInHour("too-late", NumberedLines(0, 5));
  rig.clock.Advance(2 * kMicrosPerDay);
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{3, 0}));
}

TEST(Feed, AnObjectThatCannotBeReadForLongDoesNotLeaveTheLookback) {
  FeedRig rig;
  rig.PutInHour("a", NumberedLines(0, 3));
  ASSERT_TRUE(rig.Look());
  rig.PutInHour("b", NumberedLines(3, 5));
  for (int day = 0; day < 3; ++day) {
    rig.faults.Fail({.what = StoreFault::What::kIo, .of = StoreCall::kGet});
    const std::string said = rig.Look().error().message();
    EXPECT_THAT(said, HasSubstr("/b: "));
    rig.clock.Advance(kMicrosPerDay);
  }
  rig.faults.Clear();
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{5, 0}));
}

TEST(Feed, ATooLongTimeWithoutALookIsTold) {
  FeedRig rig;
  ASSERT_TRUE(rig.Look());
  rig.clock.Advance(kLookbackUsMax);
  rig.PutInHour("a", NumberedLines(0, 3));
  EXPECT_THAT(rig.Look().error().message(), HasSubstr("it was not looked at since 20"));
  EXPECT_EQ(rig.Committed(), (Counts{3, 0}));
  EXPECT_TRUE(rig.Look());
}

TEST(Feed, AClockThatIsAheadForgetsNothing) {
  FeedRig rig;
  const int64_t then_us = rig.clock.NowMicros();
  rig.PutInHour("a", NumberedLines(0, 1));
  const std::string uri = ObjectUri("raw", rig.Hour() + "a");
  ASSERT_TRUE(rig.Look());
  rig.clock.SetNow(then_us + 30 * kMicrosPerDay);
  ASSERT_TRUE(rig.Look());
  EXPECT_TRUE(rig.StateOf(uri));
  rig.clock.SetNow(then_us);
  rig.PutInHour("b", NumberedLines(1, 2));
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{2, 0}));
}

TEST(Feed, WhatIsForgottenIsHeededByEachPrefixThatMayHoldIt) {
  FeedRig rig;
  rig.Put("in/kept", NumberedLines(0, 1));
  rig.options.source = SourcePattern::Parse("s3://raw/in/").value();
  ASSERT_TRUE(rig.Look());
  rig.PutInHour("a", NumberedLines(1, 2));
  const std::string day = rig.Hour().substr(0, 11);
  rig.options.source = SourcePattern::Parse("s3://raw/%Y/%m/%d/%H/").value();
  ASSERT_TRUE(rig.Look());
  rig.clock.Advance(kRememberedUs + 4 * kMicrosPerHour);
  rig.PutInHour("b", "");
  ASSERT_TRUE(rig.Look());
  for (const std::string& prefix : {std::string(), std::string("2"), day}) {
    rig.options.source = SourcePattern::Parse("s3://raw/" + prefix).value();
    const Status looked = rig.Look();
    ASSERT_FALSE(looked) << prefix;
    EXPECT_THAT(looked.error().message(), HasSubstr("under s3://raw/####/##/##/##/"));
  }
  rig.options.source = SourcePattern::Parse("s3://raw/%Y/%m/%d/").value();
  rig.options.lookback_us = kRememberedUs + kMicrosPerDay;
  EXPECT_THAT(rig.Look().error().message(), HasSubstr("are not looked at"));
  // What the hours cannot have was not forgotten, and may be the source again.
  rig.options.source = SourcePattern::Parse("s3://raw/in/").value();
  ASSERT_TRUE(rig.Look());
  EXPECT_EQ(rig.Committed(), (Counts{2, 0}));
}

TEST(Feed, AStopEndsALookBetweenObjectsAndNothingIsHalf) {
  FeedRig rig;
  rig.PutInHour("a", NumberedLines(0, 10));
  std::stop_source stop;
  stop.request_stop();
  const auto feed = rig.MakeFeed();
  EXPECT_EQ(feed->Look(stop.get_token()).error().kind(), ErrorKind::kCancelled);
  EXPECT_TRUE(feed->status().health);
  EXPECT_EQ(rig.Committed(), (Counts{0, 0}));
  EXPECT_EQ(rig.DataFiles(), 0U);
}

TEST(Feed, ColumnsAreThoseOfTheStreamAndOfItsRecords) {
  FeedRig rig;
  rig.definition = flow::Complete(flow::StreamDefinition{
                                      .name = "events",
                                      .columns = schema::ParseColumns("id string from _record_id, "
                                                                      "kind string default 'none'")
                                                     .value()})
                       .value();
  rig.PutInHour("a", "{\"n\":1}\n{\"kind\":\"k\",\"more\":{\"x\":true}}\n");
  ASSERT_TRUE(rig.Look());
  const auto table = rig.catalog().LoadTable(rig.definition.table).value();
  std::vector<std::string> names;
  for (const schema::Field& field : table.schema.fields) names.push_back(field.name);
  EXPECT_THAT(names, ElementsAre("id", "kind", "_received_at", "_rest", "n", "more"));
}

}  // namespace
}  // namespace tarn::feed
