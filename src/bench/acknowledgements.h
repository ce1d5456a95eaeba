// From an HTTP request to its durable acknowledgement, measured over loopback on servers of the
// benchmark's own, beside a Tarn that never syncs, and Telegraf where there is one.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "bench/engines.h"
#include "bench/statistics.h"

namespace tarn::bench {

struct IngestBenchOptions {
  int rounds = 5;
  std::chrono::milliseconds time{3000};  ///< of each load
  std::string telegraf;                  ///< the program; empty: left out
  Workplace workplace;
};

/// One kind of request to one kind of server.
struct IngestFigures {
  std::string body;    ///< `1 KB`, `100 KB`, `batch of 500`
  std::string server;  ///< `tarn`, `tarn without fsync`, `telegraf`
  int connections = 0;
  double body_bytes = 0;
  Spread requests_per_s;
  Spread p50_ms;
  Spread p99_ms;
  Spread cpu_us;         ///< of the server, for a request
  Spread of_unsynced;    ///< requests/s by those without fsync of the same round
  uint64_t refused = 0;  ///< replies that were no acknowledgement, in all rounds
  std::string first_refusal;
};

/// in       note: gets a line where something is left out
/// errors   kIo, kInternal: a server did not start or answer
Result<std::vector<IngestFigures>> RunIngestBench(const IngestBenchOptions& options,
                                                  const NoteSink& note);

std::string IngestText(const std::vector<IngestFigures>& figures);
Json IngestJson(const std::vector<IngestFigures>& figures);

}  // namespace tarn::bench
