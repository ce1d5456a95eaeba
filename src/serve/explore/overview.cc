#include "serve/explore/overview.h"

#include <utility>

#include "base/time.h"
#include "query/engine.h"
#include "schema/type.h"
#include "serve/explore/parameters.h"
#include "serve/explore/table_list.h"

namespace tarn::serve {
namespace {

constexpr auto kCountTimeMax = std::chrono::seconds(5);  ///< of all streams' rejects together

Json TimeJson(int64_t micros) {
  return micros == 0 ? Json() : Json(FormatTimestamp(micros, TimeStyle::kIsoUtc));
}

}  // namespace

bool RecentRejects::IsOld(const Known& known, int64_t now_us) {
  return now_us - known.at_us >= std::chrono::microseconds(kKept).count();
}

std::optional<int64_t> RecentRejects::Of(const schema::TableName& table, Deadline deadline,
                                         ClientPresence& client) {
  const schema::TableName rejects{table.database, table.table + schema::kRejectsSuffix};
  const int64_t now_us = clock_.SteadyMicros();
  {
    MutexLock lock(mutex_);
    const auto found = known_.find(rejects);
    if (found != known_.end() && !IsOld(found->second, now_us)) return found->second.count;
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0 || client.is_gone()) return std::nullopt;
  const auto count = Count(rejects, left, client);
  if (client.is_gone()) return std::nullopt;  // the count was cut short
  MutexLock lock(mutex_);
  std::erase_if(known_, [&](const auto& one) { return IsOld(one.second, now_us); });
  known_[rejects] = {now_us, count};
  return count;
}

std::optional<int64_t> RecentRejects::Count(const schema::TableName& rejects,
                                            std::chrono::milliseconds time_max,
                                            ClientPresence& client) {
  const std::string since =
      FormatTimestamp(clock_.NowMicros() - kMicrosPerHour, TimeStyle::kIsoUtc);
  const std::string sql =
      Format("SELECT count(*) FROM {}.{} WHERE {} >= TIMESTAMPTZ '{}'",
             query::QuoteIdentifier(rejects.database), query::QuoteIdentifier(rejects.table),
             query::QuoteIdentifier(schema::kReceivedAtColumn), since);
  const auto page = queries_.Ask(sql, {}, time_max, {.rows_max = 1}, client);
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
                   Result<Json> (Overview::*work)(ClientPresence&) const) const {
  const auto parameters = Parameters::Read(request.query, {});
  if (!parameters) return responder.Send(ErrorReply(parameters.error()));
  workers_.RunOrRefuse(responder, [this, responder, work, client = request.client] {
    const auto json = (this->*work)(*client);
    responder.Send(json ? Reply::OfJson(200, *json) : ErrorReply(json.error()));
  });
}

Json Overview::StreamsJson(const std::vector<flow::StreamInfo>& streams,
                           ClientPresence& client) const {
  const auto deadline = std::chrono::steady_clock::now() + kCountTimeMax;
  Json all = Json::MakeArray();
  for (const flow::StreamInfo& stream : streams) {
    const schema::TableName& table = stream.definition.table;
    const StreamRate rate = rates_.Of(stream.id);
    const auto rejects = rejects_.Of(table, deadline, client);
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

Result<Json> Overview::All(ClientPresence& client) const {
  const std::vector<flow::StreamInfo> streams = streams_.List();
  return Json::MakeObject({{"version", TARN_VERSION},
                           {"started_at", TimeJson(started_us_)},
                           {"now", TimeJson(clock_.NowMicros())},
                           {"log_bytes", static_cast<int64_t>(streams_.log_bytes())},
                           {"streams", StreamsJson(streams, client)},
                           {"tables", TRY(TablesJson(catalog_, streams_))}});
}

Result<Json> Overview::AllStreams(ClientPresence& client) const {
  return Json::MakeObject({{"streams", StreamsJson(streams_.List(), client)}});
}

void Overview::Show(const Request& request, const Responder& responder) const {
  Run(request, responder, &Overview::All);
}

void Overview::Streams(const Request& request, const Responder& responder) const {
  Run(request, responder, &Overview::AllStreams);
}

}  // namespace tarn::serve
