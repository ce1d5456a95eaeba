// What operators and their tools ask: is it alive, is it ready, metrics, version.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "serve/http_message.h"

namespace tarn::serve {

/// One thing that readiness needs, or that operators should see beside it.
struct ReadinessCheck {
  std::string name;               ///< `log`, `streams`
  std::function<Status()> check;  ///< quick; from any thread
  bool is_required = true;        ///< else a failure is told, and the server is ready all the same
};

struct OperationsOptions {
  std::string commit;   ///< that was built; empty: unknown
  std::string node_id;  ///< of the data directory
};

/// Threads: any. Nothing here waits.
class Operations {
 public:
  Operations(OperationsOptions options, std::vector<ReadinessCheck> checks);

  /// 200 while the process runs.
  static void Alive(const Request& request, const Responder& responder);
  /// 200, or 503 with the reasons; with either, the problems that do not count.
  void Ready(const Request& request, const Responder& responder) const;
  static void ShowMetrics(const Request& request, const Responder& responder);
  void Version(const Request& request, const Responder& responder) const;

 private:
  const OperationsOptions options_;
  const std::vector<ReadinessCheck> checks_;
};

}  // namespace tarn::serve
