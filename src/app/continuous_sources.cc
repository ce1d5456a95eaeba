#include "app/continuous_sources.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "app/ingest_stream.h"
#include "base/cron_line.h"
#include "base/time.h"
#include "flow/definition.h"
#include "schema/declaration.h"

namespace tarn::app {
namespace {

constexpr size_t kSourcesMax = 64;
constexpr const char* kIngest = "ingest";
constexpr int64_t kPollUsMax = kMicrosPerDay;

Status CheckDuration(const std::string& text, int64_t min_us, int64_t max_us) {
  const int64_t us = TRY(ParseDuration(text));
  if (us >= min_us && us <= max_us) return {};
  return Fail(ErrorKind::kInvalid, "'{}' is not between {}s and {}s", text,
              min_us / kMicrosPerSecond, max_us / kMicrosPerSecond);
}

Result<feed::ObjectPlace> DeadLettersOf(const SourceConfig& source) {
  if (!source.dead_letter.empty()) return feed::ParsePlace(source.dead_letter);
  return feed::ObjectPlace{"dead-letter", source.stream + "/"};
}

Status CheckStream(const Config& config, const SourceConfig& source) {
  if (config.sources.size() > kSourcesMax)
    return Fail(ErrorKind::kInvalid, "over {} streams have sources", kSourcesMax);
  const schema::TableName table = TRY(DefinitionOf(config, source)).table;
  for (const SourceConfig& other : config.sources) {
    if (&other == &source) return {};
    if (TRY(DefinitionOf(config, other)).table != table) continue;
    return Fail(ErrorKind::kInvalid,
                "the source of stream '{}' feeds the table {} too: a table has one source",
                other.stream, table.ToString());
  }
  return {};
}

Status CheckSource(const SourceConfig& source) {
  if (source.source.empty()) {
    return Fail(ErrorKind::kInvalid,
                "it is missing: where do the stream's objects lie? As in "
                "s3://raw/%Y/%m/%d/%H/");
  }
  return feed::SourcePattern::Parse(source.source).transform([](const auto&) {});
}

/// What is written there must not be read as an object of any source.
Status CheckDeadLetter(const Config& config, const SourceConfig& source) {
  const feed::ObjectPlace place = TRY(DeadLettersOf(source));
  for (const SourceConfig& reader : config.sources) {
    const auto pattern = feed::SourcePattern::Parse(reader.source);
    if (!pattern) continue;  // told as that one's
    const std::string fixed = pattern->FixedPart();
    const bool overlaps = place.prefix.starts_with(fixed) || fixed.starts_with(place.prefix);
    if (place.bucket != pattern->bucket() || !overlaps) continue;
    return Fail(ErrorKind::kInvalid, "'s3://{}/{}' lies in {}: choose another bucket or prefix",
                place.bucket, place.prefix,
                &reader == &source ? std::string("the source itself")
                                   : Format("the source of stream '{}'", reader.stream));
  }
  return {};
}

Status CheckSchedule(const SourceConfig& source) {
  if (source.schedule.empty()) return {};
  return CronLine::Parse(source.schedule).transform([](const auto&) {});
}

Status CheckColumns(const Config& config, const SourceConfig& source) {
  if (source.stream == kIngest && source.columns)
    return Fail(ErrorKind::kInvalid, "those of the stream ingest are said in [ingest]");
  return DefinitionOf(config, source).transform([](const auto&) {});
}

Status CheckPartitions(const SourceConfig& source) {
  if (source.stream != kIngest || !source.partition_by) return {};
  return Fail(ErrorKind::kInvalid, "those of the stream ingest are said in [ingest]");
}

Status CheckObjects(const SourceConfig& source) {
  const auto max = static_cast<int64_t>(feed::kCommitObjectsMax);
  if (source.commit_objects >= 1 && source.commit_objects <= max) return {};
  return Fail(ErrorKind::kInvalid, "{} is not between 1 and {}", source.commit_objects, max);
}

Status CheckBytes(uint64_t value, uint64_t min, uint64_t max) {
  if (value >= min && value <= max) return {};
  return Fail(ErrorKind::kInvalid, "{} is not between {} and {} bytes", value, min, max);
}

/// in  source: checked
Result<feed::TimedFeed> FeedOf(const Config& config, const SourceConfig& source,
                               flow::Streams& streams, const feed::FeedPlace& place) {
  feed::FeedOptions options{
      .stream = source.stream,
      .source = TRY(feed::SourcePattern::Parse(source.source)),
      .dead_letters = TRY(DeadLettersOf(source)),
      .lookback_us = TRY(ParseDuration(source.lookback)),
      .settle_us = TRY(ParseDuration(source.settle)),
      .commit_objects = static_cast<size_t>(source.commit_objects),
      .commit_bytes = source.commit_bytes,
      .object_bytes_max = source.object_bytes_max,
  };
  feed::Timing timing{.poll_us = TRY(ParseDuration(source.poll))};
  if (!source.schedule.empty()) timing.line = TRY(CronLine::Parse(source.schedule));
  auto definition = [&streams, wanted = TRY(DefinitionOf(config, source))] {
    return FindOrMake(streams, wanted);
  };
  return feed::TimedFeed{
      std::make_unique<feed::Feed>(std::move(options), std::move(definition), place), timing};
}

}  // namespace

std::optional<WrongSetting> FindWrongSetting(const Config& config, const SourceConfig& source) {
  constexpr uint64_t kBytesMax = uint64_t{1} << 40;
  const std::pair<const char*, Status> rules[] = {
      {"source", CheckSource(source)},
      {"columns", CheckColumns(config, source)},
      {"partition_by", CheckPartitions(source)},
      {"lookback", CheckDuration(source.lookback, 0, feed::kLookbackUsMax)},
      {"poll", CheckDuration(source.poll, kMicrosPerSecond, kPollUsMax)},
      {"settle", CheckDuration(source.settle, 0, kPollUsMax)},
      {"schedule", CheckSchedule(source)},
      {"dead_letter", CheckDeadLetter(config, source)},
      {"commit_objects", CheckObjects(source)},
      {"commit_size", CheckBytes(source.commit_bytes, kMiB, 64 * kGiB)},
      {"object_max", CheckBytes(source.object_bytes_max, kMiB, kBytesMax)},
      {"source", CheckStream(config, source)},
  };
  for (const auto& [name, checked] : rules) {
    if (!checked) return WrongSetting{Format("stream.{}.{}", source.stream, name), checked.error()};
  }
  return std::nullopt;
}

Result<flow::StreamDefinition> DefinitionOf(const Config& config, const SourceConfig& source) {
  flow::StreamDefinition definition = TRY(IngestDefinition(config));
  definition.name = source.stream;
  if (source.columns) {
    definition.columns.clear();
    if (!source.columns->empty()) definition.columns = TRY(schema::ParseColumns(*source.columns));
    definition.partition_by.reset();
  }
  if (source.partition_by) definition.partition_by = source.partition_by;
  return flow::Complete(std::move(definition));
}

Result<flow::StreamDefinition> FindOrMake(flow::Streams& streams,
                                          const flow::StreamDefinition& wanted) {
  auto stream = streams.Find(wanted.name);
  if (!stream && stream.error().kind() == ErrorKind::kNotFound)
    stream = While(streams.Create(wanted), "making the stream");
  const flow::StreamInfo found = TRY(std::move(stream));
  if (found.held_back) TRY(found.health);
  return found.definition;
}

Result<std::unique_ptr<feed::Feeds>> StartSources(const Config& config, flow::Streams& streams,
                                                  const feed::FeedPlace& place) {
  std::vector<feed::TimedFeed> feeds;
  for (const SourceConfig& source : config.sources) {
    // Requests find it from the beginning on.
    Ignore(FindOrMake(streams, TRY(DefinitionOf(config, source))).transform([](const auto&) {}),
           "each look tries again, and says why");
    feeds.push_back(TRY(FeedOf(config, source, streams, place)));
  }
  return std::make_unique<feed::Feeds>(std::move(feeds), place.clock);
}

std::optional<Json> DescribeSource(const Config& config, const feed::Feeds& feeds,
                                   const std::string& stream) {
  const auto source = std::ranges::find(config.sources, stream, &SourceConfig::stream);
  const auto status = feeds.Find(stream);
  if (source == config.sources.end() || !status) return std::nullopt;
  const auto count = [](uint64_t number) { return static_cast<int64_t>(number); };
  return Json::MakeObject(
      {{"source", source->source},
       {"objects", count(status->objects)},
       {"rows", count(status->rows)},
       {"rejects", count(status->rejects)},
       {"dead_letters", count(status->dead_letters)},
       {"changed_objects", count(status->changed)},
       {"commits", count(status->commits)},
       {"looked_at", status->looked_us == 0
                         ? Json()
                         : Json(FormatTimestamp(status->looked_us, TimeStyle::kIsoUtc))},
       {"problem", status->health ? Json() : Json(status->health.error().message())}});
}

}  // namespace tarn::app
