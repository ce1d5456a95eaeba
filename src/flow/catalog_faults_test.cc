// Streams over a catalog that refuses, loses its answers or takes its time.
#include <gtest/gtest.h>

#include <thread>

#include "flow/flow_testing.h"

namespace tarn::flow {
namespace {

using catalog::CatalogCall;
using When = catalog::CatalogFaults::When;

class FaultyCatalogs : public StreamsTest {
 protected:
  /// Hand over a request and do not wait for its answer.
  void Send(const std::string& stream, const std::string& record) {
    auto block = std::make_shared<schema::RecordBlock>();
    block->Add(record);
    const Status queued = conductor_->Append(stream, schema::Source::kHttp, wal::Content::kJson,
                                             os::SystemClock().NowMicros(), {}, block,
                                             [](const Result<Appended>& /*done*/) {});
    EXPECT_TRUE(queued.has_value()) << queued.error().message();
  }
};

TEST_F(FaultyCatalogs, AColumnThatIsRefusedAgainAndAgainDoesNotStopTheTable) {
  options_.refused_column_wait = std::chrono::milliseconds(0);
  StartAndWait();
  Create("refused");
  ASSERT_TRUE(Append("refused", {R"({"a":1})"}).has_value());
  EXPECT_EQ(Live("refused"), 1);
  catalog_faults_.Fail(CatalogCall::kAddColumns, ErrorKind::kInvalid);
  ASSERT_TRUE(Append("refused", {R"({"a":2,"b":1})", "bad"}).has_value());
  EXPECT_EQ(Live("refused"), 2);
  EXPECT_TRUE(conductor_->Find("refused")->health.has_value());
  catalog_faults_.Clear();
  ASSERT_TRUE(Append("refused", {R"({"b":2})"}).has_value());
  EXPECT_EQ(Live("refused"), 3);
  EXPECT_NE(catalog_->LoadTable({"default", "refused"})->schema.Find("b"), nullptr);
}

TEST_F(FaultyCatalogs, AColumnThatIsRefusedIsNotAskedForWithEveryPortionAndStopsNoOther) {
  Create("refused");
  catalog_faults_.RefuseColumn("bad");
  ASSERT_TRUE(Append("refused", {R"({"a":1,"bad":1,"c":1,"d":1})"}).has_value());
  EXPECT_EQ(Live("refused"), 1);
  const auto has_column = [&](const char* name) {
    return catalog_->LoadTable({"default", "refused"})->schema.Find(name) != nullptr;
  };
  for (const char* good : {"a", "c", "d"}) EXPECT_TRUE(has_column(good)) << good;
  const int calls = catalog_faults_.calls(CatalogCall::kAddColumns);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(Append("refused", {R"({"a":2,"bad":1})"}).has_value());
    EXPECT_EQ(Live("refused"), 2 + i);
  }
  EXPECT_EQ(catalog_faults_.calls(CatalogCall::kAddColumns), calls);
  ASSERT_TRUE(Append("refused", {R"({"bad":1,"late":1})"}).has_value());
  EXPECT_EQ(Live("refused"), 12);
  EXPECT_TRUE(has_column("late"));
  EXPECT_FALSE(has_column("bad"));
}

TEST_F(FaultyCatalogs, WithAThousandColumnsRefusedNoOtherIsAskedFor) {
  const auto record_of = [](int first, int end) {
    std::string record = R"({"a":1)";
    for (int i = first; i < end; ++i) record += Format(R"(,"bad{}":1)", i);
    return record + "}";
  };
  const auto has_late = [&](const std::string& stream) {
    return catalog_->LoadTable({"default", stream})->schema.Find("late") != nullptr;
  };
  for (const int columns : {999, 1000}) {
    const std::string stream = Format("refused{}", columns);
    Create(stream);
    ASSERT_TRUE(Append(stream, {R"({"a":1})"}).has_value());
    EXPECT_EQ(Live(stream), 1);
    catalog_faults_.Fail(CatalogCall::kAddColumns, ErrorKind::kInvalid);
    ASSERT_TRUE(Append(stream, {record_of(0, 600)}).has_value());  // a table has no room for all
    EXPECT_EQ(Live(stream), 2);
    ASSERT_TRUE(Append(stream, {record_of(600, columns)}).has_value());
    EXPECT_EQ(Live(stream), 3);
    catalog_faults_.Clear();
    ASSERT_TRUE(Append(stream, {R"({"late":1})"}).has_value());
    EXPECT_EQ(Live(stream), 4) << "its value is in _rest";
    EXPECT_EQ(has_late(stream), columns < 1000) << columns;
  }
}

TEST_F(FaultyCatalogs, AMemberThatHasAPartitionsNameInAnotherCaseDoesNotStopTheTable) {
  Create("days");
  ASSERT_TRUE(Append("days", {R"({"_DAY":1,"n":2})"}).has_value());
  EXPECT_EQ(Live("days"), 1);
  EXPECT_TRUE(conductor_->Find("days")->health.has_value());
}

TEST_F(FaultyCatalogs, AStreamWhoseDeleteWasDoneThoughTheAnswerWasLostIsGone) {
  Create("gone");
  ASSERT_TRUE(Append("gone", {R"({"a":1})"}).has_value());
  catalog_faults_.Fail(CatalogCall::kRemoveStream, ErrorKind::kUnknownOutcome, When::kAfter);
  EXPECT_TRUE(conductor_->Delete("gone").has_value());
  EXPECT_EQ(Append("gone", {"{}"}).error().kind(), ErrorKind::kNotFound);
}

TEST_F(FaultyCatalogs, AStreamWhoseDeleteWasNotDoneGoesOn) {
  Create("stays");
  catalog_faults_.Fail(CatalogCall::kRemoveStream, ErrorKind::kUnknownOutcome, When::kBefore);
  EXPECT_EQ(conductor_->Delete("stays").error().kind(), ErrorKind::kUnavailable);
  EXPECT_TRUE(Append("stays", {R"({"a":1})"}).has_value());
  StartAndWait();
  EXPECT_EQ(Count("stays").all(), 1);
}

TEST_F(FaultyCatalogs, AStreamThatMayBeDeletedTakesNoRecordsUntilThatIsKnown) {
  Create("limbo");
  catalog_faults_.Fail(CatalogCall::kRemoveStream, ErrorKind::kUnknownOutcome, When::kAfter);
  catalog_faults_.Fail(CatalogCall::kListStreams, ErrorKind::kUnavailable);
  EXPECT_FALSE(conductor_->Delete("limbo").has_value());
  EXPECT_FALSE(Append("limbo", {R"({"a":1})"}).has_value()) << "the next start would lose it";
  // A second attempt that fails in another way settles nothing of the first.
  catalog_faults_.Fail(CatalogCall::kRemoveStream, ErrorKind::kUnavailable);
  EXPECT_FALSE(conductor_->Delete("limbo").has_value());
  EXPECT_FALSE(Append("limbo", {R"({"a":1})"}).has_value()) << "the next start would lose it";
  catalog_faults_.Clear();
  EXPECT_TRUE(conductor_->Delete("limbo").has_value()) << "there is no such row: it is deleted";
  EXPECT_EQ(conductor_->Find("limbo").error().kind(), ErrorKind::kNotFound);
}

TEST_F(FaultyCatalogs, AStreamThatWasMadeThoughTheAnswerWasLostIsTaken) {
  catalog_faults_.Fail(CatalogCall::kAddStream, ErrorKind::kUnknownOutcome, When::kAfter);
  Create("made");
  EXPECT_TRUE(Append("made", {R"({"a":1})"}).has_value());
  catalog_faults_.Fail(CatalogCall::kListStreams, ErrorKind::kUnavailable);
  StreamDefinition later;
  later.name = "later";
  EXPECT_FALSE(conductor_->Create(later).has_value());
  catalog_faults_.Clear();
  later.buffer_seconds = 7;
  EXPECT_TRUE(conductor_->Create(later).has_value()) << "the row of the first attempt is in no way";
  EXPECT_TRUE(Append("later", {R"({"a":1})"}).has_value());
  StartAndWait();
  EXPECT_EQ(conductor_->Find("later")->definition.buffer_seconds, 7);
  EXPECT_EQ(Count("later").all(), 1);
  EXPECT_EQ(Count("made").all(), 1);
}

TEST_F(FaultyCatalogs, AnEndDuringASchemaChangeLeavesTheRestToTheLog) {
  Create("slow");
  catalog_faults_.Delay(CatalogCall::kAddColumns, std::chrono::milliseconds(300));
  ASSERT_TRUE(Append("slow", {R"({"a":1})"}).has_value());  // waits for its column
  ASSERT_TRUE(Append("slow", {R"({"b":1})"}).has_value());  // waits behind it
  conductor_.reset();
  catalog_faults_.Clear();
  StartAndWait();
  EXPECT_EQ(Count("slow").all(), 2);
}

TEST_F(FaultyCatalogs, RowsBeforeASlowSchemaChangeDoNotLandEarly) {
  options_.landing_threads = 1;
  StartAndWait();
  Create("busy");
  Create("first");
  ASSERT_TRUE(conductor_->Create(StreamInto("first", "second")).has_value());
  catalog_faults_.Delay(CatalogCall::kAddColumns, std::chrono::milliseconds(200));
  Send("busy", R"({"a":1})");  // takes the one thread, so that the next ones wait together
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  Send("first", R"({"b":1})");
  Send("second", R"({"c":1})");
  WaitUntil([&] { return Live("first") == 2; });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(Count("first").landed, 0);
}

}  // namespace
}  // namespace tarn::flow
