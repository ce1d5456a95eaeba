// The log on the machine's own file system.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/units.h"
#include "wal/frame.h"
#include "wal/log_testing.h"

namespace tarn::wal {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A log in a temporary directory.
struct PosixRig {
  PosixRig() {
    options.directory = directory + "/wal";
    options.segment_bytes = kMiB;
    options.frame_bytes_max = 256 * kKiB;
  }
  ~PosixRig() { std::filesystem::remove_all(directory); }

  std::unique_ptr<Log> Open() {
    auto log = Log::Open(options, os::PosixFiles(), os::SystemClock(), os::SystemEntropy());
    EXPECT_TRUE(log) << log.error().message();
    return log ? *std::move(log) : nullptr;
  }

  const std::string directory = [] {
    std::string name = ::testing::TempDir() + "tarn_wal_XXXXXX";
    return std::string(::mkdtemp(name.data()));
  }();
  LogOptions options = TinyOptions();
};

TEST(LogPosix, KeepsRecordsOverRestartsAndSegments) {
  PosixRig rig;
  std::vector<std::string> want;
  for (int start = 0; start < 3; ++start) {
    const auto log = rig.Open();
    EXPECT_EQ(ReplayRecords(*log), want);
    EXPECT_THAT(log->recovery().gaps, IsEmpty());
    for (int i = 0; i < 12; ++i) {
      want.push_back(Format("{} {} {}", start, i, std::string(150'000, 'x')));
      MustAppend(*log, want.back());
    }
    EXPECT_TRUE(log->Close());
  }
}

TEST(LogPosix, RecyclesItsFiles) {
  PosixRig rig;
  const auto log = rig.Open();
  for (int i = 0; i < 60; ++i) {
    const DurableEntry done = MustAppend(*log, std::string(200'000, 'x'));
    log->Release({{StreamId(1), done.last}});
  }
  EXPECT_TRUE(Eventually([&] { return log->bytes() <= 2 * rig.options.segment_bytes; }));
  size_t files = 0;
  for ([[maybe_unused]] const auto& file :
       std::filesystem::directory_iterator(rig.options.directory + "/0")) {
    ++files;
  }
  EXPECT_LE(files, 6u);
}

TEST(LogPosix, FindsATornTail) {
  PosixRig rig;
  const std::string segment = rig.options.directory + "/0/seg-0000000000000001.wal";
  const std::string copy = rig.directory + "/copy";
  {
    const auto log = rig.Open();
    for (int i = 0; i < 3; ++i) MustAppend(*log, std::string(10'000, 'x'));
    // The process dies with the third frame half on disk.
    std::filesystem::copy_file(segment, copy);
  }
  std::filesystem::copy_file(copy, segment, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::resize_file(segment, 9 * kBlockBytes);
  const auto log = rig.Open();
  EXPECT_THAT(ReplayAll(*log), SizeIs(2));
  EXPECT_GT(log->recovery().torn_bytes, 0u);
}

}  // namespace
}  // namespace tarn::wal
