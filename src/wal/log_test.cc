#include "wal/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/units.h"
#include "wal/log_testing.h"
#include "wal/node_file.h"

namespace tarn::wal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

uint64_t EpochOf(Lsn lsn) { return lsn.number() >> kLsnCounterBits; }

/// An entry that takes about `bytes` in the log, in one record.
Entry LargeEntry(size_t bytes) { return MakeEntry(1, {std::string(bytes, 'x')}); }

TEST(Log, ReplaysWhatWasAppended) {
  LogRig rig;
  {
    const auto log = rig.Open();
    EXPECT_THAT(ReplayAll(*log), IsEmpty());
    ASSERT_TRUE(AppendAndWait(*log, MakeEntry(1, {"a", "", "c"})));
    ASSERT_TRUE(AppendAndWait(*log, MakeEntry(2, {"d"})));
    EXPECT_TRUE(log->Close());
  }
  const auto log = rig.Open();
  const std::vector<DurableEntry> entries = ReplayAll(*log);
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_THAT(RecordsOf(entries[0].entry), ElementsAre("a", "", "c"));
  EXPECT_EQ(entries[0].last.number() - entries[0].first.number(), 2u);
  EXPECT_EQ(entries[1].first.number(), entries[0].last.number() + 1);
  const Entry want = MakeEntry(2, {"d"});
  const Entry& found = entries[1].entry;
  EXPECT_EQ(found.stream, want.stream);
  EXPECT_EQ(found.stream_version, want.stream_version);
  EXPECT_EQ(found.content, want.content);
  EXPECT_EQ(found.source, want.source);
  EXPECT_EQ(found.received_at_us, want.received_at_us);
  EXPECT_EQ(found.request, want.request);
  EXPECT_TRUE(log->recovery().clean_shutdown);
  EXPECT_EQ(log->recovery().records, 4u);
  EXPECT_EQ(log->recovery().segments, 1u);
  EXPECT_EQ(log->durable(), entries[1].last);
}

TEST(Log, KeepsEqualEntriesOfOneFrameApart) {
  LogRig rig;
  {
    const auto log = rig.Open();
    std::promise<void> gate;
    std::shared_future<void> open = gate.get_future().share();
    ASSERT_TRUE(log->Append(MakeEntry(1, {"first"}), [open](auto) { open.wait(); }));
    ASSERT_TRUE(log->Append(MakeEntry(1, {"a", "b"}), [](auto) {}));
    ASSERT_TRUE(log->Append(MakeEntry(1, {"c"}), [](auto) {}));
    gate.set_value();
  }
  const auto log = rig.Open();
  const std::vector<DurableEntry> entries = ReplayAll(*log);
  ASSERT_THAT(entries, SizeIs(3));
  EXPECT_THAT(RecordsOf(entries[1].entry), ElementsAre("a", "b"));
  EXPECT_THAT(RecordsOf(entries[2].entry), ElementsAre("c"));
}

TEST(Log, EachStartTakesANewEpochAndTheSameNodeId) {
  LogRig rig;
  std::string node_id;
  for (uint64_t epoch = 1; epoch <= 3; ++epoch) {
    const auto log = rig.Open();
    if (epoch == 1) node_id = log->node_id();
    EXPECT_EQ(log->node_id(), node_id);
    EXPECT_THAT(node_id, SizeIs(32));
    EXPECT_EQ(EpochOf(MustAppend(*log, "a").first), epoch);
  }
  rig.options.epoch_floor = 70;
  EXPECT_EQ(EpochOf(MustAppend(*rig.Open(), "a").first), 71u);
}

TEST(Log, AnEpochIsTakenEvenIfNothingIsAppended) {
  LogRig rig;
  (void)rig.Open();
  (void)rig.Open();
  EXPECT_EQ(EpochOf(MustAppend(*rig.Open(), "a").first), 3u);
}

TEST(Log, RefusesWhatIsOverItsLimits) {
  LogRig rig;
  const auto log = rig.Open();
  EXPECT_EQ(AppendAndWait(*log, LargeEntry(17 * kKiB)).error().kind(), ErrorKind::kTooLarge);
  EXPECT_EQ(AppendAndWait(*log, MakeEntry(1, {})).error().kind(), ErrorKind::kInvalid);
  EXPECT_TRUE(AppendAndWait(*log, LargeEntry(16 * kKiB - 38)));
  EXPECT_EQ(AppendAndWait(*log, LargeEntry(16 * kKiB - 37)).error().kind(), ErrorKind::kTooLarge);
}

