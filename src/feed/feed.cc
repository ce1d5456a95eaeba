#include "feed/feed.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "feed/object_fate.h"

namespace tarn::feed {
namespace {

constexpr size_t kPageKeys = 1000;
constexpr size_t kToldChangedMax = 1000;
constexpr size_t kNodeDigits = 16;

bool IsYoung(const store::ObjectInfo& object, int64_t now_us, int64_t settle_us) {
  const int64_t age_us = now_us - object.modified_us;
  return age_us > -settle_us && age_us < settle_us;  // much later than now: another clock's time
}

load::WantedTable WantedBy(const flow::StreamDefinition& definition) {
  return {.name = definition.table,
          .shaping = {.inferred = definition.inferred,
                      .may_evolve = definition.may_evolve,
                      .declared = definition.columns,
                      .node_id = std::string(kNodeDigits, '0')},
          .may_add_columns = definition.may_evolve};
}

Labels LabelsOf(const FeedOptions& options) { return {{"stream", options.stream}}; }

}  // namespace

Feed::Feed(FeedOptions options, std::function<Result<flow::StreamDefinition>()> definition,
           const FeedPlace& place)
    : options_(std::move(options)),
      definition_(std::move(definition)),
      place_(place),
      dead_letters_(options_.stream, options_.dead_letters, place.buckets),
      objects_total_(Metrics().GetCounter("tarn_source_objects_total",
                                          "Objects of a continuous source that have landed.",
                                          LabelsOf(options_))),
      bytes_total_(Metrics().GetCounter(
          "tarn_source_bytes_total", "Bytes of these objects, as they lie.", LabelsOf(options_))),
      dead_letters_total_(Metrics().GetCounter("tarn_source_dead_letters_total",
                                               "Objects that could not be read whole.",
                                               LabelsOf(options_))),
      failures_total_(Metrics().GetCounter("tarn_source_failed_looks_total",
                                           "Looks at a continuous source that did not succeed.",
                                           LabelsOf(options_))),
      changed_objects_(Metrics().GetGauge(
          "tarn_source_changed_objects",
          "Objects that have other bytes than when they landed, at the last look.",
          LabelsOf(options_))),
      looked_seconds_(Metrics().GetGauge("tarn_source_looked_timestamp_seconds",
                                         "When the last look that succeeded ended, since 1970.",
                                         LabelsOf(options_))) {}

FeedStatus Feed::status() const {
  MutexLock lock(mutex_);
  return status_;
}

Status Feed::Look(const std::stop_token& stop) {
  const Status looked = LookOnce(stop);
  if (!looked && looked.error().kind() == ErrorKind::kCancelled) return looked;
  if (!looked) failures_total_.Add(1);
  MutexLock lock(mutex_);
  status_.health = looked;
  if (looked) {
    status_.looked_us = place_.clock.NowMicros();
    looked_seconds_.Set(static_cast<double>(status_.looked_us) / 1e6);
  }
  return looked;
}

Status Feed::LookOnce(const std::stop_token& stop) {
  const flow::StreamDefinition definition = TRY(definition_());
  store::ObjectStore* const store =
      TRY(While(place_.buckets.Open(options_.source.bucket()), "opening the source's bucket"));
  Pass pass{.stop = stop,
            .store = *store,
            .table = TRY(OpenTable(definition)),
            .compression = definition.compression,
            .now_us = place_.clock.NowMicros()};
  for (const SourcePrefix& prefix : TRY(PrefixesToList(pass)))
    TRY(While(ListPrefix(prefix.key, pass), "listing s3://{}/{}", options_.source.bucket(),
              prefix.key));
  TRY(Land(pass));
  changed_objects_.Set(static_cast<double>(pass.changed));
  {
    MutexLock lock(mutex_);
    status_.changed = pass.changed;
  }
  NoteLook(pass);
  TRY(pass.trouble);
  return Forget(pass);
}

Result<std::unique_ptr<load::LoadTable>> Feed::OpenTable(const flow::StreamDefinition& definition) {
  return load::LoadTable::Open(place_.catalog, WantedBy(definition), true, {});
}

Status Feed::ListPrefix(const std::string& prefix, Pass& pass) {
  std::string after;
  do {
    if (pass.stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the server stops");
    const store::Listing page = TRY(pass.store.List(prefix, after, "", kPageKeys));
    TRY(Choose(page.objects, pass));
    after = page.next;
  } while (!after.empty());
  return {};
}

/// Take what the table does not know.
Status Feed::Choose(const std::vector<store::ObjectInfo>& objects, Pass& pass) {
  const int64_t listed_us = place_.clock.NowMicros();
  std::vector<std::string> uris;
  for (const store::ObjectInfo& object : objects)
    uris.push_back(ObjectUri(options_.source.bucket(), object.key));
  const auto states = TRY(place_.catalog.FindSources(pass.table->current()->table.uuid, uris));
  for (size_t i = 0; i < objects.size(); ++i) {
    const store::ObjectInfo& object = objects[i];
    pass.newest_us = std::max(pass.newest_us, object.modified_us);
    if (object.key.ends_with('/')) continue;  // what consoles make for a folder
    if (states[i]) {
      if (ObjectFate::IsAnother(states[i]->hash, object.etag)) NoteChanged(object, pass);
      continue;
    }
    if (IsYoung(object, listed_us, options_.settle_us)) continue;
    pass.waiting.push_back({pass.store, options_.source.bucket(), object});
    pass.waiting_bytes += object.size;
    if (pass.waiting.size() >= options_.commit_objects ||
        pass.waiting_bytes >= options_.commit_bytes) {
      TRY(Land(pass));
    }
  }
  return {};
}

void Feed::NoteChanged(const store::ObjectInfo& object, Pass& pass) {
  ++pass.changed;
  if (told_changed_.size() >= kToldChangedMax) return;
  if (!told_changed_.insert(object.key + "\n" + object.etag).second) return;
  Log(LogLevel::kWarn, "feed", "an object has changed since it was taken; it is not read again",
      {{"stream", options_.stream}, {"object", ObjectUri(options_.source.bucket(), object.key)}});
}

}  // namespace tarn::feed
