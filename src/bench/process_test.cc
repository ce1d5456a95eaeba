#include "bench/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "bench/set_file.h"
#include "os/files.h"

namespace tarn::bench {
namespace {

std::string Scratch(const std::string& name) {
  return testing::TempDir() + "bench_process_" + name;
}

TEST(Process, AProgramThatIsNotThereIsAnError) {
  const auto use = RunProcess({"/no/such/program"}, Scratch("out"), Scratch("err"));
  ASSERT_FALSE(use);
  EXPECT_EQ(use.error().kind(), ErrorKind::kNotFound);
}

TEST(Process, TellsStatusTimeAndMemory) {
  const auto use =
      RunProcess({"sh", "-c", "echo said; echo bad >&2; exit 7"}, Scratch("out"), Scratch("err"));
  ASSERT_TRUE(use) << use.error().message();
  EXPECT_EQ(use->exit_status, 7);
  EXPECT_GT(use->wall_s, 0);
  EXPECT_GT(use->memory_peak_bytes, 100'000u);
  EXPECT_EQ(*os::ReadFile(os::PosixFiles(), Scratch("out"), 100), "said\n");
  EXPECT_EQ(LastLine(Scratch("err")), "bad");
}

TEST(Process, TellsWhatItRead) {
  const std::string path = Scratch("large");
  ASSERT_TRUE(WriteText(path, std::string(3'000'000, 'x')));
  const auto use = RunProcess({"cat", path}, Scratch("out"), Scratch("err"));
  ASSERT_TRUE(use);
  EXPECT_GE(use->read_bytes, 3'000'000U);
  EXPECT_LT(use->read_bytes, 4'000'000U);
}

TEST(Process, ASignalIsTold) {
  const auto use = RunProcess({"sh", "-c", "kill -9 $$"}, Scratch("out"), Scratch("err"));
  ASSERT_TRUE(use);
  EXPECT_EQ(use->exit_status, 137);
}

TEST(Process, TimeUsedGrowsAndAnEndedProcessHasNone) {
  const double before = *CpuSecondsOf(getpid());
  volatile uint64_t sum = 0;
  while (*CpuSecondsOf(getpid()) <= before) sum = sum + 1;
  EXPECT_FALSE(CpuSecondsOf(-1));
}

TEST(Process, AServiceIsThereOnceItSaysSoAndEndsWithItsObject) {
  auto service = Service::Start({"sh", "-c", "echo ready; exec sleep 60"}, Scratch("err"));
  ASSERT_TRUE(service) << service.error().message();
  EXPECT_EQ((*service)->ready_line(), "ready");
  EXPECT_TRUE(BytesReadBy((*service)->process()));
  const pid_t process = (*service)->process();
  EXPECT_EQ(kill(process, 0), 0);
  service->reset();
  EXPECT_EQ(kill(process, 0), -1);
}

TEST(Process, AServiceThatEndsBeforeItIsReadyIsAnError) {
  EXPECT_FALSE(Service::Start({"sh", "-c", "exit 1"}, Scratch("err")));
}

}  // namespace
}  // namespace tarn::bench
