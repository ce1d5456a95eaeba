#include "flow/work_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace tarn::flow {
namespace {

TEST(WorkPool, StopWaitsForWhatRunsAndDropsTheRest) {
  WorkPool pool(1);
  std::promise<void> begun;
  std::atomic<int> done{0};
  pool.Submit([&] {
    begun.set_value();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    pool.Submit([&] { done += 100; });  // a task that hands on, while the pool stops
    ++done;
  });
  pool.Submit([&] { done += 10; });
  begun.get_future().wait();
  pool.Stop();
  EXPECT_EQ(done, 1);
  pool.Submit([&] { done += 1000; });
  pool.Stop();
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace tarn::flow