TEST(Log, RefusesOptionsThatCannotWork) {
  const std::vector<std::function<void(LogOptions*)>> wrong = {
      [](LogOptions* options) { options->shard = 65536; },
      [](LogOptions* options) { options->segment_bytes += 1; },
      [](LogOptions* options) { options->segment_bytes = 20 * kKiB; },
      [](LogOptions* options) { options->pending_bytes_max = 1; },
      [](LogOptions* options) { options->spare_segments = 0; },
      [](LogOptions* options) { options->epoch_floor = kEpochMax; },
  };
  for (const auto& change : wrong) {
    LogRig rig;
    change(&rig.options);
    const auto log = rig.TryOpen();
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().kind(), ErrorKind::kInvalid) << log.error().message();
  }
}

TEST(Log, RefusesMoreThanMayWait) {
  LogRig rig;
  rig.options.pending_bytes_max = 32 * kKiB;
  const auto log = rig.Open();
  std::promise<void> gate;
  std::shared_future<void> open = gate.get_future().share();
  std::atomic<int> done = 0;
  // The first callback holds the writer up; after it two more entries of 16 KiB fit, and no third.
  ASSERT_TRUE(log->Append(MakeEntry(1, {"first"}), [&, open](auto) { ++done, open.wait(); }));
  ASSERT_TRUE(Eventually([&] { return done == 1; }));
  const auto count = [&](auto) { ++done; };
  EXPECT_TRUE(log->Append(LargeEntry(16 * kKiB - 38), count));
  EXPECT_TRUE(log->Append(LargeEntry(16 * kKiB - 38), count));
  const Status refused = log->Append(MakeEntry(1, {"x"}), count);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::kOverloaded);
  gate.set_value();
  ASSERT_TRUE(Eventually([&] { return done == 3; }));
  EXPECT_TRUE(AppendAndWait(*log, MakeEntry(1, {"x"})));
}

TEST(Log, AnswersInLsnOrderFromManyThreads) {
  LogRig rig;
  const auto log = rig.Open();
  std::vector<uint64_t> order;
  {
    std::vector<std::jthread> threads;
    for (uint32_t stream = 0; stream < 4; ++stream) {
      threads.emplace_back([&, stream] {
        for (int i = 0; i < 200; ++i) {
          ASSERT_TRUE(log->Append(MakeEntry(stream, {"r", "s"}), [&](Result<DurableEntry> done) {
            ASSERT_TRUE(done);
            order.push_back(done->first.number());
          }));
        }
      });
    }
  }
  ASSERT_TRUE(log->Close());
  ASSERT_THAT(order, SizeIs(800));
  for (size_t i = 1; i < order.size(); ++i) EXPECT_EQ(order[i], order[i - 1] + 2);
}

TEST(Log, AppendsAfterCloseAreRefused) {
  LogRig rig;
  const auto log = rig.Open();
  ASSERT_TRUE(log->Close());
  EXPECT_EQ(AppendAndWait(*log, MakeEntry(1, {"a"})).error().kind(), ErrorKind::kUnavailable);
  EXPECT_FALSE(log->Health());
}

TEST(Log, ASecondProcessIsRefused) {
  LogRig rig;
  const auto log = rig.Open();
  EXPECT_EQ(rig.TryOpen().error().kind(), ErrorKind::kConflict);
}

TEST(Log, AnotherNodesSegmentsAreRefused) {
  LogRig rig;
  MustAppend(*rig.Open(), "a");
  rig.Overwrite("/data/wal/NODE", EncodeNodeFile({.node = {'o', 't', 'h', 'e', 'r'}, .epoch = 1}));
  const auto log = rig.TryOpen();
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().kind(), ErrorKind::kConflict);
  EXPECT_THAT(log.error().message(), HasSubstr("belongs to node"));
}

TEST(Log, ALostOrDamagedNodeFileIsMadeAgainFromTheSegments) {
  for (const bool lost : {true, false}) {
    LogRig rig;
    std::string node_id;
    {
      const auto log = rig.Open();
      node_id = log->node_id();
      MustAppend(*log, "a");
    }
    if (lost) {
      ASSERT_TRUE(rig.files.Remove("/data/wal/NODE"));
    } else {
      rig.Overwrite("/data/wal/NODE", "tarn-wal-node 1\nnode_id 00\n");
    }
    const auto log = rig.Open();
    EXPECT_EQ(log->node_id(), node_id);
    EXPECT_EQ(EpochOf(MustAppend(*log, "b").first), 2u);
  }
}

TEST(Log, GoesOnInANewSegmentWhenOneIsFull) {
  LogRig rig;
  std::vector<std::string> want;
  {
    const auto log = rig.Open();
    for (int i = 0; i < 50; ++i) {
      want.push_back(Format("{}{}", i, std::string(5000, 'x')));
      MustAppend(*log, want.back());
    }
    EXPECT_GT(log->bytes(), 5 * rig.options.segment_bytes);
    EXPECT_EQ(log->bytes(), rig.Segments().size() * rig.options.segment_bytes);
  }
  const auto log = rig.Open();
  EXPECT_EQ(ReplayRecords(*log), want);
  EXPECT_THAT(log->recovery().gaps, IsEmpty());
}

