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
  TRY(pass.trouble);
  return Forget(pass);
}

Result<std::unique_ptr<load::LoadTable>> Feed::OpenTable(const flow::StreamDefinition& definition) {
  return load::LoadTable::Open(place_.catalog, WantedBy(definition), true, {});
}

/// What is forgotten of objects that this source may list, also by a source that it was before.
/// returns  until when at most
Result<std::optional<catalog::ForgottenSources>> Feed::FindForgotten(const Pass& pass) const {
  const std::string shape = options_.source.UriShape();
  std::optional<catalog::ForgottenSources> latest;
  for (auto& forgotten : TRY(place_.catalog.FindForgotten(pass.table->current()->table.uuid))) {
    const bool is_later = !latest || forgotten.until_us > latest->until_us;
    if (is_later && ShapesMeet(forgotten.uri_shape, shape)) latest = std::move(forgotten);
  }
  return latest;
}

/// Hours whose keys are forgotten are not listed: their objects would land once more.
Result<std::vector<SourcePrefix>> Feed::PrefixesToList(Pass& pass) const {
  auto prefixes = TRY(options_.source.Prefixes(pass.now_us, options_.lookback_us));
  const auto forgotten = TRY(FindForgotten(pass));
  if (!forgotten) return prefixes;
  const int64_t until_us = forgotten->until_us;
  const std::string until = FormatTimestamp(until_us, TimeStyle::kIsoUtc);
  if (!options_.source.has_hours()) {
    return Fail(
        ErrorKind::kInvalid,
        "which objects under {} (# is a digit) have landed before {} is forgotten, since the "
        "source had hours in its prefix: give it back the hours, or a prefix that has none of these "
        "objects",
        forgotten->uri_shape, until);
  }
  const size_t listed = prefixes.size();
  std::erase_if(prefixes, [&](const SourcePrefix& prefix) { return prefix.begin_us < until_us; });
  if (prefixes.size() < listed) {
    pass.trouble = Fail(ErrorKind::kInvalid,
                        "the hours before {} are not looked at: which of their objects have landed "
                        "is forgotten (the lookback became longer, or the clock was ahead)",
                        until);
  }
  return prefixes;
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

/// Which keys have landed need not be known once their hours are long past.
Status Feed::Forget(const Pass& pass) {
  if (!options_.source.has_hours()) return {};
  const int64_t until_us =
      options_.source.BeginOf(pass.now_us - options_.lookback_us - kRememberedUs);
  if (until_us <= forgotten_until_us_) return {};
  const uint64_t forgotten =
      TRY(place_.catalog.ForgetSources(pass.table->current()->table.uuid,
                                       options_.source.UriShape(), until_us));
  if (forgotten > 0) {
    Log(LogLevel::kInfo, "feed", "keys of hours long past are forgotten",
        {{"stream", options_.stream}, {"keys", forgotten}});
  }
  forgotten_until_us_ = until_us;
  return {};
}

}  // namespace tarn::feed
