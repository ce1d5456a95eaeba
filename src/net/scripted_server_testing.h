// A server for tests: it reads HTTP requests from a loopback socket and answers each with bytes
// that the test gives, whole, broken or not at all.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace tarn::net {

/// Threads: any.
class ScriptedServer {
 public:
  /// What to do with one request.
  struct Answer {
    std::string bytes;   ///< sent as they are
    bool close = false;  ///< the connection, afterwards
    bool wait = false;   ///< afterwards, until the client hangs up or the server ends
  };
  struct Request {
    std::string head;  ///< request line and headers
    std::string body;
    int connection = 0;  ///< 1 is the first
  };

  explicit ScriptedServer(std::function<Answer(const Request&)> script);
  ~ScriptedServer();

  std::string Url(const std::string& path) const;
  std::vector<Request> Requests() const;

 private:
  void Serve();
  void ServeConnection(int socket, int connection);
  /// Wait for bytes. returns  false when the server ends
  bool WaitReadable(int socket) const;

  const std::function<Answer(const Request&)> script_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  uint16_t port_ = 0;
  mutable Mutex mutex_;
  std::vector<Request> requests_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

/// A reply with a body and its length.
std::string ReplyText(int status, const std::string& body, const std::string& headers = "");

}  // namespace tarn::net
