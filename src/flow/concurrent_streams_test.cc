// Streams under what happens at the same time: other writers, queries and deletes during a replay,
// appends during a delete.
#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "flow/flow_testing.h"

namespace tarn::flow {
namespace {

class ConcurrentStreams : public StreamsTest {};

TEST_F(ConcurrentStreams, AColumnThatAnotherWriterAddedWithAnotherTypeDoesNotStopTheTable) {
  Create("clash");
  ASSERT_TRUE(Append("clash", {R"({"a":1})"}).has_value());
  EXPECT_EQ(Live("clash"), 1);
  ASSERT_TRUE(catalog_  // as Spark does: ALTER TABLE clash ADD COLUMN b string
                  ->AddColumns(catalog_->LoadTable({"default", "clash"}).value(),
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
  Crash(1);
  Start();  // HTTP is open before Ready says yes
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
  Crash(1);
  Start();
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

// in  table: of `default`
size_t SnapshotsOf(catalog::Catalog& catalog, const std::string& table) {
  return catalog.LoadTable({"default", table})->snapshots.size();
}

TEST_F(ConcurrentStreams, LandsOnceEarlyWhenAskedToAndThenAsOftenAsBefore) {
  Create("steady");
  ASSERT_TRUE(conductor_->Create(StreamInto("steady", "other")).has_value());
  std::atomic<bool> stop{false};
  std::jthread sender([&] {
    while (!stop) (void)Append("steady", {R"({"n":1})"}).has_value();
  });
  WaitUntil([&] { return Live("steady") > 0; });
  ASSERT_TRUE(conductor_->Delete("other").has_value());  // lands what the table has
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const size_t before = SnapshotsOf(*catalog_, "steady");
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_LE(SnapshotsOf(*catalog_, "steady"), before + 1);
  stop = true;
}

TEST_F(ConcurrentStreams, ADeleteDoesNotWaitForWhatTheTableGetsFromOthersMeanwhile) {
  Create("busy");
  ASSERT_TRUE(conductor_->Create(StreamInto("busy", "going")).has_value());
  ASSERT_TRUE(Append("going", {R"({"n":1})"}).has_value());
  std::atomic<bool> stop{false};
  std::jthread sender([&] {
    while (!stop) {
      (void)Append("busy", {R"({"n":1})"}).has_value();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  WaitUntil([&] { return Live("busy") > 1; });
  // A landing has several such calls: it takes longer than Delete waits at a time.
  store_faults_.Fail({.what = store::StoreFault::What::kDelay,
                      .from_then_on = true,
                      .of = store::StoreCall::kPutIfAbsent,
                      .delay = std::chrono::milliseconds(700)});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(conductor_->Delete("going").has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
  store_faults_.Clear();
  stop = true;
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
