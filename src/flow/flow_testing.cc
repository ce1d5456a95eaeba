#include "flow/flow_testing.h"

#include <arrow/record_batch.h>

#include <filesystem>
#include <future>
#include <thread>

#include "schema/data_size.h"

namespace tarn::flow {

void StreamsTest::SetUp() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  root_ = Format("{}/tarn_{}_{}", testing::TempDir(), test->test_suite_name(), test->name());
  std::filesystem::remove_all(root_);
  std::filesystem::create_directories(root_);
  options_.log.directory = "/wal";
  options_.log.segment_bytes = 256 * kKiB;
  options_.log.frame_bytes_max = 64 * kKiB;
  options_.log.pending_bytes_max = kMiB;
  options_.memory_bytes_max = 64 * kMiB;
  StartAndWait();
}

void StreamsTest::TearDown() {
  conductor_.reset();
  catalog_.reset();
  std::filesystem::remove_all(root_);
}

void StreamsTest::Start() {
  conductor_.reset();
  catalog_.reset();
  buckets_ =
      store::LocalBuckets::Open(root_ + "/buckets", os::PosixFiles(), os::SystemEntropy()).value();
  faulty_buckets_ = std::make_unique<store::FaultyBuckets>(*buckets_, store_faults_);
  catalog_ = catalog::Catalog::Open({.path = root_ + "/catalog.db"}, *faulty_buckets_,
                                    os::SystemClock(), os::SystemEntropy())
                 .value();
  faulty_catalog_ = std::make_unique<catalog::FaultyCatalog>(*catalog_, catalog_faults_);
  auto opened = Conductor::Open(options_, *faulty_catalog_, *faulty_buckets_, disk_,
                                os::SystemClock(), os::SystemEntropy());
  ASSERT_TRUE(opened.has_value()) << opened.error().message();
  conductor_ = std::move(*opened);
}

void StreamsTest::StartAndWait() {
  Start();
  WaitUntil([&] { return conductor_->Ready().has_value(); });
}

void StreamsTest::Stop() {
  const Status stopped = conductor_->Stop(std::chrono::seconds(60));
  ASSERT_TRUE(stopped.has_value()) << stopped.error().message();
  conductor_.reset();
  catalog_.reset();
}

void StreamsTest::Crash(uint64_t seed) {
  disk_.Crash(seed);
  conductor_.reset();
  catalog_.reset();
}

void StreamsTest::WaitUntil(const std::function<bool()>& condition) {
  for (int i = 0; i < 2000; ++i) {
    if (condition()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  FAIL() << "waited 20 s";
}

void StreamsTest::Create(const std::string& name, int buffer_seconds) {
  StreamDefinition definition;
  definition.name = name;
  definition.buffer_seconds = buffer_seconds;
  const auto created = conductor_->Create(definition);
  ASSERT_TRUE(created.has_value()) << created.error().message();
}

StreamDefinition StreamsTest::StreamInto(const std::string& table, const std::string& name) {
  StreamDefinition definition;
  definition.name = name;
  definition.table = {"default", table};
  return definition;
}

Result<Appended> StreamsTest::Append(const std::string& stream,
                                     const std::vector<std::string>& records) {
  auto block = std::make_shared<schema::RecordBlock>();
  for (const std::string& record : records) block->Add(record);
  std::promise<Result<Appended>> promise;
  const Status queued = conductor_->Append(
      stream, schema::Source::kHttp, wal::Content::kJson, os::SystemClock().NowMicros(), {}, block,
      [&](Result<Appended> done) { promise.set_value(std::move(done)); });
  if (!queued) return std::unexpected(queued.error());
  return promise.get_future().get();
}

int64_t StreamsTest::Live(const std::string& table) {
  const auto live = conductor_->Look({"default", table});
  EXPECT_TRUE(live.has_value()) << live.error().message();
  int64_t rows = 0;
  if (live) {
    for (const auto& part : *live) rows += part.rows->num_rows();
  }
  return rows;
}

StreamsTest::Totals StreamsTest::Count(const std::string& table) {
  const schema::TableName name{"default", table};
  const auto live = conductor_->Look(name);
  EXPECT_TRUE(live.has_value()) << live.error().message();
  const auto reader = catalog::Catalog::OpenReadOnly({.path = root_ + "/catalog.db"}, *buckets_,
                                                     os::SystemClock(), os::SystemEntropy());
  const auto snapshot = (*reader)->LoadSnapshot((*reader)->LoadTable(name).value(), std::nullopt);
  EXPECT_TRUE(snapshot.has_value()) << snapshot.error().message();
  Totals totals;
  totals.landed = schema::SizeOf(*snapshot).rows;
  const auto watermark = snapshot->watermarks.find(conductor_->progress_key());
  for (const auto& part : *live) {
    if (watermark == snapshot->watermarks.end() || part.to > watermark->second)
      totals.live += part.rows->num_rows();
  }
  return totals;
}

size_t StreamsTest::FilesOnDisk(const std::string& table) const {
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           Format("{}/buckets/lake/default/{}", root_, table))) {
    files += entry.path().extension() == ".parquet" ? 1 : 0;
  }
  return files;
}

}  // namespace tarn::flow
