#include "load/run_queue.h"

#include <gtest/gtest.h>

#include "codec/compression.h"
#include "load/load_testing.h"

namespace tarn::load {
namespace {

/// The records of all runs, in the order of the runs, and how many runs there were.
struct Drained {
  std::string lines;
  size_t runs = 0;
};

Result<Drained> Drain(RunQueue* queue, ReadProgress* progress) {
  Drained drained;
  std::vector<schema::RecordView> records;
  while (auto run = TRY(queue->Next())) {
    EXPECT_EQ(run->number, drained.runs++);
    RunReader reader(*run, *progress);
    while (TRY(reader.Next())) {
      SplitRecords(reader.block(), &records);
      for (const auto& record : records) drained.lines += std::string(record.bytes) + "\n";
    }
  }
  return drained;
}

class RunQueueTest : public ::testing::Test {
 protected:
  RunQueueTest() {
    const std::string a = NumberedLines(0, 20'000);
    const std::string b = NumberedLines(20'000, 30'000);
    const std::string c = NumberedLines(30'000, 40'000);
    lines_ = a + b + c;
    paths_ = {directory_.Write("a", a),
              directory_.Write("b", *codec::Compress(codec::Compression::kGzip, b, 1)),
              directory_.Write("c", c)};
    for (const std::string& path : paths_) bytes_total_ += os::PosixFiles().Stat(path)->size;
  }

  TestDirectory directory_;
  std::string lines_;
  std::vector<std::string> paths_;
  uint64_t bytes_total_ = 0;
  ReadProgress progress_;
};

TEST_F(RunQueueTest, RunsOfAnySizeGiveEveryLineOnceInOrder) {
  constexpr uint64_t kAll = ~uint64_t{0};
  const struct {
    RunSizes sizes;
    size_t runs_min;
    size_t runs_max;
  } cases[] = {
      {{.bytes_max = kAll, .bytes_min = kAll, .streams_always = true}, 1, 1},
      {{.bytes_max = 256 * kKiB, .bytes_min = 256 * kKiB}, 20, 60},
      {{.bytes_max = 4 * kMiB, .bytes_min = 256 * kKiB}, 4, 40},
      {{.bytes_max = kMiB, .bytes_min = kMiB, .streams_where_many = true}, 5, 20},
      {{.bytes_max = 3 * kMiB, .bytes_min = 3 * kMiB, .streams_always = true}, 2, 3},
  };
  for (const auto& c : cases) {
    ReadProgress progress;
    RunQueue queue(paths_, 2, bytes_total_, &progress, {});
    ASSERT_EQ(queue.Sample(25'000)->size(), 25'000u);  // of two inputs
    queue.SetSizes(c.sizes);
    const auto drained = Drain(&queue, &progress);
    ASSERT_TRUE(drained) << drained.error().message();
    EXPECT_TRUE(drained->lines == lines_) << c.sizes.bytes_max;
    EXPECT_GE(drained->runs, c.runs_min);
    EXPECT_LE(drained->runs, c.runs_max);
    EXPECT_EQ(progress.bytes_read, bytes_total_);
  }
}

TEST_F(RunQueueTest, RunsBecomeSmallerTowardsTheEnd) {
  RunQueue queue({paths_[0]}, 2, os::PosixFiles().Stat(paths_[0])->size, &progress_, {});
  queue.SetSizes({.bytes_max = 2 * kMiB, .bytes_min = 64 * kKiB});
  uint64_t last = ~uint64_t{0};
  while (auto run = *queue.Next()) {
    const uint64_t size = run->pieces[0].end - run->pieces[0].begin;
    EXPECT_LE(size, last);
    last = size;
  }
  EXPECT_LE(last, 64 * kKiB);
}

TEST_F(RunQueueTest, TheSampleIsAllThereIsWhereThereIsLess) {
  RunQueue queue({paths_[2], directory_.Write("empty", "")}, 1, 0, &progress_, {});
  EXPECT_EQ(queue.Sample(kInputsMax)->size(), 10'000u);
}

TEST_F(RunQueueTest, AStopEndsIt) {
  std::stop_source stop;
  RunQueue queue(paths_, 1, bytes_total_, &progress_, stop.get_token());
  stop.request_stop();
  EXPECT_EQ(queue.Next().error().kind(), ErrorKind::kCancelled);
}

}  // namespace
}  // namespace tarn::load
