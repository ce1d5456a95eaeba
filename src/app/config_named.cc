// The sections of the configuration that have names: `[stream.NAME]`, `[derive.NAME]`.
#include <algorithm>
#include <iterator>
#include <string_view>

#include "app/config_settings_internal.h"
#include "base/json.h"

namespace tarn::app {
namespace {

/// Of a TOML key that needs no quotes.
constexpr std::string_view kBareKeyBytes =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

std::vector<Setting> SettingsOf(SourceConfig* c) {
  const std::string in = Format("stream.{}.", c->stream);
  return {
      {in + "source", &c->source,
       "objects that become its rows: s3://bucket/prefix/, with the hour as in "
       "s3://raw/%Y/%m/%d/%H/"},
      {in + "lookback", &c->lookback, "how far back hours are looked at"},
      {in + "poll", &c->poll, "how often, where there is no schedule"},
      {in + "schedule", &c->schedule, "or on a cron line, UTC, as in 5 * * * *"},
      {in + "dead_letter", &c->dead_letter,
       "where objects go that cannot be read whole; empty: s3://dead-letter/<stream>/"},
      {in + "settle", &c->settle, "younger objects wait: they may still be being written"},
      {in + "commit_objects", &c->commit_objects, "objects in one commit at most"},
      {in + "commit_size", Bytes{&c->commit_bytes}, "or so much of them, as they lie"},
      {in + "object_max", Bytes{&c->object_bytes_max},
       "a larger object, inflated, is a dead letter"},
      {in + "columns", MaybeText{&c->columns},
       "of a new stream, beside what records bring; not said: those of the stream ingest"},
      {in + "partition_by", MaybeText{&c->partition_by}, "of a new stream's table"},
  };
}

std::vector<Setting> SettingsOf(ScheduleConfig* c) {
  const std::string in = Format("derive.{}.", c->name);
  return {
      {in + "schedule", &c->schedule, "run it inside tarn serve on a cron line, UTC"},
      {in + "dataset", &c->dataset, "which one, as tarn derive run takes it; empty: of this name"},
      {in + "arguments", &c->arguments, "of its class"},
      {in + "plugin", &c->plugin, "a shared object that has the class"},
      {in + "days", &c->days, "yesterday, today, or last N: so many, the last one is yesterday"},
      {in + "threads", &c->threads, "worker processes at a time"},
      {in + "memory", &c->memory, "of all workers together"},
  };
}

template <class Section>
void Append(std::vector<Section>* sections, std::vector<Setting>* all) {
  for (Section& section : *sections)
    std::ranges::move(SettingsOf(&section), std::back_inserter(*all));
}

}  // namespace

std::vector<Setting> NamedSettings(Config* config) {
  std::vector<Setting> all;
  Append(&config->sources, &all);
  Append(&config->schedules, &all);
  return all;
}

std::string SectionOf(const std::string& setting) {
  const size_t first = setting.find('.');
  const size_t last = setting.rfind('.');
  if (first == last) return setting.substr(0, first);
  const std::string name = setting.substr(first + 1, last - first - 1);
  const bool is_bare = !name.empty() && name.find_first_not_of(kBareKeyBytes) == name.npos;
  return Format("{}.{}", setting.substr(0, first), is_bare ? name : QuoteJson(name));
}

}  // namespace tarn::app
