#include "bench/acknowledgements.h"

#include <algorithm>
#include <array>
#include <memory>

#include "base/units.h"
#include "bench/data_set.h"
#include "bench/load_client.h"
#include "bench/process.h"
#include "bench/tarn_server.h"
#include "bench/telegraf.h"
#include "codec/text.h"

namespace tarn::bench {
namespace {

constexpr int64_t kSpanUs = 86'400'000'000;
constexpr size_t kRequests = 64;  // different ones

/// One kind of request.
struct Kind {
  std::string_view name;
  int connections;
  size_t body_bytes;  // of NDJSON; 0: a Firehose batch
};
constexpr Kind kKinds[] = {{"1 KB", 1, 1 * kKiB},
                           {"1 KB", 64, 1 * kKiB},
                           {"100 KB", 16, 100 * kKiB},
                           {"batch of 500", 1, 0},
                           {"batch of 500", 16, 0}};

std::string Lines(UserEvents* events, size_t bytes) {
  std::string body;
  while (body.empty() || body.size() + 200 < bytes) body += events->Next() + "\n";
  return body;
}

std::string Batch(UserEvents* events) {
  constexpr int kRecords = 500;
  std::string body = R"({"DeliveryStreamName":"bench","Records":[)";
  for (int i = 0; i < kRecords; ++i) {
    body += Format(R"({}{{"Data":"{}"}})", i == 0 ? "" : ",",
                   codec::EncodeBase64(events->Next() + "\n"));
  }
  return body + "]}";
}

std::string TarnRequest(const Kind& kind, UserEvents* events) {
  if (kind.body_bytes > 0) {
    return HttpRequestText("POST", "/v1/streams/bench/records",
                           "Content-Type: application/x-ndjson\r\n",
                           Lines(events, kind.body_bytes));
  }
  return HttpRequestText("POST", "/",
                         "Content-Type: application/x-amz-json-1.1\r\n"
                         "X-Amz-Target: Firehose_20150804.PutRecordBatch\r\n",
                         Batch(events));
}

/// Telegraf's JSON parser takes one document: an array.
std::string TelegrafRequest(const Kind& kind, UserEvents* events) {
  std::string body = Lines(events, kind.body_bytes);
  body.pop_back();
  std::ranges::replace(body, '\n', ',');
  return HttpRequestText("POST", kTelegrafPath, "Content-Type: application/json\r\n",
                         "[" + body + "]");
}

/// What one server did with one kind of request, round by round.
struct Measured {
  IngestFigures figures;
  std::vector<double> rates;
  std::vector<double> p50;
  std::vector<double> p99;
  std::vector<double> cpu_us;
};

class Bench {
 public:
  Bench(const IngestBenchOptions& options, const NoteSink& note) : options_(options), note_(note) {}

  Result<std::vector<IngestFigures>> Run() {
    for (int round = 0; round < options_.rounds; ++round) {
      for (size_t kind = 0; kind < std::size(kKinds); ++kind) {
        TRY(RunTarn(kind, true));
        TRY(RunTarn(kind, false));
        if (!options_.telegraf.empty() && kKinds[kind].body_bytes > 0 && !telegraf_failed_[kind])
          RunTelegraf(kind);
      }
    }
    return Summary();
  }

 private:
  static constexpr std::string_view kSynced = "tarn";
  static constexpr std::string_view kUnsynced = "tarn without fsync";
  static constexpr std::string_view kTelegraf = "telegraf";

  Status RunTarn(size_t kind, bool synced) {
    // A server for each load: none waits for what another left to be landed.
    const std::unique_ptr<TarnServer> server =
        TRY(TarnServer::Start(options_.workplace, "ingest", synced));
    TRY(server->Ask(
        "POST", "/v1/streams",
        Json::MakeObject({{"name", "bench"}, {"columns", UserEvents::kColumns}}).Dump()));
    return Measure(kind, synced ? kSynced : kUnsynced, *server, TarnRequest);
  }

  void RunTelegraf(size_t kind) {
    const Result<std::unique_ptr<Telegraf>> telegraf =
        Telegraf::Start(options_.telegraf, options_.workplace);
    Status measured = telegraf ? Measure(kind, kTelegraf, **telegraf, TelegrafRequest)
                               : std::unexpected(telegraf.error());
    if (measured) return;
    // Later rounds would be held against other rounds of Tarn's.
    telegraf_failed_[kind] = true;
    std::erase_if(measured_, [&](const Measured& one) { return IsOf(one, kind, kTelegraf); });
    note_(Format("telegraf is left out for {} on {} connections: {}", kKinds[kind].name,
                 kKinds[kind].connections, measured.error().message()));
  }

