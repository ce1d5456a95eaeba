#include "wal/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.h"

namespace tarn::wal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr StreamId kBusy(1);
constexpr StreamId kIdle(2);

RecoveredSegment Segment(uint64_t segno, std::map<StreamId, Lsn> last_of_stream) {
  return {.segno = segno, .path = "", .bytes = 100, .last_of_stream = std::move(last_of_stream)};
}

/// Numbers of all that may be used again now.
std::vector<uint64_t> Take(Retention& retention, int64_t now_us = 0, bool space_wanted = false) {
  std::vector<uint64_t> segnos;
  while (const auto segment = retention.TakeReleased(now_us, space_wanted)) {
    segnos.push_back(segment->segno);
  }
  return segnos;
}

/// Segments 1 to 4, of which 4 is being written; the idle stream has one record, in 2.
void Fill(Retention* retention) {
  retention->Add(Segment(1, {{kBusy, Lsn(10)}}));
  retention->Add(Segment(2, {{kBusy, Lsn(20)}, {kIdle, Lsn(15)}}));
  retention->Add(Segment(3, {{kBusy, Lsn(30)}}));
  retention->AddWriting(Segment(4, {}));
  retention->Note(kBusy, Lsn(40));
}

TEST(Retention, ReleasesWhatEveryStreamHasCommittedOldestFirst) {
  struct Case {
    std::map<StreamId, Lsn> committed;
    std::vector<uint64_t> released;
  };
  for (const Case& one :
       {Case{{{kBusy, Lsn(9)}, {kIdle, Lsn(99)}}, {}},
        Case{{{kBusy, Lsn(10)}, {kIdle, Lsn(0)}}, {1}},
        Case{{{kBusy, Lsn(99)}, {kIdle, Lsn(14)}}, {1}},
        Case{{{kBusy, Lsn(29)}, {kIdle, Lsn(15)}}, {1, 2}},
        Case{{{kBusy, Lsn(99)}, {kIdle, Lsn(99)}}, {1, 2, 3}},
        Case{{{kBusy, Lsn(99)}}, {1, 2, 3}},  // a stream that is gone pins nothing
        Case{{}, {1, 2, 3}}}) {
    Retention retention({.released_bytes_max = 0, .age = std::chrono::seconds(0)});
    Fill(&retention);
    retention.Release(one.committed, 0);
    EXPECT_EQ(Take(retention), one.released);
    EXPECT_EQ(retention.bytes(), 400 - 100 * one.released.size());
  }
}

TEST(Retention, KeepsReleasedSegmentsForATime) {
  Retention retention({.released_bytes_max = 1000, .age = std::chrono::seconds(60)});
  Fill(&retention);
  retention.Release({{kBusy, Lsn(10)}}, 5 * kMicrosPerSecond);
  retention.Release({{kBusy, Lsn(20)}}, 9 * kMicrosPerSecond);
  EXPECT_THAT(Take(retention, 64 * kMicrosPerSecond), IsEmpty());
  EXPECT_THAT(Take(retention, 65 * kMicrosPerSecond), ElementsAre(1));
  EXPECT_THAT(Take(retention, 69 * kMicrosPerSecond), ElementsAre(2));
}

TEST(Retention, KeepsOnlySoManyBytesOfReleasedSegments) {
  Retention retention({.released_bytes_max = 100, .age = std::chrono::seconds(60)});
  Fill(&retention);
  retention.Release({}, 0);
  EXPECT_THAT(Take(retention), ElementsAre(1, 2));
}

TEST(Retention, GivesReleasedSegmentsUpWhenSpaceIsWanted) {
  Retention retention({.released_bytes_max = 1000, .age = std::chrono::seconds(60)});
  Fill(&retention);
  retention.Release({{kBusy, Lsn(20)}, {kIdle, Lsn(99)}}, 0);
  EXPECT_THAT(Take(retention, 0, true), ElementsAre(1, 2));
}

TEST(Retention, WhatIsPutBackIsTheOldestAgain) {
  Retention retention({.released_bytes_max = 0, .age = std::chrono::seconds(0)});
  Fill(&retention);
  retention.Release({}, 0);
  retention.PutBack(*retention.TakeReleased(0, false));
  EXPECT_EQ(retention.bytes(), 400u);
  EXPECT_THAT(Take(retention), ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace tarn::wal
