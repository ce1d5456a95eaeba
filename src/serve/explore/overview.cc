#include "serve/explore/overview.h"

#include <utility>

#include "base/time.h"
#include "query/engine.h"
#include "schema/type.h"
#include "serve/explore/parameters.h"
#include "serve/explore/table_list.h"

namespace tarn::serve {
namespace {

constexpr auto kCountTimeMax = std::chrono::seconds(5);

Json TimeJson(int64_t micros) {
  return micros == 0 ? Json() : Json(FormatTimestamp(micros, TimeStyle::kIsoUtc));
}

}  // namespace

std::optional<int64_t> RecentRejects::Of(const schema::TableName& table) {
  const schema::TableName rejects{table.database, table.table + schema::kRejectsSuffix};
  const int64_t now_us = clock_.SteadyMicros();
  {
    MutexLock lock(mutex_);
    const auto found = known_.find(rejects);
    if (found != known_.end() &&
        now_us - found->second.at_us < std::chrono::microseconds(kKept).count()) {
      return found->second.count;
    }
  }
  const auto count = Count(rejects);
  MutexLock lock(mutex_);
  known_[rejects] = {now_us, count};
  return count;
}

std::optional<int64_t> RecentRejects::Count(const schema::TableName& rejects) {
  const std::string since =
      FormatTimestamp(clock_.NowMicros() - kMicrosPerHour, TimeStyle::kIsoUtc);
  const std::string sql =
      Format("SELECT count(*) FROM {}.{} WHERE {} >= TIMESTAMPTZ '{}'",
             query::QuoteIdentifier(rejects.database), query::QuoteIdentifier(rejects.table),
             query::QuoteIdentifier(schema::kReceivedAtColumn), since);
  ClientPresence anybody;
  const auto page = queries_.Ask(sql, {}, kCountTimeMax, {.rows_max = 1}, anybody);
  if (!page) {
    return page.error().kind() == ErrorKind::kNotFound ? std::optional<int64_t>(0) : std::nullopt;
  }
  const auto rows = Json::Parse(page->rows);
  const bool is_count = rows && rows->as_array().size() == 1 &&
                        rows->as_array()[0].as_array().size() == 1 &&
                        rows->as_array()[0].as_array()[0].is_int();
  return is_count ? std::optional(rows->as_array()[0].as_array()[0].as_int()) : std::nullopt;
}

Overview::Overview(catalog::Catalog& catalog, flow::Streams& streams, QueryRunner& queries,
                   os::Clock& clock, WorkerPool& workers)
    : catalog_(catalog),
      streams_(streams),
      clock_(clock),
      workers_(workers),
      started_us_(clock.NowMicros()),
      rejects_(queries, clock),
      rates_(streams, clock),
      sampler_(rates_) {}

void Overview::Run(const Request& request, const Responder& responder,
                   std::function<Result<Json>()> work) const {
  const auto parameters = Parameters::Read(request.query, {});
  if (!parameters) return responder.Send(ErrorReply(parameters.error()));
  const bool taken = workers_.TryRun([responder, work = std::move(work)] {
    const auto json = work();
    responder.Send(json ? Reply::OfJson(200, *json) : ErrorReply(json.error()));
  });
  if (taken) return;
  responder.Send(
      ErrorReply(Error(ErrorKind::kOverloaded, "too many questions at once: try again")));
}

Json Overview::StreamsJson() const {
  Json all = Json::MakeArray();
  for (const flow::StreamInfo& stream : streams_.List()) {
    const schema::TableName& table = stream.definition.table;
    const StreamRate rate = rates_.Of(stream.id);
    const auto rejects = rejects_.Of(table);
    all.Push(Json::MakeObject(
        {{"name", stream.definition.name},
         {"table", Json::MakeObject({{"database", table.database}, {"name", table.table}})},
         {"records_per_second", rate.records_per_second},
         {"bytes_per_second", rate.bytes_per_second},
         {"records_total", static_cast<int64_t>(stream.records)},
         {"newest_visible_at", TimeJson(stream.newest_visible_us)},
         {"live_rows", static_cast<int64_t>(stream.live_rows)},
         {"rejects_last_hour", rejects ? Json(*rejects) : Json()},
         {"problem", stream.health ? Json() : Json(stream.health.error().message())}}));
  }
  return all;
}

Result<Json> Overview::All() const {
  return Json::MakeObject({{"version", TARN_VERSION},
                           {"started_at", TimeJson(started_us_)},
                           {"now", TimeJson(clock_.NowMicros())},
                           {"log_bytes", static_cast<int64_t>(streams_.log_bytes())},
                           {"streams", StreamsJson()},
                           {"tables", TRY(TablesJson(catalog_, streams_))}});
}

void Overview::Show(const Request& request, const Responder& responder) const {
  Run(request, responder, [this] { return All(); });
}

void Overview::Streams(const Request& request, const Responder& responder) const {
  Run(request, responder,
      [this]() -> Result<Json> { return Json::MakeObject({{"streams", StreamsJson()}}); });
}

}  // namespace tarn::serve