  Status Measure(size_t kind, std::string_view name, const auto& server, const auto& make_request) {
    UserEvents events(7, UserEvents::kFirstUs, kSpanUs);
    LoadOptions load{
        .port = server.port(), .connections = kKinds[kind].connections, .time = options_.time};
    double bytes = 0;
    for (size_t i = 0; i < kRequests; ++i) {
      load.requests.push_back(make_request(kKinds[kind], &events));
      bytes += static_cast<double>(load.requests.back().size()) / kRequests;
    }
    const double cpu_before_s = TRY(CpuSecondsOf(server.process()));
    const LoadOutcome outcome = TRY(RunLoad(load));
    const double cpu_s = TRY(CpuSecondsOf(server.process())) - cpu_before_s;
    Measured* const measured = Find(kind, name);
    measured->figures.body_bytes = bytes;
    measured->figures.refused += outcome.failed;
    if (measured->figures.first_refusal.empty())
      measured->figures.first_refusal = outcome.first_failure;
    measured->rates.push_back(static_cast<double>(outcome.requests) / outcome.seconds);
    measured->p50.push_back(Quantile(outcome.latencies_ms, 0.5));
    measured->p99.push_back(Quantile(outcome.latencies_ms, 0.99));
    measured->cpu_us.push_back(cpu_s * 1e6 / static_cast<double>(outcome.replies));
    return {};
  }

  static bool IsOf(const Measured& measured, size_t kind, std::string_view server) {
    const IngestFigures& figures = measured.figures;
    return figures.body == kKinds[kind].name && figures.server == server &&
           figures.connections == kKinds[kind].connections;
  }

  Measured* Find(size_t kind, std::string_view server) {
    for (Measured& measured : measured_) {
      if (IsOf(measured, kind, server)) return &measured;
    }
    measured_.push_back({.figures = {.body = std::string(kKinds[kind].name),
                                     .server = std::string(server),
                                     .connections = kKinds[kind].connections}});
    return &measured_.back();
  }

  std::vector<IngestFigures> Summary() {
    std::vector<IngestFigures> all;
    for (const Measured& measured : measured_) {
      IngestFigures figures = measured.figures;
      figures.requests_per_s = SpreadOf(measured.rates);
      figures.p50_ms = SpreadOf(measured.p50);
      figures.p99_ms = SpreadOf(measured.p99);
      figures.cpu_us = SpreadOf(measured.cpu_us);
      for (const Measured& other : measured_) {
        if (other.figures.body == figures.body && other.figures.server == kUnsynced &&
            other.figures.connections == figures.connections)
          figures.of_unsynced = RatiosWithinRounds(measured.rates, other.rates);
      }
      all.push_back(std::move(figures));
    }
    return all;
  }

  const IngestBenchOptions& options_;
  const NoteSink& note_;
  std::vector<Measured> measured_;
  std::array<bool, std::size(kKinds)> telegraf_failed_{};
};

}  // namespace

Result<std::vector<IngestFigures>> RunIngestBench(const IngestBenchOptions& options,
                                                  const NoteSink& note) {
  return Bench(options, note).Run();
}

std::string IngestText(const std::vector<IngestFigures>& figures) {
  std::string text =
      Format("{:<13} {:>5} {:<19} {:>7} {:>13} {:>6} {:>7} {:>7} {:>10} {:>9} {:>8}\n", "BODY",
             "CONNS", "SERVER", "REQ/s", "LOW-HIGH", "MB/s", "p50 ms", "p99 ms", "CPU us/REQ",
             "x NO SYNC", "REFUSED");
  for (const IngestFigures& one : figures) {
    const Spread& rate = one.requests_per_s;
    text += Format(
        "{:<13} {:>5} {:<19} {:>7.0f} {:>13} {:>6.1f} {:>7.2f} {:>7.2f} {:>10.0f} {:>9.2f} {:>8}\n",
        one.body, one.connections, one.server, rate.median,
        Format("{:.0f}-{:.0f}", rate.low, rate.high), rate.median * one.body_bytes / 1e6,
        one.p50_ms.median, one.p99_ms.median, one.cpu_us.median, one.of_unsynced.median,
        one.refused);
    if (one.refused > 0) text += "  refused: " + one.first_refusal.substr(0, 100) + "\n";
  }
  return text;
}

Json IngestJson(const std::vector<IngestFigures>& figures) {
  Json all = Json::MakeArray();
  for (const IngestFigures& one : figures) {
    all.Push(Json::MakeObject({{"body", one.body},
                               {"server", one.server},
                               {"connections", one.connections},
                               {"request_bytes", one.body_bytes},
                               {"requests_per_s", SpreadJson(one.requests_per_s)},
                               {"p50_ms", SpreadJson(one.p50_ms)},
                               {"p99_ms", SpreadJson(one.p99_ms)},
                               {"cpu_us", SpreadJson(one.cpu_us)},
                               {"of_unsynced", SpreadJson(one.of_unsynced)},
                               {"refused", static_cast<int64_t>(one.refused)}}));
  }
  return all;
}

}  // namespace tarn::bench
