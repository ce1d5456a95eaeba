#include "app/continuous_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/declaration.h"

namespace tarn::app {
namespace {

using testing::HasSubstr;

SourceConfig Pings() { return {.stream = "pings", .source = "s3://raw/%Y/%m/%d/%H/"}; }

/// What is wrong with a source that is changed so: `stream.pings.poll: …`.
std::string Wrong(const std::function<void(SourceConfig&)>& change) {
  Config config;
  config.sources = {Pings()};
  change(config.sources.front());
  const auto wrong = FindWrongSetting(config, config.sources.front());
  return wrong ? wrong->name + ": " + wrong->why.message() : "";
}

/// Streams of which none is there before it can be made.
class BareStreams final : public flow::Streams {
 public:
  Status trouble;  ///< of Create
  int made = 0;

  Result<flow::StreamInfo> Create(flow::StreamDefinition definition) override {
    TRY(trouble);
    ++made;
    stream_ = flow::StreamInfo{.definition = std::move(definition)};
    return *stream_;
  }
  Result<flow::StreamInfo> Find(const std::string& name) override {
    if (stream_ && stream_->definition.name == name) return *stream_;
    return Fail(ErrorKind::kNotFound, "there is no stream '{}'", name);
  }
  void HoldBack() {
    stream_->held_back = true;
    stream_->health = Fail(ErrorKind::kCorrupt, "its table is not what it was");
  }
  std::vector<flow::StreamInfo> List() override { return {}; }
  Status Delete(const std::string& /*name*/) override { return {}; }
  Status ForceDelete(const std::string& /*name*/) override { return {}; }
  Status Append(const std::string& /*stream*/, schema::Source /*source*/, wal::Content /*content*/,
                int64_t /*received_at_us*/, wal::RequestKey /*request*/,
                std::shared_ptr<const schema::RecordBlock> /*block*/, Done /*done*/) override {
    return Fail(ErrorKind::kUnsupported, "no records");
  }
  Result<std::unique_ptr<flow::RowTail>> Follow(const std::string& /*name*/) override {
    return Fail(ErrorKind::kUnsupported, "no rows");
  }
  uint64_t LiveRowsOf(const schema::TableName& /*table*/) const override { return 0; }
  uint64_t log_bytes() const override { return 0; }
  std::string node_id() const override { return ""; }
  Status Ready() override { return {}; }

