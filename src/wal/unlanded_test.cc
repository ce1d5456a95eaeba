// Counting what a log holds beyond the tables, while nobody else has it open.
#include "wal/unlanded.h"

#include <gtest/gtest.h>

#include "wal/log_testing.h"

namespace tarn::wal {
namespace {

using Counts = std::map<StreamId, uint64_t>;

constexpr StreamId kOne{1};
constexpr StreamId kTwo{2};

Counts Count(LogRig& rig, const std::map<StreamId, Lsn>& committed) {
  const auto counts = CountUnlanded(rig.files, kWalDirectory, 0, committed);
  EXPECT_TRUE(counts) << counts.error().message();
  return counts.value_or(Counts());
}

TEST(Unlanded, ADirectoryWithoutALogHoldsNothing) {
  LogRig rig;
  EXPECT_EQ(Count(rig, {{kOne, Lsn()}}), Counts());
  EXPECT_EQ(NodeOf(rig.files, kWalDirectory), "");
}

TEST(Unlanded, TellsWhoseLogItIs) {
  LogRig rig;
  const std::string node = rig.Open()->node_id();
  EXPECT_EQ(node.size(), 32U);
  EXPECT_EQ(NodeOf(rig.files, kWalDirectory), node);
}

TEST(Unlanded, CountsTheRecordsAboveEachStreamsWatermark) {
  LogRig rig;
  auto log = rig.Open();
  const auto first = AppendAndWait(*log, MakeEntry(1, {"a", "b", "c"}));
  const auto other = AppendAndWait(*log, MakeEntry(2, {"x"}));
  const auto last = AppendAndWait(*log, MakeEntry(1, {"d"}));
  ASSERT_TRUE(first && other && last);
  ASSERT_TRUE(log->Close());
  struct Case {
    std::map<StreamId, Lsn> committed;
    Counts counts;
  };
  const Lsn inside(first->first.number() + 1);
  const Case cases[] = {
      {{{kOne, Lsn()}, {kTwo, Lsn()}}, {{kOne, 4}, {kTwo, 1}}},
      {{{kOne, first->last}, {kTwo, other->last}}, {{kOne, 1}}},
      {{{kOne, inside}}, {{kOne, 2}}},  // a request that landed in part counts in part
      {{{kOne, last->last}, {kTwo, last->last}}, {}},
      {{}, {}},  // deleted streams
  };
  for (const Case& c : cases) EXPECT_EQ(Count(rig, c.committed), c.counts);
}

TEST(Unlanded, WritesNothingAndLeavesATornEndWhereItIs) {
  LogRig rig;
  {
    auto log = rig.Open();
    MustAppend(*log, "kept");
    ASSERT_TRUE(log->Close());
  }
  const std::string segment = rig.Segments().back();
  std::string bytes = rig.Read(segment);
  bytes[4096] = static_cast<char>(bytes[4096] ^ 1);  // the only frame
  rig.Overwrite(segment, bytes);
  const Image before = rig.TakeImage();
  EXPECT_EQ(Count(rig, {{kOne, Lsn()}}), Counts());
  EXPECT_EQ(rig.TakeImage(), before);
  EXPECT_FALSE(rig.files.Stat(std::string(kWalDirectory) + "/torn").has_value());
  EXPECT_FALSE(rig.files.Stat(std::string(kWalDirectory) + "/damaged").has_value());
}

TEST(Unlanded, AnswersBesideAnOpenLog) {
  LogRig rig;
  auto log = rig.Open();
  MustAppend(*log, "one");
  EXPECT_EQ(Count(rig, {{kOne, Lsn()}}), (Counts{{kOne, 1}}));
  MustAppend(*log, "two");
  EXPECT_EQ(Count(rig, {{kOne, Lsn()}}), (Counts{{kOne, 2}}));
}

}  // namespace
}  // namespace tarn::wal
