#include "schema/record.h"

#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

TEST(Record, SourcesHaveTheNamesOnDisk) {
  EXPECT_EQ(SourceName(Source::kFirehose), "firehose");
  EXPECT_EQ(SourceName(Source::kHttp), "http");
  EXPECT_EQ(SourceName(Source::kIngest), "ingest");
  EXPECT_EQ(SourceName(Source::kOtlp), "otlp");
  EXPECT_EQ(SourceName(Source::kFile), "file");
  EXPECT_EQ(SourceName(static_cast<Source>(99)), "unknown");  // of a log that a newer Tarn wrote
}

TEST(Record, ReasonsHaveTheNamesOfTheRejectsTable) {
  const struct {
    RejectReason reason;
    const char* name;
  } cases[] = {{RejectReason::kNotJson, "not_json"},
               {RejectReason::kNotOneObject, "not_one_object"},
               {RejectReason::kNotUtf8, "not_utf8"},
               {RejectReason::kTooDeep, "too_deep"},
               {RejectReason::kWrongType, "wrong_type"},
               {RejectReason::kOutOfRange, "out_of_range"},
               {RejectReason::kMissingRequired, "missing_required"},
               {RejectReason::kSelectFailed, "select_failed"}};
  for (const auto& [reason, name] : cases) EXPECT_EQ(ReasonName(reason), name);
}

TEST(Record, IdsAreNodeAndLsnInHex) {
  EXPECT_EQ(RecordIdText("00ff00ff00ff00ff", Lsn((uint64_t{1} << kLsnCounterBits) + 10)),
            "00ff00ff00ff00ff000010000000000a");
}

TEST(Record, BlocksGiveBackWhatWasAdded) {
  RecordBlock block;
  block.Add("{\"a\":1}");
  block.Add("");
  block.Add("{}");
  ASSERT_EQ(block.records.size(), 3u);
  EXPECT_EQ(block.record(0), "{\"a\":1}");
  EXPECT_EQ(block.record(1), "");
  EXPECT_EQ(block.record(2), "{}");
}

}  // namespace
}  // namespace tarn::schema
