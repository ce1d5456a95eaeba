// Streams from append to commit, over the real log, shaper, encoder and catalog, with a faulty disk
// beneath the log and a faulty store beneath the files.
#include "flow/conductor.h"

#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <random>

#include "os/faulty_files.h"
#include "store/faulty_store.h"
#include "store/local_buckets.h"

namespace tarn::flow {
namespace {

class ConductorTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "/tarn_conductor_" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    Start();
  }

  void TearDown() override {
    conductor_.reset();
    catalog_.reset();
    std::filesystem::remove_all(root_);
  }

  void Start() {
    buckets_ = store::LocalBuckets::Open(root_ + "/buckets", os::PosixFiles(), os::SystemEntropy())
                   .value();
    faulty_buckets_ = std::make_unique<store::FaultyBuckets>(*buckets_, store_faults_);
    catalog_ = catalog::Catalog::Open({.path = root_ + "/catalog.db"}, *faulty_buckets_,
                                      os::SystemClock(), os::SystemEntropy())
                   .value();
    ConductorOptions options;
    options.log.directory = "/wal";
    options.log.segment_bytes = 256 * kKiB;
    options.log.frame_bytes_max = 64 * kKiB;
    options.log.pending_bytes_max = kMiB;
    options.memory_bytes_max = memory_bytes_max_;
    options.write.partitions_max = 50;
    auto opened = Conductor::Open(std::move(options), *catalog_, *faulty_buckets_, disk_,
                                  os::SystemClock(), os::SystemEntropy());
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    conductor_ = std::move(*opened);
    WaitUntil([&] { return conductor_->Ready().has_value(); });
  }

  // The power goes, and comes back.
  void Crash(uint64_t seed) {
    disk_.Crash(seed);
    conductor_.reset();
    catalog_.reset();
    Start();
  }

