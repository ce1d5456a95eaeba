// The socket side of serve/: HTTP/1.1 by Drogon, which stays behind this header. It reads requests
// within limits, hands them over, sends what comes back, and knows nothing of what they mean.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "collect/limits.h"
#include "serve/http_message.h"

namespace tarn::serve {

struct HttpServerOptions {
  std::string host = "127.0.0.1";  ///< an address, or `localhost`
  uint16_t port = 0;               ///< 0: any free one
  size_t threads = 2;              ///< event loops
  size_t body_bytes_max = collect::kRequestBytesMax;
  size_t header_bytes_max = 16 * kKiB;
  size_t headers_max = 100;
  size_t connections_max = 10'000;
  std::chrono::seconds idle_max{60};  ///< a connection without traffic is closed after this
  /// A request must be complete this long after its first byte, or arrive with at least
  /// `bytes_per_second_min`.
  std::chrono::seconds slow_after{10};
  size_t bytes_per_second_min = 1000;
  std::chrono::seconds drain_max{10};  ///< how long Stop waits for replies
};

/// Whether an HttpServer could listen there now.
/// errors  kConflict (the port is taken: says by whom to look), kInvalid (the address)
Status CheckListenAddress(const std::string& host, uint16_t port);

/// The process's HTTP server. Drogon is one global application, so it can be started once in a
/// process's life; a second Start is refused.
/// Threads: Start and Stop from one; the handler is called from the event loops and must not wait.
class HttpServer {
 public:
  /// Called for each complete request. The sink may be called from any thread, once.
  using RequestHandler = std::function<void(Request, Responder::Sink)>;

  /// Listen and serve.
  ///
  /// returns  once connections are accepted
  /// errors   kConflict (the port is taken: says by whom to look), kInvalid (the address),
  ///          kUnsupported (a second start)
  static Result<std::unique_ptr<HttpServer>> Start(HttpServerOptions options,
                                                   RequestHandler handler);
  ~HttpServer();

  /// The port that is listened on.
  uint16_t port() const;
  /// `http://127.0.0.1:41234`
  std::string url() const;

  /// Refuse new connections and requests, wait for the replies that are due (`drain_max` at most),
  /// close. Replies that come later go nowhere. Idempotent.
  void Stop();

 private:
  class Drogon;
  explicit HttpServer(std::unique_ptr<Drogon> drogon);
  std::unique_ptr<Drogon> drogon_;
};

}  // namespace tarn::serve