 private:
  std::optional<flow::StreamInfo> stream_;
};

TEST(ContinuousSources, AStreamThatCannotBeMadeSaysWhyAndIsMadeOnceItCan) {
  BareStreams streams;
  const flow::StreamDefinition wanted = DefinitionOf({}, Pings()).value();
  streams.trouble = Fail(ErrorKind::kUnavailable, "the catalog is busy");
  EXPECT_EQ(FindOrMake(streams, wanted).error().message(),
            "making the stream: the catalog is busy");
  streams.trouble = {};
  EXPECT_TRUE(FindOrMake(streams, wanted));
  EXPECT_EQ(FindOrMake(streams, wanted)->table.table, "pings");
  EXPECT_EQ(streams.made, 1);
  streams.HoldBack();
  EXPECT_EQ(FindOrMake(streams, wanted).error().message(), "its table is not what it was");
}

TEST(ContinuousSources, SettingsThatAreWrongAreNamed) {
  EXPECT_EQ(Wrong([](SourceConfig&) {}), "");
  const struct {
    std::function<void(SourceConfig&)> change;
    const char* message;
  } cases[] = {
      {[](auto& s) { s.source = ""; }, "stream.pings.source: it is missing"},
      {[](auto& s) { s.source = "raw/x"; }, "stream.pings.source: 'raw/x' is no place of objects"},
      {[](auto& s) { s.stream = "a b"; }, "stream.a b.columns: 'a b' is no stream name"},
      {[](auto& s) { s.lookback = "2"; }, "stream.pings.lookback: '2' is no duration: write 45s"},
      {[](auto& s) { s.lookback = "1000d"; }, "stream.pings.lookback: '1000d' is not between"},
      {[](auto& s) { s.poll = "0s"; }, "stream.pings.poll: '0s' is not between 1s and 86400s"},
      {[](auto& s) { s.settle = "-1s"; }, "stream.pings.settle: '-1s' is no duration"},
      {[](auto& s) { s.schedule = "hourly"; }, "stream.pings.schedule: 'hourly' is no cron line"},
      {[](auto& s) { s.dead_letter = "dead"; }, "stream.pings.dead_letter: 'dead' is no place"},
      {[](auto& s) { s.dead_letter = "s3://raw/dead/"; }, "lies in the source itself"},
      {[](auto& s) { s.commit_objects = 0; }, "stream.pings.commit_objects: 0 is not between 1"},
      {[](auto& s) { s.commit_objects = 10'001; }, "10001 is not between 1 and 10000"},
      {[](auto& s) { s.commit_bytes = 1; }, "stream.pings.commit_size: 1 is not between"},
      {[](auto& s) { s.object_bytes_max = 0; }, "stream.pings.object_max: 0 is not between"},
      {[](auto& s) { s.columns = "a"; }, "stream.pings.columns: "},
      {[](auto& s) { s.stream = "ingest", s.columns = "a string"; },
       "stream.ingest.columns: those of the stream ingest are said in [ingest]"},
      {[](auto& s) { s.stream = "ingest", s.partition_by = ""; }, "stream.ingest.partition_by: "},
  };
  for (const auto& c : cases) EXPECT_THAT(Wrong(c.change), HasSubstr(c.message));
  EXPECT_EQ(Wrong([](auto& s) { s.source = "s3://raw/in/", s.dead_letter = "s3://raw/dead/"; }),
            "");
}

TEST(ContinuousSources, TooManySourcesAreRefused) {
  Config config;
  for (int i = 0; i < 64; ++i)
    config.sources.push_back({.stream = Format("s{}", i), .source = "s3://raw/in/"});
  EXPECT_FALSE(FindWrongSetting(config, config.sources.back()));
  config.sources.push_back({.stream = "one-more", .source = "s3://raw/in/"});
  EXPECT_EQ(FindWrongSetting(config, config.sources.back())->why.message(),
            "over 64 streams have sources");
}

TEST(ContinuousSources, ATableHasOneSource) {
  Config config;
  config.sources = {Pings(), Pings()};
  config.sources[1].stream = "Pings";
  EXPECT_FALSE(FindWrongSetting(config, config.sources[0]));
  EXPECT_THAT(FindWrongSetting(config, config.sources[1])->why.message(),
              HasSubstr("the source of stream 'pings' feeds the table default.pings too"));
}

TEST(ContinuousSources, DeadLettersOfOneSourceAreNoObjectsOfAnother) {
  Config config;
  config.sources = {Pings(), {.stream = "again", .source = "s3://dead-letter/pings/%Y/"}};
  EXPECT_EQ(FindWrongSetting(config, config.sources[0])->why.message(),
            "'s3://dead-letter/pings/' lies in the source of stream 'again': choose another bucket "
            "or prefix");
  config.sources[1].source = "s3://dead-letter/other/";
  EXPECT_FALSE(FindWrongSetting(config, config.sources[0]));
  EXPECT_FALSE(FindWrongSetting(config, config.sources[1]));
}

TEST(ContinuousSources, ColumnsAreThoseOfIngestUnlessOthersAreSaid) {
  Config config;
  config.ingest_columns = "a string";
  config.ingest_partition_by = "a";
  const auto columns = [&](const SourceConfig& source) {
    const auto definition = DefinitionOf(config, source).value();
    EXPECT_TRUE(definition.inferred);
    return schema::ColumnsText(definition.columns) + " by " + *definition.partition_by;
  };
  SourceConfig source = Pings();
  EXPECT_EQ(columns(source), "a string by a");
  source.columns = "b bigint";
  EXPECT_EQ(columns(source), "b bigint by day(_received_at) as _day");
  source.columns = "";
  source.partition_by = "day(_received_at) as d";
  EXPECT_EQ(columns(source), " by day(_received_at) as d");
}

}  // namespace
}  // namespace tarn::app