  static void WaitUntil(const std::function<bool()>& condition) {
    for (int i = 0; i < 2000; ++i) {
      if (condition()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "waited 20 s";
  }

  void Create(const std::string& name, int buffer_seconds) {
    StreamDefinition definition;
    definition.name = name;
    definition.buffer_seconds = buffer_seconds;
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

  struct Totals {
    int64_t landed = 0;
    int64_t live = 0;
    int64_t all() const { return landed + live; }
  };

  Totals Count(const std::string& table) {
    const schema::TableName name{"default", table};
    const auto live = conductor_->Look(name);
    EXPECT_TRUE(live.has_value()) << live.error().message();
    const auto reader = catalog::Catalog::OpenReadOnly({.path = root_ + "/catalog.db"}, *buckets_,
                                                       os::SystemClock(), os::SystemEntropy());
    const auto snapshot = (*reader)->LoadSnapshot((*reader)->LoadTable(name).value(), std::nullopt);
    EXPECT_TRUE(snapshot.has_value()) << snapshot.error().message();
    Totals totals;
    for (const auto& part : snapshot->files) {
      for (const auto& file : *part) totals.landed += file.record_count;
    }
    const auto watermark = snapshot->watermarks.find(conductor_->progress_key());
    for (const auto& part : *live) {
      if (watermark == snapshot->watermarks.end() || part.to > watermark->second)
        totals.live += part.rows->num_rows();
    }
    return totals;
  }

  size_t memory_bytes_max_ = 64 * kMiB;
  std::string root_;
  os::FaultyFiles disk_;
  store::StoreFaults store_faults_;
  std::unique_ptr<store::Buckets> buckets_;
  std::unique_ptr<store::FaultyBuckets> faulty_buckets_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<Conductor> conductor_;
};

TEST_F(ConductorTest, ShowsRowsAtOnceAndLandsThemLater) {
  Create("events", 900);
  ASSERT_TRUE(Append("events", {R"({"a":1})", R"({"a":2,"b":"x"})", "nonsense"}).has_value());
  EXPECT_EQ(Count("events").live, 2);
  EXPECT_EQ(Count("events_rejects").live, 1);
  EXPECT_EQ(Count("events").landed, 0);
  ASSERT_TRUE(conductor_->Stop(std::chrono::seconds(20)).has_value());
  EXPECT_EQ(Count("events").landed, 2);
  EXPECT_EQ(Count("events_rejects").landed, 1);
  EXPECT_EQ(Count("events").live, 0);
}

TEST_F(ConductorTest, RefusesUnknownStreamsAndTakenNames) {
  EXPECT_EQ(Append("absent", {"{}"}).error().kind(), ErrorKind::kNotFound);
  Create("My.App", 1);
  StreamDefinition again;
  again.name = "My.App";
  EXPECT_EQ(conductor_->Create(again).error().kind(), ErrorKind::kConflict);
  again.name = "my-app";  // the same table by derivation
  EXPECT_EQ(conductor_->Create(again).error().kind(), ErrorKind::kConflict);
  again.table = {"default", "my_app"};  // by name it is allowed
  EXPECT_TRUE(conductor_->Create(again).has_value());
}

TEST_F(ConductorTest, KeepsTheRowsOfADeletedStream) {
  Create("gone", 900);
  ASSERT_TRUE(Append("gone", {R"({"a":1})"}).has_value());
  ASSERT_TRUE(conductor_->Delete("gone").has_value());
  EXPECT_EQ(conductor_->Find("gone").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(Append("gone", {"{}"}).error().kind(), ErrorKind::kNotFound);
  const auto table = catalog_->LoadTable({"default", "gone"});
  EXPECT_EQ(catalog_->LoadSnapshot(*table, std::nullopt)->files.size(), 1U);
  Create("gone", 900);  // a new stream of the name goes on in the same table
  ASSERT_TRUE(Append("gone", {R"({"a":2})"}).has_value());
  EXPECT_EQ(Count("gone").all(), 2);
}

TEST_F(ConductorTest, KeepsEveryAcknowledgedRecordThroughPowerCuts) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  Create("cut", 0);
  Create("other", 900);
  int64_t acknowledged = 0;
  int64_t unknown = 0;
  for (int round = 0; round < 12; ++round) {
    if (random() % 2 == 0) disk_.Fail({.call = 1 + random() % 60, .from_then_on = true});
    for (int request = 0; request < static_cast<int>(5 + random() % 20); ++request) {
      std::vector<std::string> records;
      for (uint64_t i = 0; i <= random() % 10; ++i)
        records.push_back(random() % 5 == 0 ? "bad" : R"({"n":1,"s":"text"})");
      const auto appended = Append(random() % 4 == 0 ? "other" : "cut", records);
      (appended ? acknowledged : unknown) += static_cast<int64_t>(records.size());
    }
    Crash(random());
    int64_t found = 0;
    for (const char* table : {"cut", "cut_rejects", "other", "other_rejects"})
      found += Count(table).all();
    ASSERT_GE(found, acknowledged) << "round " << round;
    ASSERT_LE(found, acknowledged + unknown) << "round " << round;
    acknowledged = found;  // what was unknown is decided now
    unknown = 0;
  }
}

TEST_F(ConductorTest, CountsEachRowOnceThroughStoreFaults) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  Create("store", 0);
  int64_t sent = 0;
  using What = store::StoreFault::What;
  for (int round = 0; round < 15; ++round) {
    const What whats[] = {What::kUnavailable, What::kIo, What::kLostRequest, What::kLostReply};
    store_faults_.Fail({.what = whats[random() % 4], .call = 1 + random() % 12});
    ASSERT_TRUE(Append("store", {R"({"n":1})", "bad"}).has_value());
    ++sent;
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
    ASSERT_EQ(Count("store").all(), sent) << "round " << round;
  }
  store_faults_.Clear();
  WaitUntil([&] { return Count("store").landed == sent && Count("store_rejects").landed == sent; });
  EXPECT_EQ(Count("store").live, 0);
}

TEST_F(ConductorTest, LandsMorePartitionsThanAWriterHoldsOpen) {
  StreamDefinition definition;
  definition.name = "wide";
  definition.columns = schema::ParseColumns("k string").value();
  definition.partition_by = "k";
  definition.buffer_seconds = 900;
  ASSERT_TRUE(conductor_->Create(definition).has_value());
  constexpr int kPartitions = 220;
  for (int request = 0; request < 11; ++request) {
    std::vector<std::string> records;
    for (int i = 0; i < kPartitions / 11; ++i)
      records.push_back(Format("{{\"k\":\"{}-{}\"}}", request, i));
    ASSERT_TRUE(Append("wide", records).has_value());
  }
  ASSERT_TRUE(conductor_->Stop(std::chrono::seconds(120)).has_value());
  EXPECT_EQ(Count("wide").landed, kPartitions);
  size_t files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(root_ + "/buckets/lake/default/wide/data")) {
    files += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_EQ(files, size_t{kPartitions}) << "a glob over the directories sees each row once";
}

TEST_F(ConductorTest, RefusesRecordsWhenMemoryIsFullAndTakesThemAgain) {
  conductor_.reset();
  memory_bytes_max_ = 512 * kKiB;
  Start();
  Create("full", 900);
  int number = 0;
  const auto next_record = [&] {  // each other text, so that no dictionary makes them small
    return Format("{{\"s\":\"{}-{}\"}}", ++number, std::string(20'000, 'x'));
  };
  ASSERT_TRUE(Append("full", {next_record()}).has_value());
  EXPECT_EQ(Count("full").live, 1);  // the column exists before the store goes away
  store_faults_.Fail({.what = store::StoreFault::What::kUnavailable, .from_then_on = true});
  Result<Appended> last = Appended{};
  int64_t taken = 1;
  for (int i = 0; i < 200 && last; ++i) {
    last = Append("full", {next_record()});
    taken += last ? 1 : 0;
  }
  ASSERT_FALSE(last.has_value());
  EXPECT_EQ(last.error().kind(), ErrorKind::kOverloaded);
  EXPECT_EQ(Count("full").live, taken);
  store_faults_.Clear();
  WaitUntil([&] { return Append("full", {next_record()}).has_value(); });
}

}  // namespace
}  // namespace tarn::flow
