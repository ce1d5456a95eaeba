// Tables that cannot be used, and catalogs that went back: acknowledged rows are never removed, and
// the other tables go on.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/metrics.h"
#include "flow/definition.h"
#include "flow/flow_testing.h"

namespace tarn::flow {
namespace {

using catalog::CatalogCall;
using catalog::CatalogFaults;

namespace fs = std::filesystem;

class HeldBack : public StreamsTest {
 protected:
  // What the newest metadata file of a table is called, and what stands in it.
  fs::path MetadataFile(const std::string& table) {
    const auto loaded = catalog_->LoadTable({"default", table});
    return loaded.value().metadata_uri.substr(std::string_view("file://").size());
  }
  static std::string Read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void Write(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  }
};

TEST_F(HeldBack, ATableWithDamagedMetadataKeepsItsRecordsAndTheOthersGoOn) {
  Create("broken");
  Create("sound");
  ASSERT_TRUE(Append("broken", {R"({"n":1})", "bad"}).has_value());
  ASSERT_TRUE(Append("sound", {R"({"n":1})"}).has_value());
  EXPECT_EQ(Count("broken").live, 1);
  const fs::path metadata = MetadataFile("broken");
  const std::string good = Read(metadata);
  Crash(1);
  Write(metadata, "{");
  StartAndWait();
  EXPECT_EQ(Count("sound").all(), 1);
  ASSERT_TRUE(Append("sound", {R"({"n":2})"}).has_value());
  EXPECT_EQ(Append("broken", {R"({"n":2})"}).error().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(conductor_->Look({"default", "broken"}).error().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(conductor_->Look({"default", "broken_rejects"}).error().kind(),
            ErrorKind::kUnavailable);
  EXPECT_EQ(conductor_->Delete("broken").error().kind(), ErrorKind::kUnavailable);
  const auto info = conductor_->Find("broken");
  ASSERT_TRUE(info.has_value());
  EXPECT_FALSE(info->health.has_value());
  EXPECT_TRUE(info->held_back);
  EXPECT_FALSE(conductor_->Find("sound")->held_back);
  Stop();
  Write(metadata, good);
  StartAndWait();
  EXPECT_EQ(Count("broken").all(), 1);
  EXPECT_EQ(Count("broken_rejects").all(), 1);
  EXPECT_EQ(Count("sound").all(), 2);
  EXPECT_TRUE(Append("broken", {R"({"n":2})"}).has_value());
}

TEST_F(HeldBack, AStreamThatIsHeldBackCanBeDeletedByForceAndPinsTheLogNoLonger) {
  options_.log.retain_age = std::chrono::seconds(0);
  options_.log.retain_bytes_max = 0;
  StartAndWait();
  Create("broken");
  Create("sound");
  ASSERT_TRUE(Append("broken", {R"({"n":1})"}).has_value());
  ASSERT_TRUE(Append("sound", {R"({"n":1})"}).has_value());
  EXPECT_EQ(Count("broken").live, 1);
  const fs::path metadata = MetadataFile("broken");
  Crash(7);
  Write(metadata, "{");
  StartAndWait();
  EXPECT_EQ(conductor_->Delete("broken").error().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(conductor_->ForceDelete("absent").error().kind(), ErrorKind::kNotFound);
  ASSERT_TRUE(conductor_->ForceDelete("broken").has_value());
  ASSERT_TRUE(conductor_->ForceDelete("sound").has_value());  // it lands first
  EXPECT_TRUE(conductor_->List().empty());
  WaitUntil([&] { return conductor_->log().bytes() == 0; });
  StartAndWait();
  Create("sound");
  EXPECT_EQ(Count("sound").landed, 1);
}

TEST_F(HeldBack, OneStreamThatDoesNotFitHoldsAllStreamsOfItsTable) {
  Create("first");
  StreamDefinition second = StreamInto("first", "second");
  ASSERT_TRUE(conductor_->Create(second).has_value());
  ASSERT_TRUE(Append("second", {R"({"n":1})"}).has_value());
  const auto stored = catalog_->ListStreams().value();
  const auto row = std::ranges::find(stored, "second", &catalog::StreamRow::name);
  Crash(2);
  StartAndWait();
  // Now its definition asks for a type that the column does not have.
  second.columns = schema::ParseColumns("n string").value();
  second.partition_by = "day(_received_at) as _day";
  ASSERT_TRUE(catalog_->UpdateStream(row->id, ToJson(second)).has_value());
  Crash(3);
  StartAndWait();
  EXPECT_EQ(Append("first", {R"({"n":1})"}).error().kind(), ErrorKind::kUnavailable);
  second.columns.clear();
  ASSERT_TRUE(catalog_->UpdateStream(row->id, ToJson(second)).has_value());
  StartAndWait();
  EXPECT_EQ(Count("first").all(), 1);
}

TEST_F(HeldBack, ATableThatCannotLandDoesNotHoldBackTheReplayOfOthers) {
  Create("stuck");
  Create("sound");
  constexpr int kRecords = 30;
  for (int i = 0; i < kRecords; ++i) {
    const auto record = Format("{{\"s\":\"{}-{}\"}}", i, std::string(20'000, 'x'));
    ASSERT_TRUE(Append("stuck", {record}).has_value());
  }
  ASSERT_TRUE(Append("sound", {R"({"s":"behind them"})"}).has_value());
  Crash(4);
  store_faults_.Fail({.what = store::StoreFault::What::kUnavailable,
                      .from_then_on = true,
                      .of = store::StoreCall::kPutIfAbsent});
  options_.memory_bytes_max = 256 * kKiB;
  options_.replay_patience = std::chrono::seconds(1);
  Start();
  EXPECT_EQ(Live("sound"), 1);  // waits for the replay, which gives up on the other table
  EXPECT_EQ(Append("stuck", {"{}"}).error().kind(), ErrorKind::kUnavailable);
  store_faults_.Clear();
  StartAndWait();
  EXPECT_EQ(Count("stuck").all(), kRecords);
  EXPECT_EQ(Count("sound").all(), 1);
}

TEST_F(HeldBack, ATableThatWasHeldBackWhileItLaggedDoesNotKeepTheServerUnready) {
  Create("stuck");
  Create("sound");
  catalog_faults_.Fail(CatalogCall::kAddColumns, ErrorKind::kUnavailable);
  for (int i = 0; i < 30; ++i) {  // none of them becomes a row
    const auto record = Format("{{\"s\":\"{}-{}\"}}", i, std::string(20'000, 'x'));
    ASSERT_TRUE(Append("stuck", {record}).has_value());
  }
  ASSERT_TRUE(Append("sound", {"bad"}).has_value());
  Crash(5);
  options_.memory_bytes_max = 256 * kKiB;
  options_.replay_patience = std::chrono::milliseconds(300);
  constexpr int kOfTheStart = 2;  // to open the tables
  catalog_faults_.Fail(CatalogCall::kAddColumns, ErrorKind::kUnavailable,
                       CatalogFaults::When::kBefore, kOfTheStart);
  StartAndWait();
  EXPECT_EQ(Append("stuck", {"{}"}).error().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(Count("sound_rejects").all(), 1);
  catalog_faults_.Clear();
  StartAndWait();
  EXPECT_EQ(Count("stuck").all(), 30);
}

TEST_F(HeldBack, ATableThatWentBackAloneGetsItsRowsAndNoRejectTwice) {
  Create("back");
  const std::string before = Read(MetadataFile("back"));
  ASSERT_TRUE(Append("back", {R"({"n":1})", "bad", R"({"n":2})"}).has_value());
  Stop();
  StartAndWait();
  const fs::path newest = MetadataFile("back");
  ASSERT_TRUE(Append("back", {"bad", "bad"}).has_value());
  Crash(6);
  Write(newest, before);  // its rejects table keeps the first reject
  StartAndWait();
  EXPECT_EQ(Count("back").all(), 2);
  EXPECT_EQ(Count("back_rejects").all(), 3);
  EXPECT_TRUE(Metrics().Render().contains("tarn_rejects_seen_again_total{table=\"back\"} 1\n"));
  Stop();
  StartAndWait();
  EXPECT_EQ(Count("back").landed, 2);
  EXPECT_EQ(Count("back_rejects").landed, 3);
}

TEST_F(HeldBack, ATableWhoseSegmentsAreUsedAgainTakesANewStream) {
  options_.log.retain_age = std::chrono::seconds(0);
  options_.log.retain_bytes_max = 0;
  StartAndWait();
  Create("first");
  ASSERT_TRUE(Append("first", {R"({"n":1})"}).has_value());
  Stop();
  for (int i = 0; i < 3; ++i) {  // nothing is appended: no segment is left
    StartAndWait();
    WaitUntil([&] { return conductor_->log().bytes() == 0; });
    Stop();
  }
  StartAndWait();
  ASSERT_EQ(conductor_->log().durable(), Lsn());
  ASSERT_TRUE(conductor_->Delete("first").has_value());
  Create("first");
  ASSERT_TRUE(Append("first", {R"({"n":2})"}).has_value());
  EXPECT_EQ(Count("first").all(), 2);
}

TEST_F(HeldBack, AnOlderCatalogGetsItsRowsBackFromTheLog) {
  Create("kept");
  Stop();
  fs::copy_file(root_ + "/catalog.db", root_ + "/older.db");
  StartAndWait();
  ASSERT_TRUE(Append("kept", {R"({"n":1})", "bad"}).has_value());
  Stop();
  ASSERT_EQ(FilesOnDisk("kept"), 1U);
  fs::rename(root_ + "/older.db", root_ + "/catalog.db");
  StartAndWait();
  EXPECT_EQ(Count("kept").all(), 1);
  EXPECT_EQ(Count("kept_rejects").all(), 1);
  Stop();
  EXPECT_EQ(FilesOnDisk("kept"), 1U)
      << "the file of the forgotten commit is gone: no row is doubled";
}

TEST_F(HeldBack, FilesWhoseRowsTheLogNoLongerHasAreKept) {
  Create("kept");
  Create("busy", 0);
  Stop();
  fs::copy_file(root_ + "/catalog.db", root_ + "/older.db");
  options_.log.retain_age = std::chrono::seconds(0);
  options_.log.retain_bytes_max = 0;
  StartAndWait();
  ASSERT_TRUE(Append("kept", {R"({"n":1})", "bad"}).has_value());
  Stop();
  StartAndWait();
  for (int i = 0; i < 40; ++i) {  // several segments: the first ones are used again
    const auto record = Format("{{\"s\":\"{}\"}}", std::string(60'000, 'x'));
    WaitUntil([&] { return Append("busy", {record}).has_value(); });
    if (i % 4 == 3) std::this_thread::sleep_for(std::chrono::milliseconds(400));
  }
  Stop();
  ASSERT_EQ(FilesOnDisk("kept"), 1U);
  ASSERT_EQ(FilesOnDisk("kept_rejects"), 1U);
  fs::rename(root_ + "/older.db", root_ + "/catalog.db");
  StartAndWait();
  ASSERT_EQ(Count("kept").all(), 0) << "the log has the rows still: this test tests nothing";
  EXPECT_EQ(FilesOnDisk("kept"), 1U);
  EXPECT_EQ(FilesOnDisk("kept_rejects"), 1U);
}

TEST_F(HeldBack, ASecondStreamBringsItsColumnsToTheTable) {
  Create("first");
  ASSERT_TRUE(Append("first", {R"({"n":1})"}).has_value());
  StreamDefinition second = StreamInto("first", "second");
  second.columns = schema::ParseColumns("user struct<id:string>, n long").value();
  ASSERT_TRUE(conductor_->Create(second).has_value());
  ASSERT_TRUE(Append("first", {R"({"n":2})"}).has_value());
  ASSERT_TRUE(Append("second", {R"({"user":{"id":"a"},"n":3})"}).has_value());
  EXPECT_EQ(Count("first").live, 3);
  StreamDefinition clashing = StreamInto("first", "clashing");
  clashing.columns = schema::ParseColumns("n string").value();
  EXPECT_EQ(conductor_->Create(clashing).error().kind(), ErrorKind::kInvalid);
  StreamDefinition partitioned = StreamInto("first", "partitioned");
  partitioned.columns = schema::ParseColumns("new_one string").value();
  partitioned.partition_by = "n";
  EXPECT_EQ(conductor_->Create(partitioned).error().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(catalog_->LoadTable({"default", "first"})->schema.Find("new_one"), nullptr);
  EXPECT_EQ(catalog_->ListStreams()->size(), 2U) << "a refused stream leaves nothing behind";
}

}  // namespace
}  // namespace tarn::flow
