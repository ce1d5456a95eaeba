#include "app/dataset_schedules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/time.h"
#include "os/simulated_clock.h"

namespace tarn::app {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const int64_t kDay = DaysFromCivil({2026, 3, 1}) * kMicrosPerDay;

TEST(DatasetSchedules, DaysAreSeenFromTheTick) {
  EXPECT_EQ(DaysAt("yesterday", kDay), (RunDays{"20260228", "20260228"}));
  EXPECT_EQ(DaysAt("yesterday", kDay - 1), (RunDays{"20260227", "20260227"}));
  EXPECT_EQ(DaysAt("today", kDay), (RunDays{"20260301", "20260301"}));
  EXPECT_EQ(DaysAt("last 3", kDay), (RunDays{"20260226", "20260228"}));
  for (const char* wrong : {"", "tomorrow", "last", "last ", "last 0", "last 367", "last 3 days"}) {
    const auto days = DaysAt(wrong, kDay);
    ASSERT_FALSE(days) << wrong;
    EXPECT_THAT(days.error().message(),
                HasSubstr("are no days: write yesterday, today, or last 3"));
  }
}

TEST(DatasetSchedules, ARunIsWhatOneWouldType) {
  Config config;
  config.file = "t.toml";
  ScheduleConfig schedule{.name = "nightly", .dataset = "Exec", .arguments = {"a b"}};
  const auto command = RunCommand(config, "/lake", schedule, kDay).value();
  EXPECT_THAT(std::vector(command.begin() + 1, command.begin() + 5),
              ElementsAre("derive", "run", "Exec", "a b"));
  EXPECT_THAT(command, AllOf(Contains("--data"), Contains("/lake"), Contains("20260228"),
                             Contains("--config"), Contains("t.toml")));
  EXPECT_THAT(command, testing::Not(Contains("--plugin")));
  schedule.dataset.clear();
  EXPECT_EQ(RunCommand(config, "/lake", schedule, kDay).value()[3], "nightly");
}

TEST(DatasetSchedules, AProcessThatFailsSaysWhy) {
  EXPECT_TRUE(RunProcess({"/bin/true"}, {}));
  EXPECT_EQ(RunProcess({"/bin/sh", "-c", "echo no bucket >&2; exit 3"}, {}).error().message(),
            "the run ended with 3: no bucket");
  EXPECT_THAT(RunProcess({"/bin/sh", "-c", "kill -9 $$"}, {}).error().message(),
              HasSubstr("was killed by signal 9"));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(RunProcess({"/bin/sleep", "100"}, stop.get_token()).error().kind(),
            ErrorKind::kCancelled);
}

/// Schedules whose runs are noted.
class Noted {
 public:
  DatasetSchedules::Runner Runner() {
    return [this](const std::vector<std::string>& command, const std::stop_token&) -> Status {
      MutexLock lock(mutex_);
      runs_.push_back(command[3] + " " + command[5]);
      if (command[3] == "bad" && fails_) return Fail(ErrorKind::kInvalid, "no");
      return {};
    };
  }
  void Mend() {
    MutexLock lock(mutex_);
    fails_ = false;
  }
  std::vector<std::string> WaitFor(size_t count) {
    for (int i = 0; i < 2000; ++i) {
      {
        MutexLock lock(mutex_);
        if (runs_.size() >= count) return runs_;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return {"it took too long"};
  }

 private:
  Mutex mutex_;
  std::vector<std::string> runs_ GUARDED_BY(mutex_);
  bool fails_ GUARDED_BY(mutex_) = true;
};

TEST(DatasetSchedules, TheLastTickIsMadeUpForAndLaterOnesComeInTime) {
  os::FakeClock clock(kDay + kMicrosPerHour);
  Config config;
  config.schedules = {{.name = "a", .schedule = "15 0 * * *"},
                      {.name = "b", .schedule = "0 2 * * *"}};
  Noted noted;
  DatasetSchedules schedules(config, "/lake", noted.Runner(), clock);
  // b's last tick was at two o'clock of the day before: its yesterday is a day earlier.
  EXPECT_THAT(noted.WaitFor(2), ElementsAre("b 20260227", "a 20260228"));
  clock.Advance(kMicrosPerHour);
  EXPECT_THAT(noted.WaitFor(3), ElementsAre("b 20260227", "a 20260228", "b 20260228"));
  clock.Advance(3 * kMicrosPerDay);  // of ticks that pass together the last one counts
  EXPECT_THAT(noted.WaitFor(5), testing::SizeIs(5));
  EXPECT_THAT(noted.WaitFor(5), testing::IsSupersetOf({"a 20260303", "b 20260303"}));
  EXPECT_TRUE(schedules.Health());
}

TEST(DatasetSchedules, AClockThatWasAheadHoldsNoTickBack) {
  os::FakeClock clock(kDay + 30 * kMicrosPerDay);
  Config config;
  config.schedules = {{.name = "a", .schedule = "0 0 * * *"}};
  Noted noted;
  DatasetSchedules schedules(config, "/lake", noted.Runner(), clock);
  EXPECT_THAT(noted.WaitFor(1), ElementsAre("a 20260330"));
  clock.SetNow(kDay + kMicrosPerHour);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // time to see it
  clock.SetNow(kDay + kMicrosPerDay);
  EXPECT_THAT(noted.WaitFor(2), ElementsAre("a 20260330", "a 20260301"));
}

/// A run's outcome is told some time after it. returns  why it is not well; "": it is
std::string HealthAfterAWhile(const DatasetSchedules& schedules, bool well) {
  for (int i = 0; i < 2000 && schedules.Health().has_value() != well; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const Status health = schedules.Health();
  return health ? "" : health.error().message();
}

TEST(DatasetSchedules, TooManySchedulesAreRefused) {
  Config config;
  for (int i = 0; i < 100; ++i)
    config.schedules.push_back({.name = Format("d{}", i), .schedule = "@daily"});
  EXPECT_FALSE(FindWrongSetting(config, config.schedules.back()));
  config.schedules.push_back({.name = "one-more", .schedule = "@daily"});
  EXPECT_EQ(FindWrongSetting(config, config.schedules.back())->why.message(),
            "over 100 datasets have schedules");
}

TEST(DatasetSchedules, AFailedRunIsTheServersProblemUntilOneSucceeds) {
  os::FakeClock clock(kDay);
  Config config;
  config.schedules = {{.name = "bad", .schedule = "@daily"},
                      {.name = "good", .schedule = "@daily"}};
  Noted noted;
  DatasetSchedules schedules(config, "/lake", noted.Runner(), clock);
  noted.WaitFor(2);
  EXPECT_EQ(HealthAfterAWhile(schedules, false), "dataset 'bad': no");
  const Json::Array told = schedules.Describe().as_array();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].Dump(),
            R"({"name":"bad","dataset":"bad","schedule":"@daily","days":"yesterday",)"
            R"("due_at":"2026-03-02T00:00:00.000000Z","running_since":null,)"
            R"("ended_at":"2026-03-01T00:00:00.000000Z","problem":"no"})");
  EXPECT_TRUE(told[1].Find("problem")->is_null());
  noted.Mend();
  clock.Advance(kMicrosPerDay);
  noted.WaitFor(4);
  EXPECT_EQ(HealthAfterAWhile(schedules, true), "");
}

}  // namespace
}  // namespace tarn::app
