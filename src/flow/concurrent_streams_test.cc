// Streams under what happens at the same time: other writers, queries and deletes during a replay,
// appends during a delete.
#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "flow/conductor.h"
#include "os/faulty_files.h"
#include "store/local_buckets.h"

namespace tarn::flow {
namespace {

class ConcurrentStreams : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "/tarn_concurrent_" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    Start(true);
  }
  void TearDown() override {
    conductor_.reset();
    catalog_.reset();
    std::filesystem::remove_all(root_);
  }
  void Start(bool wait) {
    buckets_ = store::LocalBuckets::Open(root_ + "/buckets", os::PosixFiles(), os::SystemEntropy())
                   .value();
    catalog_ = catalog::Catalog::Open({.path = root_ + "/catalog.db"}, *buckets_, os::SystemClock(),
                                      os::SystemEntropy())
                   .value();
    ConductorOptions options;
    options.log.directory = "/wal";
    options.log.segment_bytes = 256 * kKiB;
    options.log.frame_bytes_max = 64 * kKiB;
    options.log.pending_bytes_max = kMiB;
    options.memory_bytes_max = 64 * kMiB;
    conductor_ = Conductor::Open(std::move(options), *catalog_, *buckets_, disk_, os::SystemClock(),
                                 os::SystemEntropy())
                     .value();
    for (int i = 0; wait && i < 2000 && !conductor_->Ready(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  void Create(const std::string& name) {
    StreamDefinition definition;
    definition.name = name;
    definition.buffer_seconds = 900;
    const auto created = conductor_->Create(definition);
    ASSERT_TRUE(created.has_value()) << created.error().message();
  }
  Result<Appended> Append(const std::string& stream, const std::vector<std::string>& records) {
    auto block = std::make_shared<schema::RecordBlock>();
    for (const std::string& record : records) block->Add(record);
    std::promise<Result<Appended>> promise;
    const Status queued = conductor_->Append(
        stream, schema::Source::kHttp, wal::Content::kJson, os::SystemClock().NowMicros(), {},
        block, [&](Result<Appended> done) { promise.set_value(std::move(done)); });
    if (!queued) return std::unexpected(queued.error());
    return promise.get_future().get();
  }
  int64_t Live(const std::string& table) {
    const auto live = conductor_->Look({"default", table});
    EXPECT_TRUE(live.has_value()) << live.error().message();
    int64_t rows = 0;
    if (live) {
      for (const auto& part : *live) rows += part.rows->num_rows();
    }
    return rows;
  }

  std::string root_;
  os::FaultyFiles disk_;
  std::unique_ptr<store::Buckets> buckets_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<Conductor> conductor_;
};

TEST_F(ConcurrentStreams, AColumnThatAnotherWriterAddedWithAnotherTypeDoesNotStopTheTable) {
  Create("clash");
  ASSERT_TRUE(Append("clash", {R"({"a":1})"}).has_value());
  EXPECT_EQ(Live("clash"), 1);
  ASSERT_TRUE(catalog_  // as Spark does: ALTER TABLE clash ADD COLUMN b string
                  ->AddColumns({"default", "clash"},
                               {{.name = "b", .type = schema::Type::Of(schema::TypeKind::kString)}})
                  .has_value());
  ASSERT_TRUE(Append("clash", {R"({"b":1})"}).has_value());
  ASSERT_TRUE(Append("clash", {R"({"a":2})"}).has_value());
  std::this_thread::sleep_for(std::chrono::seconds(2));
  EXPECT_EQ(Live("clash"), 3);
  EXPECT_TRUE(conductor_->Find("clash")->health.has_value())
      << conductor_->Find("clash")->health.error().message();
}

TEST_F(ConcurrentStreams, AQueryDuringTheReplaySeesAllRowsOrAnError) {
  Create("seen");
  int64_t sent = 0;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(
        Append("seen", std::vector<std::string>(20, R"({"n":1,"s":"some text"})")).has_value());
    sent += 20;
  }
  EXPECT_EQ(Live("seen"), sent);
  disk_.Crash(1);
  conductor_.reset();
  catalog_.reset();
  Start(false);  // HTTP is open before Ready says yes
  const auto live = conductor_->Look({"default", "seen"});
  if (live) {
    int64_t rows = 0;
    for (const auto& part : *live) rows += part.rows->num_rows();
    EXPECT_EQ(rows, sent);
  }
}

TEST_F(ConcurrentStreams, ADeleteDuringTheReplayKeepsAcknowledgedRows) {
  Create("kept");
  int64_t sent = 0;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(
        Append("kept", std::vector<std::string>(20, R"({"n":1,"s":"some text"})")).has_value());
    sent += 20;
  }
  EXPECT_EQ(Live("kept"), sent);
  disk_.Crash(1);
  conductor_.reset();
  catalog_.reset();
  Start(false);
  if (!conductor_->Delete("kept")) return;  // to refuse is right, too
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const auto snapshot =
      catalog_->LoadSnapshot(catalog_->LoadTable({"default", "kept"}).value(), std::nullopt);
  int64_t landed = 0;
  for (const auto& files : snapshot->files) {
    for (const auto& file : *files) landed += file.record_count;
  }
  EXPECT_EQ(landed, sent);
}

TEST_F(ConcurrentStreams, AppendsRaceADelete) {
  std::atomic<bool> stop{false};
  std::vector<std::jthread> senders;
  for (int i = 0; i < 8; ++i) {
    senders.emplace_back([&] {
      while (!stop) (void)Append("raced", {R"({"n":1})"}).has_value();
    });
  }
  for (int round = 0; round < 25; ++round) {
    StreamDefinition definition;
    definition.name = "raced";
    definition.buffer_seconds = 900;
    EXPECT_TRUE(conductor_->Create(definition).has_value());
    std::this_thread::sleep_for(std::chrono::milliseconds(round % 4));
    EXPECT_TRUE(conductor_->Delete("raced").has_value());
  }
  stop = true;
}

}  // namespace
}  // namespace tarn::flow
