#include "load/source_queue.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <optional>

#include "load/load_testing.h"
#include "load/worker_threads.h"

namespace tarn::load {
namespace {

using std::chrono_literals::operator""s;

class SourceQueueTest : public ::testing::Test {
 protected:
  void Add(const std::string& name, const std::string& bytes) {
    AddPath(directory_.Write(name, bytes));
  }
  void AddPath(const std::string& path) {
    sources_.push_back({path, "file://" + path, std::nullopt});
  }
  /// Over what was added.
  SourceQueue& Queue(size_t workers) {
    queue_.emplace(sources_, reading_, workers, progress_, std::stop_token());
    return *queue_;
  }

  TestDirectory directory_;
  const SourceReading reading_{.now_us = 5, .load = "l1"};
  ReadProgress progress_;
  std::vector<Source> sources_;
  std::optional<SourceQueue> queue_;
};

TEST_F(SourceQueueTest, APortionTakesNoMoreSourcesThanItMay) {
  for (int i = 0; i < 10; ++i) Add(Format("{}", i), Format("{}\n", i));
  SourceQueue& queue = Queue(1);
  std::string lines;
  std::vector<size_t> portions;
  while (!queue.at_end()) {
    queue.BeginPortion({.sources_max = 3});
    SourceBlock block;
    while (*queue.Next(&block)) lines += block.lines.text;
    portions.push_back(queue.Steps().size());
    queue.Settle(queue.Steps());
    EXPECT_TRUE(queue.Steps().empty());
  }
  EXPECT_EQ(portions, (std::vector<size_t>{3, 3, 3, 1}));
  EXPECT_EQ(lines, "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
}

TEST_F(SourceQueueTest, ASourceGoesOnInTheNextPortion) {
  Add("a", NumberedLines(0, 20'000));
  SourceQueue& queue = Queue(1);
  uint64_t position = 0;
  size_t portions = 0;
  for (; !queue.at_end(); ++portions) {
    queue.BeginPortion({.bytes_max = 1});
    SourceBlock block;
    while (*queue.Next(&block)) EXPECT_EQ(block.lines.offset, position);
    const auto steps = queue.Steps();
    if (steps.empty()) continue;  // that the source is at its end is seen in the last one
    EXPECT_EQ(steps.front().from ? steps.front().from->position : 0, position);
    position = steps.front().to.position;
    queue.Settle(steps);
  }
  EXPECT_EQ(position, NumberedLines(0, 20'000).size());
  EXPECT_GT(portions, 4U);
}

TEST_F(SourceQueueTest, SeveralWorkersGetEachLineOnce) {
  constexpr uint64_t kLines = 30'000;
  for (uint64_t i = 0; i < 5; ++i)
    Add(Format("{}", i), NumberedLines(i * kLines / 5, (i + 1) * kLines / 5));
  SourceQueue& queue = Queue(3);
  queue.BeginPortion({});
  std::vector<std::vector<std::string>> of_workers(3);
  const Status done = RunOnThreads(3, std::stop_source(), [&](size_t worker) -> Status {
    std::vector<schema::RecordView> records;
    SourceBlock block;
    while (TRY(queue.Next(&block))) {
      SplitRecords(block.lines, &records);
      for (const auto& record : records) of_workers[worker].emplace_back(record.bytes);
    }
    return {};
  });
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_TRUE(queue.at_end());
  EXPECT_EQ(queue.Steps().size(), 5U);
  std::vector<std::string> lines;
  for (const auto& of_worker : of_workers)
    lines.insert(lines.end(), of_worker.begin(), of_worker.end());
  EXPECT_EQ(lines.size(), kLines);
  std::ranges::sort(lines);
  EXPECT_EQ(std::ranges::adjacent_find(lines), lines.end());
}

TEST_F(SourceQueueTest, TheSampleIsBoundedAndIsInTheFirstPortion) {
  constexpr size_t kBlocks = 40;
  const std::string line = "\"" + std::string(decode::kBlockBytes - 3, 'x') + "\"\n";
  std::string lines;
  for (size_t i = 0; i < kBlocks; ++i) lines += line;
  Add("a", lines);
  SourceQueue& queue = Queue(1);
  const auto sample = queue.Sample(kSampleRecords);
  ASSERT_TRUE(sample) << sample.error().message();
  EXPECT_EQ(sample->size(), kSampleBytesMax / line.size());
  EXPECT_EQ(sample->back().bytes.size() + 1, line.size());
  EXPECT_LT(progress_.bytes_read, kSampleBytesMax + 2 * kMiB);
  queue.BeginPortion({});
  size_t records = 0;
  SourceBlock block;
  while (*queue.Next(&block)) records += block.lines.text.size() / line.size();
  EXPECT_EQ(records, kBlocks);
  ASSERT_EQ(queue.Steps().size(), 1U);
  EXPECT_EQ(queue.Steps().front().to.position, lines.size());
}

TEST_F(SourceQueueTest, ASourceThatIsSlowToOpenHoldsUpNoOther) {
  const std::string pipe = directory_.Path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  AddPath(pipe);
  Add("a", "a line\n");
  SourceQueue& queue = Queue(2);
  queue.BeginPortion({});
  std::atomic<int> given = 0;
  const auto take = [&] {
    SourceBlock block;
    const bool has_lines = *queue.Next(&block);
    ++given;
    given.notify_all();
    return has_lines ? std::string(block.lines.text) : "";
  };
  auto one = std::async(std::launch::async, take);
  auto other = std::async(std::launch::async, take);
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (given == 0 && std::chrono::steady_clock::now() < until) other.wait_for(0.01s);
  EXPECT_EQ(given, 1) << "the one that opens the pipe waits, and only that one";
  std::ofstream(pipe) << "from the pipe\n";
  std::vector<std::string> lines{one.get(), other.get()};
  std::ranges::sort(lines);
  EXPECT_EQ(lines, (std::vector<std::string>{"a line\n", "from the pipe\n"}));
}

TEST_F(SourceQueueTest, ASourceThatCannotBeOpenedEndsItForAll) {
  AddPath(directory_.Path("none"));
  Add("a", "a line\n");
  SourceQueue& queue = Queue(1);
  queue.BeginPortion({});
  SourceBlock block;
  EXPECT_EQ(queue.Next(&block).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(queue.Next(&block).error().kind(), ErrorKind::kNotFound) << "the others say it too";
}

}  // namespace
}  // namespace tarn::load
