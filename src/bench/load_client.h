// A closed loop of HTTP requests over several connections: each sends its next request when its
// reply has come. One thread that does next to nothing per request, so that on a small machine the
// server gets the time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tarn::bench {

struct LoadOptions {
  int port = 0;  ///< of 127.0.0.1
  int connections = 1;
  /// Whole requests, head and body; the connections take them in turn.
  std::vector<std::string> requests;
  std::chrono::milliseconds warm_up{500};  ///< not counted
  std::chrono::milliseconds time{3000};
};

struct LoadOutcome {
  uint64_t requests = 0;
  uint64_t replies = 0;       ///< of any status, during the warm-up too
  uint64_t failed = 0;        ///< of another status than 2xx
  std::string first_failure;  ///< the reply's beginning
  double seconds = 0;
  std::vector<double> latencies_ms;  ///< of all that succeeded
};

/// errors   kUnavailable (no connection, it closed, nothing was answered), kInvalid (a reply
/// without Content-Length) threads  any
Result<LoadOutcome> RunLoad(const LoadOptions& options);

/// One request as bytes.
///
/// in  headers: lines that end in CRLF, without Host and Content-Length
std::string HttpRequestText(std::string_view method, std::string_view path,
                            std::string_view headers, std::string_view body);

}  // namespace tarn::bench
