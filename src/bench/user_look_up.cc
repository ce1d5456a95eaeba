#include "bench/user_look_up.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/time.h"
#include "base/units.h"
#include "bench/data_set.h"
#include "bench/process.h"
#include "bench/set_file.h"
#include "bench/tarn_server.h"
#include "codec/compression.h"
#include "os/clock.h"

namespace tarn::bench {
namespace {

constexpr int kDays = 7;
constexpr const char* kBegin = "2026-03-03";  // 72 hours
constexpr const char* kEnd = "2026-03-05";
constexpr int kUser = 42;
constexpr int kRowsMax = 1000;
constexpr uint64_t kLiveRecords = 20'000;  // beside files

/// Make a day's events and send them to a stream.
///
/// in       stream: its name; seed: other seeds, other events
/// returns  them as NDJSON
Result<std::string> SendDay(TarnServer* server, std::string_view stream, uint64_t seed, int day,
                            uint64_t records) {
  constexpr size_t kBodyBytes = 2 * kMiB;
  UserEvents events(seed, UserEvents::kFirstUs + day * kMicrosPerDay, kMicrosPerDay);
  std::string all;
  std::string body;
  for (uint64_t i = 0; i < records; ++i) {
    body += events.Next() + "\n";
    if (body.size() < kBodyBytes && i + 1 < records) continue;
    all += body;
    TRY(server->Ask("POST", Format("/v1/streams/{}/records", stream), std::exchange(body, {})));
  }
  return all;
}

std::string GzipFileName(int day) {
  return Format("events-{}.json.gz",
                FormatDate(FloorDivide(UserEvents::kFirstUs, kMicrosPerDay) + day));
}

/// The same look-up so many times over HTTP.
Result<QueryFigures> LookUp(TarnServer* server, std::string where, int repeats) {
  const std::string path =
      Format("/query?table=events&event_type=error&user_id={}&start_date={}&end_date={}&limit={}",
             kUser, kBegin, kEnd, kRowsMax);
  QueryFigures figures{.where = std::move(where), .by = "tarn"};
  TRY(server->Ask("GET", path));  // what only the first one pays is not counted
  const uint64_t read_before = TRY(BytesReadBy(server->process()));
  std::vector<double> times_ms;
  for (int i = 0; i < repeats; ++i) {
    const int64_t begin_us = os::SystemClock().SteadyMicros();
    const Json reply = TRY(server->Ask("GET", path));
    times_ms.push_back(static_cast<double>(os::SystemClock().SteadyMicros() - begin_us) / 1e3);
    figures.rows = static_cast<uint64_t>(TRY(reply.GetInt("count")));
  }
  figures.bytes_read = (TRY(BytesReadBy(server->process())) - read_before) /
                       static_cast<uint64_t>(std::max(repeats, 1));
  figures.p50_ms = Quantile(times_ms, 0.5);
  figures.p99_ms = Quantile(times_ms, 0.99);
  return figures;
}

/// DuckDB over the three days' gzip files: it is told which ones, as a directory by day would.
Result<QueryFigures> LookUpJson(const QueryBenchOptions& options) {
  const Workplace& workplace = options.workplace;
  std::string files;
  for (int day = 2; day <= 4; ++day)
    files += Format("{}'{}'", day == 2 ? "" : ", ", workplace.PathOf(GzipFileName(day)));
  const std::string sql = Format(
      "SELECT * FROM read_json([{}], format='newline_delimited', columns={{event_type: 'VARCHAR', "
      "user_id: 'BIGINT', event_timestamp: 'TIMESTAMP', message: 'VARCHAR', duration_ms: 'DOUBLE', "
      "trace: 'VARCHAR'}}) WHERE user_id = {} AND event_type = 'error' ORDER BY event_timestamp "
      "DESC LIMIT {}",
      files, kUser, kRowsMax);
  const Json reply = TRY(AskPeer(workplace, {"look-up", "--sql", sql, "--threads", "2", "--repeats",
                                             Format("{}", std::max(options.repeats / 10, 1))}));
  std::vector<double> times_ms;
  for (const Json& time : TRY(reply.GetArray("times_ms"))->as_array())
    times_ms.push_back(time.is_number() ? time.as_double() : 0);
  return QueryFigures{.where = "gzip JSON",
                      .by = "duckdb",
                      .rows = static_cast<uint64_t>(TRY(reply.GetInt("rows"))),
                      .p50_ms = Quantile(times_ms, 0.5),
                      .p99_ms = Quantile(times_ms, 0.99),
                      .bytes_read = static_cast<uint64_t>(TRY(reply.GetInt("bytes_read")))};
}

Status CheckRows(const std::vector<QueryFigures>& figures) {
  for (const QueryFigures& one : figures) {
    if (one.rows == figures.front().rows) continue;
    return Fail(ErrorKind::kInternal, "{} has {} rows, {} has {}", figures.front().where,
                figures.front().rows, one.where, one.rows);
  }
  return {};
}

/// A stream to the table `events`.
Json Definition(std::string_view stream) {
  constexpr int kBufferSeconds = 900;  // nothing lands by age while the benchmark runs
  return Json::MakeObject({{"name", stream},
                           {"table", "events"},
                           {"columns", UserEvents::kColumns},
                           {"partition_by", "event_type, day(event_timestamp) as date"},
                           {"buffer_seconds", kBufferSeconds},
                           {"buffer_bytes", static_cast<int64_t>(128 * kMiB)}});
}

Status SendWeek(TarnServer* server, const QueryBenchOptions& options, const NoteSink& note) {
  const uint64_t records_per_day = std::max(options.records / kDays, uint64_t{1});
  TRY(server->Ask("POST", "/v1/streams", Definition("week").Dump()));
  for (int day = 0; day < kDays; ++day) {
    const std::string events =
        TRY(SendDay(server, "week", static_cast<uint64_t>(day) + 100, day, records_per_day));
    TRY(WriteText(options.workplace.PathOf(GzipFileName(day)),
                  TRY(codec::Compress(codec::Compression::kGzip, events))));
  }
  const Json stream = TRY(server->Ask("GET", "/v1/streams/week"));
  const int64_t live = TRY(stream.GetInt("live_rows"));
  if (live != static_cast<int64_t>(records_per_day * kDays))
    note(Format("hot: {} rows were live, the others had landed", live));
  return {};
}

/// Further events of the last day looked at, which stay live.
Status SendLiveRows(TarnServer* server) {
  constexpr uint64_t kSeed = 200;
  constexpr int kLastDay = 4;
  TRY(server->Ask("POST", "/v1/streams", Definition("today").Dump()));
  TRY(SendDay(server, "today", kSeed, kLastDay, kLiveRecords));
  return {};
}

}  // namespace

Result<std::vector<QueryFigures>> RunQueryBench(const QueryBenchOptions& options,
                                                const NoteSink& note) {
  const std::unique_ptr<TarnServer> server =
      TRY(TarnServer::Start(options.workplace, "query", true));
  TRY(SendWeek(server.get(), options, note));
  std::vector<QueryFigures> figures;
  figures.push_back(TRY(LookUp(server.get(), "hot", options.repeats)));
  TRY(server->Ask("DELETE", "/v1/streams/week"));  // answered once all of it has landed
  figures.push_back(TRY(LookUp(server.get(), "cold", options.repeats)));
  Result<QueryFigures> json = LookUpJson(options);
  if (json) figures.push_back(std::move(*json));
  if (!json) note("gzip JSON is left out: " + json.error().message());
  TRY(CheckRows(figures));
  // It has rows that the others do not have.
  TRY(SendLiveRows(server.get()));
  figures.push_back(TRY(LookUp(server.get(), "cold and hot", options.repeats)));
  return figures;
}

std::string QueryText(const std::vector<QueryFigures>& figures) {
  std::string text = Format("{:<13} {:<8} {:>6} {:>9} {:>9} {:>10}\n", "WHERE", "BY", "ROWS",
                            "p50 ms", "p99 ms", "READ KB");
  for (const QueryFigures& one : figures) {
    text += Format("{:<13} {:<8} {:>6} {:>9.2f} {:>9.2f} {:>10.1f}\n", one.where, one.by, one.rows,
                   one.p50_ms, one.p99_ms, static_cast<double>(one.bytes_read) / 1e3);
  }
  return text;
}

Json QueryJson(const std::vector<QueryFigures>& figures) {
  Json all = Json::MakeArray();
  for (const QueryFigures& one : figures) {
    all.Push(Json::MakeObject({{"where", one.where},
                               {"by", one.by},
                               {"rows", static_cast<int64_t>(one.rows)},
                               {"p50_ms", one.p50_ms},
                               {"p99_ms", one.p99_ms},
                               {"bytes_read", static_cast<int64_t>(one.bytes_read)}}));
  }
  return all;
}

}  // namespace tarn::bench
