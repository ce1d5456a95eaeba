// An HTTP/1.1 client over libcurl, for the command line's talk with a server (and for S3 later).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace tarn::net {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{30'000};
};

struct HttpReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
};

/// One keep-alive connection pool.
/// Threads: one at a time; make one client a thread.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// Send and wait. A reply of any status is a reply.
  ///
  /// in       body_bytes_max: of the reply
  /// errors   kUnavailable (no connection), kUnknownOutcome (sent, no whole reply), kTooLarge,
  /// kInvalid (URL)
  Result<HttpReply> Send(const HttpRequest& request, size_t body_bytes_max = 256u << 20);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tarn::net