TEST(Log, ReleasedSegmentsAreUsedAgainOldestFirst) {
  LogRig rig;
  const auto log = rig.Open();
  std::vector<Lsn> lsns;
  for (int i = 0; i < 20; ++i) {
    const auto done = AppendAndWait(*log, MakeEntry(i == 0 ? 2 : 1, {std::string(15'000, 'x')}));
    ASSERT_TRUE(done);
    lsns.push_back(done->last);
  }
  const auto segments = rig.Segments();
  ASSERT_GE(segments.size(), 5u);
  // Stream 2 has one record, in the first segment: it pins all of them.
  log->Release({{StreamId(1), lsns.back()}, {StreamId(2), Lsn(0)}});
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(rig.Segments(), segments);
  log->Release({{StreamId(1), lsns[10]}, {StreamId(2), lsns[0]}});
  ASSERT_TRUE(Eventually([&] { return rig.Segments().size() < segments.size(); }));
  // A stream that is not named pins nothing, and the segment being written stays.
  log->Release({});
  EXPECT_TRUE(Eventually([&] { return rig.Segments().size() == 1; }));
  EXPECT_EQ(rig.Segments().back(), segments.back());
  EXPECT_EQ(log->bytes(), rig.options.segment_bytes);
}

TEST(Log, NothingIsRecycledBeforeReplay) {
  LogRig rig;
  {
    const auto log = rig.Open();
    for (int i = 0; i < 20; ++i) MustAppend(*log, std::string(15'000, 'x'));
  }
  const auto log = rig.Open();
  log->Release({});
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_THAT(ReplayAll(*log), SizeIs(20));
  EXPECT_TRUE(Eventually([&] { return rig.Segments().empty(); }));
}

TEST(Log, WhatFollowsRecycledSegmentsIsNoDamage) {
  LogRig rig;
  {
    const auto log = rig.Open();
    Lsn middle;
    for (int i = 0; i < 40; ++i) {
      const Lsn last = MustAppend(*log, std::string(15'000, 'x')).last;
      if (i == 25) middle = last;
    }
    const size_t before = rig.Segments().size();
    log->Release({{StreamId(1), middle}});
    ASSERT_TRUE(Eventually([&] { return rig.Segments().size() < before; }));
  }
  const auto log = rig.Open();
  EXPECT_THAT(log->recovery().gaps, IsEmpty());
  EXPECT_LT(log->recovery().records, 40u);
}

TEST(Log, AFullDiskStopsItOnlyWhenPreparedSegmentsEnd) {
  LogRig rig;
  const auto log = rig.Open();
  ASSERT_TRUE(Eventually([&] { return rig.Spares() == 2; }));
  rig.files.LimitSpace(0);
  int appended = 0;
  Result<DurableEntry> done;
  while ((done = AppendAndWait(*log, LargeEntry(15'000)))) ++appended;
  // Two segments of 64 KiB, of which the headers and last blocks take no records.
  EXPECT_EQ(appended, 6);
  EXPECT_EQ(done.error().kind(), ErrorKind::kUnavailable);
  EXPECT_THAT(done.error().message(), HasSubstr("the disk is full"));
  const Status health = log->Health();
  ASSERT_FALSE(health);
  EXPECT_THAT(health.error().message(), HasSubstr("the disk is full"));
  rig.files.LimitSpace(uint64_t{1} << 30);
  EXPECT_TRUE(Eventually([&] { return log->Health().has_value(); }));
  EXPECT_TRUE(AppendAndWait(*log, LargeEntry(15'000)));
}

TEST(Log, AFullDiskTakesReleasedSegmentsBeforeTheirTime) {
  LogRig rig;
  rig.options.retain_age = std::chrono::hours(1);
  rig.options.retain_bytes_max = kGiB;
  const auto log = rig.Open();
  for (int i = 0; i < 20; ++i) MustAppend(*log, std::string(15'000, 'x'));
  log->Release({});
  rig.files.LimitSpace(0);
  for (int i = 0; i < 15; ++i) MustAppend(*log, std::string(15'000, 'x'));
}

TEST(Log, StartsOnAFullDiskAndSaysSo) {
  LogRig rig;
  MustAppend(*rig.Open(), "a");
  for (const std::string& name : rig.List(kShardDirectory)) {
    if (name.starts_with("spare-")) {
      ASSERT_TRUE(rig.files.Remove(Format("{}/{}", kShardDirectory, name)));
    }
  }
  rig.options.reserve_bytes = uint64_t{1} << 50;
  const auto log = rig.Open();
  EXPECT_THAT(ReplayRecords(*log), ElementsAre("a"));
  ASSERT_FALSE(log->Health());
  EXPECT_THAT(log->Health().error().message(), HasSubstr("stay reserved"));
  EXPECT_EQ(AppendAndWait(*log, MakeEntry(1, {"b"})).error().kind(), ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace tarn::wal
