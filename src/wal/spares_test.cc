#include "wal/spares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/units.h"
#include "wal/log_testing.h"

namespace tarn::wal {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr size_t kBytes = 8 * kKiB;

struct SparesRig {
  SparesRig() { EXPECT_TRUE(rig.files.MakeDirectories(kShardDirectory)); }

  std::unique_ptr<Spares> Open(size_t count, uint64_t reserve_bytes = 0) {
    auto spares =
        Spares::Open(rig.files, directory,
                     {.segment_bytes = kBytes, .count = count, .reserve_bytes = reserve_bytes});
    EXPECT_TRUE(spares);
    return *std::move(spares);
  }
  void Put(const std::string& name, size_t bytes) {
    rig.Overwrite(directory.PathOf(name), std::string(bytes, 'x'));
  }
  static UsedSegments NoneUsed() {
    return {.take = [](bool) { return std::nullopt; }, .put_back = [](auto) {}};
  }

  LogRig rig;
  SegmentDirectory directory{rig.files, kShardDirectory};
};

TEST(Spares, TheFirstIsThereAtOnceAndTheOthersSoon) {
  SparesRig rig;
  const auto spares = rig.Open(3);
  EXPECT_EQ(spares->ready(), 1u);
  EXPECT_EQ(rig.rig.Read(*spares->Take()), std::string(kBytes, '\0'));
  spares->Start(SparesRig::NoneUsed());
  EXPECT_TRUE(Eventually([&] { return spares->ready() == 3; }));
}

TEST(Spares, AdoptsWholeOnesAndRemovesOthers) {
  SparesRig rig;
  rig.Put("spare-1.wal", kBytes);
  rig.Put("spare-2.wal", kBytes - 1);
  rig.Put("spare-3.wal", kBytes);
  rig.Put("spare-4.wal", kBytes);
  rig.Put("making.tmp", kBytes);
  rig.Put("seg-0000000000000001.wal", kBytes);
  const auto spares = rig.Open(2);
  EXPECT_EQ(spares->ready(), 2u);
  EXPECT_THAT(rig.rig.List(kShardDirectory),
              ElementsAre("seg-0000000000000001.wal", "spare-1.wal", "spare-3.wal"));
}

TEST(Spares, ReusesSegmentsOfTheRightSizeAndRemovesOthers) {
  SparesRig rig;
  rig.Put("seg-0000000000000001.wal", kBytes);
  rig.Put("seg-0000000000000002.wal", 2 * kBytes);
  std::vector<RecoveredSegment> used;
  used.push_back(
      {.segno = 2, .path = rig.directory.PathOf(SegmentFileName(2)), .bytes = 2 * kBytes});
  used.push_back({.segno = 1, .path = rig.directory.PathOf(SegmentFileName(1)), .bytes = kBytes});
  const auto spares = rig.Open(2);
  spares->Start({.take = [&](bool) -> std::optional<RecoveredSegment> {
                   if (used.empty()) return std::nullopt;
                   RecoveredSegment next = std::move(used.back());
                   used.pop_back();
                   return next;
                 },
                 .put_back = [](auto) {}});
  ASSERT_TRUE(Eventually([&] { return rig.rig.Segments().empty(); }));
  EXPECT_EQ(spares->ready(), 2u);
  const std::vector<std::string> contents = {rig.rig.Read(*spares->Take()),
                                             rig.rig.Read(*spares->Take())};
  EXPECT_THAT(contents, UnorderedElementsAre(std::string(kBytes, '\0'), std::string(kBytes, 'x')));
}

TEST(Spares, SaysWhyNoneCanBeMade) {
  SparesRig rig;
  rig.rig.files.LimitSpace(100 * kMiB);
  const auto spares = rig.Open(1, 200 * kMiB);
  spares->Start(SparesRig::NoneUsed());
  const auto taken = spares->Take();
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(taken.error().message(),
            "no log segment is ready: the disk is full: 100 MiB are free at /data/wal/0, a log "
            "segment needs 0 MiB and 200 MiB stay reserved for tables and catalog");
}

TEST(Spares, AsksForSegmentsBeforeTheirTimeOnlyWhereTheDiskIsFull) {
  for (const bool full : {false, true}) {
    SparesRig rig;
    rig.rig.files.LimitSpace(100 * kMiB);
    const auto spares = rig.Open(2, full ? 200 * kMiB : 0);
    if (!full) rig.rig.files.Fail({.from_then_on = true, .of = os::FileCall::kWrite});
    std::atomic<bool> asked = false;
    spares->Start({.take = [&](bool space_wanted) -> std::optional<RecoveredSegment> {
                     if (space_wanted) asked = true;
                     return std::nullopt;
                   },
                   .put_back = [](auto) {}});
    EXPECT_TRUE(Eventually([&] { return full ? asked.load() : spares->error().has_value(); }));
    EXPECT_EQ(asked, full);
  }
}

}  // namespace
}  // namespace tarn::wal
