// What every request passes before its handler, and every reply on its way out: who may ask (Host,
// Origin), routes, 404 and 405, security headers, metrics, the access log.
#pragma once

#include <string>
#include <vector>

#include "collect/host_check.h"
#include "os/clock.h"
#include "serve/http_message.h"
#include "serve/router.h"

namespace tarn::serve {

struct FrontDoorOptions {
  std::vector<std::string> allowed_hosts;  ///< answered beside loopback's names and IP addresses
  std::vector<std::string> cors_origins;   ///< whose pages may call across; none by default
  bool access_log = false;                 ///< a line a request, at info level
};

/// Threads: any.
class FrontDoor {
 public:
  /// in  clock, entropy: lent for the door's life
  FrontDoor(FrontDoorOptions options, Router router, os::Clock& clock, os::Entropy& entropy);

  /// Answer a request: id and arrival time are filled in here. A handler that throws is a 500.
  void Handle(Request request, Responder::Sink sink) const;

  const Router& router() const { return router_; }

 private:
  struct Visit;

  Reply Refusal(const Request& request) const;
  bool IsAllowedOrigin(const Request& request) const;
  Reply Preflight(const Request& request) const;
  void Finish(const Visit& visit, Reply* reply) const;
  void CallHandler(const Route& route, const Request& request, const Responder& responder) const;

  const FrontDoorOptions options_;
  const Router router_;
  const collect::HostPolicy hosts_;
  const collect::OriginPolicy origins_;
  os::Clock& clock_;
  os::Entropy& entropy_;
};

}  // namespace tarn::serve
