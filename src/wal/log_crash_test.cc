// The log on a disk that keeps no more than POSIX promises: stopped at every call, cut off from
// power, with calls that fail; then opened again and held against the model.
#include <gtest/gtest.h>

#include "base/units.h"
#include "wal/killable_files_testing.h"
#include "wal/log_model_testing.h"
#include "wal/log_testing.h"

namespace tarn::wal {
namespace {

/// A rig with a process that can die, and what is known of it.
struct CrashRig {
  explicit CrashRig(uint64_t seed) : rig(seed), killable(rig.files), dice(seed * 1000) {
    rig.options.segment_bytes = 32 * kKiB;
    rig.options.frame_bytes_max = 8 * kKiB;
    EXPECT_TRUE(rig.files.MakeDirectories("/data"));
    EXPECT_TRUE(rig.files.SyncDirectory("/"));
  }

  Result<std::unique_ptr<Log>> Open() {
    return Log::Open(rig.options, killable, rig.clock, rig.entropy);
  }

  /// Send some requests, one after the other or several at once, until one is refused.
  void Work(Log& log, int requests) {
    std::vector<std::future<void>> waiting;
    for (int i = 0; i < requests; ++i) {
      Entry entry = model.Send(dice, 2500);
      const std::vector<std::string> ids = IdsOf(entry);
      auto promise = std::make_shared<std::promise<void>>();
      waiting.push_back(promise->get_future());
      const Status taken =
          log.Append(std::move(entry), [this, ids, promise](const Result<DurableEntry>& done) {
            model.Answered(ids, done);
            promise->set_value();
          });
      if (!taken) {
        model.Answered(ids, std::unexpected(taken.error()));
        promise->set_value();
        break;
      }
      if (dice.Random64() % 2 == 0) waiting.back().wait();
      if (dice.Random64() % 5 == 0) log.Release(model.Commit(dice));
    }
    for (std::future<void>& one : waiting) one.wait();
  }

  /// One life of the process: open, check, work, die at the `kill_at`-th changing call (0: never).
  /// returns  whether it came to be killed
  bool Live(uint64_t kill_at, int requests) {
    killable.KillAt(kill_at);
    Result<std::unique_ptr<Log>> log = Open();
    EXPECT_TRUE(log || killable.killed()) << log.error().message();
    if (log) {
      // A recovery that was killed half-way still saw the truth.
      model.Check(**log);
      Work(**log, requests);
      log->reset();
    }
    return killable.killed();
  }

  LogRig rig;
  KillableFiles killable;
  os::SeededEntropy dice;
  LogModel model;
};

TEST(LogCrash, KilledOrCutAtEveryCallLosesNothing) {
  bool reached = true;
  for (uint64_t call = 1; reached && call < 500; ++call) {
    for (const bool power_cut : {false, true}) {
      SCOPED_TRACE(Format("call {}, power cut {}", call, power_cut));
      CrashRig rig(17);
      rig.Live(0, 12);
      reached = rig.Live(call, 12);
      if (power_cut) rig.rig.files.Crash(call);
      rig.Live(0, 3);
      rig.Live(0, 0);
      if (::testing::Test::HasFailure()) return;
    }
  }
  EXPECT_FALSE(reached) << "the calls of a life are more than were tried";
}

TEST(LogCrash, ManyLivesTellOneStory) {
  for (uint64_t seed = 1; seed <= 80; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    CrashRig rig(seed);
    for (uint64_t life = 0; life < 6; ++life) {
      rig.Live(1 + rig.dice.Random64() % 120, 30);
      if (rig.dice.Random64() % 2 == 0) rig.rig.files.Crash(seed * 100 + life);
    }
    rig.Live(0, 5);
    EXPECT_GT(rig.model.acknowledged(), 0u);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(LogCrash, ARecoveryThatDiesIsRepeated) {
  for (uint64_t call = 1; call <= 30; ++call) {
    SCOPED_TRACE(Format("call {}", call));
    CrashRig rig(call);
    rig.Live(60, 30);
    rig.rig.files.Crash(call);
    for (uint64_t again = 1; again <= 3; ++again) {
      rig.Live(1 + (call + again) % 15, 0);
      rig.rig.files.Crash(call * 10 + again);
    }
    rig.Live(0, 3);
    rig.Live(0, 0);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(LogCrash, FailingCallsNeverLoseWhatWasAcknowledged) {
  for (const os::FileCall of : {os::FileCall::kWrite, os::FileCall::kSync, os::FileCall::kRename,
                                os::FileCall::kSyncDirectory, os::FileCall::kRemove}) {
    for (const bool no_space : {false, true}) {
      for (uint64_t call = 1; call <= 25; call += call < 10 ? 1 : 4) {
        SCOPED_TRACE(Format("kind {}, call {}, no space {}", static_cast<int>(of), call, no_space));
        CrashRig rig(call);
        rig.Live(0, 5);
        {
          auto log = rig.Open();
          ASSERT_TRUE(log);
          rig.model.Check(**log);
          rig.rig.files.Fail({.call = call, .no_space = no_space, .of = of});
          rig.Work(**log, 25);
        }
        rig.rig.files.Crash(call);
        rig.Live(0, 3);
        rig.Live(0, 0);
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(LogCrash, AFailedSyncVoidsItsFrameAndNoOther) {
  LogRig rig;
  {
    const auto log = rig.Open();
    MustAppend(*log, "before");
    ASSERT_TRUE(Eventually([&] { return rig.Spares() == 2; }));
    rig.files.Fail({.call = 1, .of = os::FileCall::kSync});
    const auto failed = AppendAndWait(*log, MakeEntry(1, {"void", "void too"}));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind(), ErrorKind::kIo);
    EXPECT_TRUE(log->Health());
    MustAppend(*log, "after");
  }
  const auto log = rig.Open();
  EXPECT_EQ(ReplayRecords(*log), (std::vector<std::string>{"before", "after"}));
  EXPECT_EQ(log->recovery().records, 2u);
  EXPECT_TRUE(log->recovery().gaps.empty());
  // A void record is of no stream, so it pins no segment.
  log->Release({{StreamId(1), log->durable()}});
  EXPECT_TRUE(Eventually([&] { return log->bytes() == 0; }));
}

TEST(LogCrash, AnErrorThatStaysStopsTheLogAndTellsTheOutcomeIsUnknown) {
  LogRig rig;
  {
    const auto log = rig.Open();
    MustAppend(*log, "before");
    rig.files.Fail({.call = 1, .from_then_on = true, .of = os::FileCall::kSync});
    const auto failed = AppendAndWait(*log, MakeEntry(1, {"perhaps"}));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind(), ErrorKind::kUnknownOutcome);
    const Status health = log->Health();
    ASSERT_FALSE(health);
    EXPECT_EQ(health.error().kind(), ErrorKind::kUnavailable);
    EXPECT_TRUE(health.error().message().starts_with("the log has stopped and needs a restart"));
    rig.files.ClearFault();
    EXPECT_EQ(AppendAndWait(*log, MakeEntry(1, {"no"})).error().kind(), ErrorKind::kUnavailable);
    EXPECT_EQ(log->Close().error().kind(), ErrorKind::kUnavailable);
  }
  const auto log = rig.Open();
  const std::vector<std::string> records = ReplayRecords(*log);
  ASSERT_FALSE(records.empty());
  EXPECT_EQ(records.front(), "before");
  EXPECT_LE(records.size(), 2u);
}

}  // namespace
}  // namespace tarn::wal
