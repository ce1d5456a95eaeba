// What a source remembers between looks, and for how long: which prefixes a look lists follows from
// it.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "feed/feed.h"

namespace tarn::feed {
namespace {

constexpr int64_t kNoteLookEveryUs = 10 * 60 * kMicrosPerSecond;

}  // namespace

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

/// The state whose `first_seen_us` says up to when the source is looked at: what came before was
/// listed, or is older than the lookback.
std::string Feed::LookedUri() const { return "looked:" + options_.source.UriShape(); }

/// How far back a look goes: the lookback, counted from the last whole look if that is long ago.
Result<int64_t> Feed::FindLookback(Pass& pass) const {
  if (!options_.source.has_hours()) return 0;
  pass.looked =
      TRY(place_.catalog.FindSources(pass.table->current()->table.uuid, {LookedUri()})).front();
  if (!pass.looked) return options_.lookback_us;
  const int64_t missed_us = std::max<int64_t>(pass.now_us - pass.looked->first_seen_us, 0);
  const int64_t lookback_us = options_.lookback_us + missed_us;
  if (lookback_us <= kLookbackUsMax) return lookback_us;
  pass.trouble =
      Fail(ErrorKind::kInvalid,
           "it was not looked at since {}: objects of the hours before {} are not found any more, "
           "unless they come under keys of later hours",
           FormatTimestamp(pass.looked->first_seen_us, TimeStyle::kIsoUtc),
           FormatTimestamp(pass.now_us - kLookbackUsMax, TimeStyle::kIsoUtc));
  return kLookbackUsMax;
}

/// Keep that all up to now is listed, but what has not settled; not at each look, which costs a
/// write.
void Feed::NoteLook(const Pass& pass) {
  if (!options_.source.has_hours() || pass.left > 0) return;
  const int64_t looked_us = pass.now_us - options_.settle_us;
  const int64_t noted_us = pass.looked ? pass.looked->first_seen_us : 0;
  if (noted_us <= looked_us && looked_us - noted_us < kNoteLookEveryUs) return;
  const catalog::Table table = pass.table->current()->table;
  catalog::TableAppend append{
      .name = table.name, .uuid = table.uuid, .schema_id = table.schema.schema_id};
  append.sources.push_back({pass.looked,
                            {.uri = LookedUri(),
                             .first_seen_us = looked_us,
                             .round = 0,
                             .load = Format("{:016x}", place_.entropy.Random64())}});
  Ignore(place_.catalog.CommitAppends({append}).transform([](const auto&) {}),
         "the next look goes further back");
}

/// Hours whose keys are forgotten are not listed: their objects would land once more.
Result<std::vector<SourcePrefix>> Feed::PrefixesToList(Pass& pass) const {
  auto prefixes = TRY(options_.source.Prefixes(pass.now_us, TRY(FindLookback(pass))));
  const auto forgotten = TRY(FindForgotten(pass));
  if (!forgotten) return prefixes;
  const int64_t until_us = forgotten->until_us;
  const std::string until = FormatTimestamp(until_us, TimeStyle::kIsoUtc);
  if (!options_.source.has_hours()) {
    return Fail(
        ErrorKind::kInvalid,
        "which objects under {} (# is a digit) have landed before {} is forgotten, since the "
        "source had hours in its prefix: give it back the hours, or a prefix that has none of "
        "these "
        "objects",
        forgotten->uri_shape, until);
  }
  const size_t listed = prefixes.size();
  std::erase_if(prefixes, [&](const SourcePrefix& prefix) { return prefix.begin_us < until_us; });
  if (prefixes.size() < listed) {
    pass.trouble = Fail(ErrorKind::kInvalid,
                        "the hours before {} are not looked at: which of their objects have landed "
                        "is forgotten (the lookback became longer, or the clock was ahead). Make "
                        "the lookback shorter; what has not landed yet is taken under keys of "
                        "later hours",
                        until);
  }
  return prefixes;
}

/// Which keys have landed need not be known once their hours are long past: by this clock, and by
/// the one of the store. One that is ahead must not make us forget what will be listed again.
Status Feed::Forget(const Pass& pass) {
  if (!options_.source.has_hours()) return {};
  const int64_t now_us = std::min(pass.now_us, pass.newest_us);
  const int64_t until_us = options_.source.BeginOf(now_us - options_.lookback_us - kRememberedUs);
  if (until_us <= forgotten_until_us_) return {};
  const uint64_t forgotten = TRY(place_.catalog.ForgetSources(
      pass.table->current()->table.uuid, options_.source.UriShape(), until_us));
  if (forgotten > 0) {
    Log(LogLevel::kInfo, "feed", "keys of hours long past are forgotten",
        {{"stream", options_.stream}, {"keys", forgotten}});
  }
  forgotten_until_us_ = until_us;
  return {};
}

}  // namespace tarn::feed
