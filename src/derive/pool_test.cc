#include "derive/pool.h"

#include <gtest/gtest.h>

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stop_token>
#include <thread>

#include "os/clock.h"

namespace tarn::derive {
namespace {

class PoolTest : public testing::Test {
 protected:
  PoolTest()
      : directory_(testing::TempDir() + "/tarn_pool_" + os::RandomUuid(os::SystemEntropy())) {
    std::filesystem::create_directories(directory_);
  }
  ~PoolTest() override { std::filesystem::remove_all(directory_); }

  /// Each task is a shell script; $0 is its number.
  Status Run(size_t count, const std::string& script, size_t workers = 2,
             const std::stop_token& stop = {}) {
    PoolOptions options;
    options.workers = workers;
    options.command = [=, this](size_t task) {
      return std::vector<std::string>{"/bin/sh", "-c", "cd " + directory_ + "; " + script,
                                      Format("{}", task)};
    };
    options.tell = [this](const TaskEvent& event) {
      if (event.kind == TaskEvent::Kind::kDone) done_.push_back(event.task);
      events_.push_back(event);
    };
    return RunTasks(count, options, stop);
  }
  std::string ErrorOf(const Status& status) { return status ? "" : status.error().message(); }
  /// The process id that a script writes to a file. returns  0: not within ten seconds
  pid_t WaitForPid(const std::string& name) {
    for (int i = 0; i < 1000; ++i) {
      pid_t pid = 0;
      if (std::ifstream(directory_ + "/" + name) >> pid) return pid;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return 0;
  }
  size_t FileCount() {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory_), {}));
  }

  const std::string directory_;
  std::vector<size_t> done_;
  std::vector<TaskEvent> events_;
};

TEST_F(PoolTest, TellsWhatAPermanentFailureSaid) {
  EXPECT_EQ(ErrorOf(Run(3,
                        "test $0 = 1 && { echo noise >&2; echo 'tarn: object b/k: it is gone' >&2; "
                        "exit 42; }; exit 0",
                        1)),
            "task 1: object b/k: it is gone");
  EXPECT_EQ(done_, std::vector<size_t>{0});
  EXPECT_EQ(ErrorOf(Run(1, "exit 1")), "task 0: it did not say why");
  EXPECT_NE(ErrorOf(RunTasks(
                1, {.command = [](size_t) { return std::vector<std::string>{"/no/such"}; }}, {})),
            "");
}

TEST_F(PoolTest, GivesUpAfterThreeAttempts) {
  EXPECT_EQ(ErrorOf(Run(1, "touch $$; kill -9 $$")),
            "task 0: its worker was killed by signal 9, in each of 3 attempts");
  EXPECT_EQ(FileCount(), 3U);
  EXPECT_EQ(ErrorOf(Run(1, "echo busy >&2; exit 10")), "task 0: busy, in each of 3 attempts");
}

TEST_F(PoolTest, TellsOfEachAttempt) {
  EXPECT_EQ(ErrorOf(Run(1, "test -e $0 && exit 0; touch $0; echo busy >&2; exit 10")), "");
  std::string told;
  for (const TaskEvent& event : events_)
    told += Format("{}.{} {} {}; ", event.task, event.attempt, static_cast<int>(event.kind),
                   event.problem);
  EXPECT_EQ(told, "0.1 0 ; 0.1 2 busy; 0.2 0 ; 0.2 1 ; ");
}

TEST_F(PoolTest, TriesAKilledTaskAgain) {
  EXPECT_EQ(ErrorOf(Run(5, "test -e $0 && exit 0; touch $0; kill -9 $$")), "");
  std::ranges::sort(done_);
  EXPECT_EQ(done_, (std::vector<size_t>{0, 1, 2, 3, 4}));
}

TEST_F(PoolTest, RunsSoManyAtATime) {
  // Each counts those that run beside it.
  EXPECT_EQ(
      ErrorOf(
          Run(8, "touch r$0; n=$(ls r* | wc -l); sleep 0.05; rm r$0; test $n -le 3 || exit 42", 3)),
      "");
  EXPECT_EQ(done_.size(), 8U);
}

TEST_F(PoolTest, AWorkerThatSaysMuchDoesNotWait) {
  EXPECT_EQ(
      ErrorOf(Run(
          1, "head -c 1000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo the end >&2; exit 42")),
      "task 0: the end");
}

TEST_F(PoolTest, AStopKillsItsWorkers) {
  std::stop_source stop;
  Status ended;
  std::jthread run([&] {
    ended = Run(2, "echo $$ > part$0; mv part$0 pid$0; exec sleep 100", 2, stop.get_token());
  });
  const std::vector<pid_t> workers = {WaitForPid("pid0"), WaitForPid("pid1")};
  stop.request_stop();
  run.join();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind(), ErrorKind::kCancelled);
  for (const pid_t worker : workers) {
    ASSERT_GT(worker, 0) << "it was not started";
    EXPECT_NE(kill(worker, 0), 0) << "it lives";
  }
}

}  // namespace
}  // namespace tarn::derive
