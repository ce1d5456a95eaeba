// Streams from append to commit, over faulty disks and stores.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "base/metrics.h"
#include "catalog/store/pointer_store.h"
#include "flow/flow_testing.h"

namespace tarn::flow {
namespace {

class ConductorTest : public StreamsTest {
 protected:
  static StreamDefinition Partitioned(const std::string& name, const std::string& partition_by) {
    StreamDefinition definition;
    definition.name = name;
    definition.partition_by = partition_by;
    return definition;
  }
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

TEST_F(ConductorTest, TypesJsonInTextsOverAStructAndAfterARestart) {
  Create("objects", 900);
  ASSERT_TRUE(Append("objects", {R"({"p":{"os":"x","v":1}})"}).has_value());
  StreamDefinition texts = StreamInto("objects", "texts");
  texts.inferred = false;
  texts.columns = schema::ParseColumns("p json<os string>").value();
  EXPECT_EQ(Count("objects").all(), 1);  // the column is there
  ASSERT_TRUE(conductor_->Create(texts).has_value());
  const std::vector<std::string> records = {R"({"p":"{\"os\":\"y\",\"v\":2}"})"};
  ASSERT_TRUE(Append("texts", records).has_value());
  EXPECT_EQ(Count("objects").all(), 2);
  Stop();
  StartAndWait();
  ASSERT_TRUE(Append("texts", records).has_value());
  EXPECT_EQ(Count("objects").all(), 3);
  EXPECT_EQ(Count("objects_rejects").all(), 0);
  EXPECT_EQ(conductor_->Find("texts")->definition.columns, texts.columns);
}

TEST_F(ConductorTest, CountsWhichPathRecordsWent) {
  StreamDefinition counted;
  counted.name = "counted";
  counted.inferred = false;
  counted.columns = schema::ParseColumns("n bigint").value();
  ASSERT_TRUE(conductor_->Create(counted).has_value());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(Append("counted", {R"({"n":1})", R"({"n":"x"})", R"({"n":3})"}).has_value());
    EXPECT_EQ(Count("counted").all(), 2 * (i + 1));
  }
  const std::string metrics = Metrics().Render();
  EXPECT_TRUE(metrics.contains("tarn_shaped_records_total{stream=\"counted\",path=\"fast\"} 4\n"));
  EXPECT_TRUE(
      metrics.contains("tarn_shaped_records_total{stream=\"counted\",path=\"reference\"} 2\n"));
}

TEST_F(ConductorTest, TellsWhatHasNoColumnOfOneStreamAndNotInLists) {
  StreamDefinition definition;
  definition.name = "told";
  definition.inferred = false;
  definition.columns = schema::ParseColumns("n bigint").value();
  ASSERT_TRUE(conductor_->Create(definition).has_value());
  ASSERT_TRUE(Append("told", {R"({"n":1,"x":1})", R"({"x":1,"y":1})"}).has_value());
  EXPECT_EQ(Count("told").all(), 2);
  const auto paths = [&] { return conductor_->Find("told")->without_column.value(); };
  WaitUntil([&] { return paths().size() == 2; });
  EXPECT_EQ(paths().front().path, "x");
  EXPECT_EQ(paths().front().count, 2U);
  EXPECT_FALSE(conductor_->List().front().without_column.has_value());
  ASSERT_TRUE(conductor_->Delete("told").has_value());
  ASSERT_TRUE(conductor_->Create(definition).has_value());
  EXPECT_TRUE(paths().empty());
}

TEST_F(ConductorTest, GivesNoColumnsToAnotherTableThatHasTheNameNow) {
  Create("ours");
  Create("other");
  const schema::TableName name{"default", "ours"};
  const auto theirs = catalog_->LoadTable({"default", "other"});
  const auto pointers =
      catalog::OpenSqliteStore(root_ + "/catalog.db", catalog::StoreAccess::kReadWrite);
  ASSERT_EQ((*pointers)->Swap(
                {{name, catalog_->LoadTable(name)->metadata_uri, theirs->metadata_uri}}, {}),
            catalog::SwapOutcome::kApplied);
  StreamDefinition second = StreamInto("ours", "second");
  second.columns = schema::ParseColumns("n bigint").value();
  EXPECT_EQ(conductor_->Create(second).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(catalog_->LoadTable(name)->uuid, theirs->uuid);
  EXPECT_EQ(catalog_->LoadTable(name)->schema.Find("n"), nullptr);
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
    StartAndWait();
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
  options_.write.partitions_max = 50;
  StartAndWait();
  StreamDefinition definition = Partitioned("wide", "k");
  definition.columns = schema::ParseColumns("k string").value();
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
  EXPECT_EQ(FilesOnDisk("wide"), size_t{kPartitions})
      << "a glob over the directories sees each row once";
}

TEST_F(ConductorTest, MakesTheColumnsThatANewTablesPartitionsName) {
  StartAndWait();
  StreamDefinition definition = Partitioned("kinds", "kind, day(_received_at) as d");
  ASSERT_TRUE(conductor_->Create(definition).has_value());
  ASSERT_TRUE(Append("kinds", {R"({"kind":"a"})", R"({"kind":7})", R"({"other":1})"}).has_value());
  ASSERT_TRUE(conductor_->Stop(std::chrono::seconds(120)).has_value());
  EXPECT_EQ(Count("kinds").landed, 3);
  EXPECT_EQ(FilesOnDisk("kinds"), 3U) << "one of each kind, and one without";
  const auto table = catalog_->LoadTable({"default", "kinds"});
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(table->schema.Find("kind")->type, schema::Type::Of(schema::TypeKind::kString));
  StartAndWait();
  definition.name = "declared";
  definition.columns = schema::ParseColumns("knid string").value();
  const auto misspelt = conductor_->Create(definition);
  ASSERT_FALSE(misspelt.has_value());
  EXPECT_NE(misspelt.error().message().find("'kind' is no column"), std::string::npos);
}

TEST_F(ConductorTest, MakesATableWithoutPartitionsWhereAsked) {
  StartAndWait();
  ASSERT_TRUE(conductor_->Create(Partitioned("flat", "")).has_value());
  EXPECT_TRUE(catalog_->LoadTable({"default", "flat"})->spec.fields.empty());
  ASSERT_TRUE(Append("flat", {R"({"a":1})"}).has_value());
  ASSERT_TRUE(conductor_->Stop(std::chrono::seconds(120)).has_value());
  EXPECT_EQ(Count("flat").landed, 1);
}

TEST_F(ConductorTest, RefusesRecordsWhenMemoryIsFullAndTakesThemAgain) {
  options_.memory_bytes_max = 512 * kKiB;
  StartAndWait();
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
