#include "serve/front_door.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"

namespace tarn::serve {
namespace {

constexpr const char* kAllowedHeaders =
    "Authorization, Content-Encoding, Content-Type, Idempotency-Key";
constexpr const char* kPreflightSeconds = "600";

bool IsSafe(Method method) { return method == Method::kGet || method == Method::kOptions; }

Reply JsonError(int status, std::string_view message, ErrorKind kind) {
  return Reply::OfJson(status, Json::MakeObject({{"error", message}, {"kind", KindName(kind)}}));
}

void AddIfAbsent(std::string_view name, std::string_view value, Reply* reply) {
  const bool has =
      std::ranges::any_of(reply->headers, [&](const auto& header) { return header.first == name; });
  if (!has) reply->headers.emplace_back(name, value);
}

}  // namespace

/// What is still needed of a request once its handler has returned.
struct FrontDoor::Visit {
  std::string method;
  std::string path;
  std::string peer;
  std::string id;
  std::string origin;  ///< allowed to read the reply; else empty
  std::string api = "none";
  std::string operation = "none";
  size_t body_bytes = 0;
  int64_t started_us = 0;  ///< steady
};

FrontDoor::FrontDoor(FrontDoorOptions options, Router router, os::Clock& clock,
                     os::Entropy& entropy)
    : options_(std::move(options)),
      router_(std::move(router)),
      hosts_(options_.allowed_hosts),
      origins_(options_.cors_origins),
      clock_(clock),
      entropy_(entropy) {}

bool FrontDoor::IsAllowedOrigin(const Request& request) const {
  const std::string_view origin = request.header("origin");
  return origins_.Allows(origin) ||
         collect::OriginPolicy::IsSameOrigin(origin, request.header("host"));
}

/// Why a request is not let in; status 0 where it is.
Reply FrontDoor::Refusal(const Request& request) const {
  // Browsers, which the check is about, always say the Host.
  const std::string_view host = request.header("host");
  if (!hosts_.Allows(host) && !(host.empty() && request.may_lack_host)) {
    return JsonError(
        421,
        "this server does not answer to that Host: name it in server.allowed_hosts, or "
        "ask by address",
        ErrorKind::kInvalid);
  }
  if (!IsSafe(request.method) && !request.header("origin").empty() && !IsAllowedOrigin(request)) {
    return JsonError(403, "pages of this origin may not call here: name it in server.cors_origins",
                     ErrorKind::kUnauthorized);
  }
  Reply none;
  none.status = 0;
  return none;
}

Reply FrontDoor::Preflight(const Request& request) const {
  const std::string allowed = router_.Find(Method::kOptions, request.path).allowed;
  if (allowed.empty()) return JsonError(404, "there is nothing at this path", ErrorKind::kNotFound);
  Reply reply;
  reply.status = 204;
  reply.headers.emplace_back("Allow", allowed + ", OPTIONS");
  if (!request.header("origin").empty()) {
    if (!IsAllowedOrigin(request)) {
      return JsonError(403,
                       "pages of this origin may not call here: name it in server.cors_origins",
                       ErrorKind::kUnauthorized);
    }
    reply.headers.emplace_back("Access-Control-Allow-Methods", allowed);
    reply.headers.emplace_back("Access-Control-Allow-Headers", kAllowedHeaders);
    reply.headers.emplace_back("Access-Control-Max-Age", kPreflightSeconds);
  }
  return reply;
}

void FrontDoor::Finish(const Visit& visit, Reply* reply) const {
  if (!visit.origin.empty()) {
    AddIfAbsent("Access-Control-Allow-Origin", visit.origin, reply);
    AddIfAbsent("Access-Control-Expose-Headers", "Retry-After, x-amzn-RequestId", reply);
  }
  if (!options_.cors_origins.empty()) AddIfAbsent("Vary", "Origin", reply);
  AddIfAbsent("X-Content-Type-Options", "nosniff", reply);
  AddIfAbsent("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'", reply);
  AddIfAbsent("Cache-Control", "no-store", reply);
  AddIfAbsent("x-amzn-RequestId", visit.id, reply);

  const double seconds = static_cast<double>(clock_.SteadyMicros() - visit.started_us) / 1e6;
  Metrics()
      .GetHistogram("tarn_http_request_duration_seconds",
                    "Time from a complete request to its reply.",
                    {{"api", visit.api},
                     {"operation", reply->operation.empty() ? visit.operation : reply->operation},
                     {"code", Format("{}", reply->status)}})
      .Observe(seconds);
  if (options_.access_log) {
    Log(LogLevel::kInfo, "http", "request",
        {{"method", visit.method},
         {"path", visit.path},
         {"status", reply->status},
         {"seconds", seconds},
         {"body_bytes", visit.body_bytes},
         {"peer", visit.peer},
         {"request_id", visit.id}});
  }
}

void FrontDoor::CallHandler(const Route& route, const Request& request,
                            const Responder& responder) const {
  const auto outcome = Guard(ErrorKind::kInternal, [&] { route.handler(request, responder); });
  if (outcome) return;
  Log(LogLevel::kError, "serve", "a handler threw",
      {{"api", route.api}, {"operation", route.operation}, {"error", outcome.error().message()}});
  responder.Send(ErrorReply(Error(ErrorKind::kInternal, "internal error; the log says more")));
}

void FrontDoor::Handle(Request request, Responder::Sink sink) const {
  request.received_at_us = clock_.NowMicros();
  request.id = os::RandomUuid(entropy_);
  Visit visit;
  visit.started_us = clock_.SteadyMicros();
  visit.method = MethodName(request.method);
  visit.path = request.path;
  visit.peer = request.peer;
  visit.id = request.id;
  visit.body_bytes = request.body.size();
  if (origins_.Allows(request.header("origin"))) visit.origin = request.header("origin");

  Router::Match match = router_.Find(request.method, request.path);
  if (match.route != nullptr) {
    visit.api = match.route->api;
    visit.operation = match.route->operation;
    request.parameters = std::move(match.parameters);
  }
  const Responder responder([this, visit = std::move(visit), sink = std::move(sink)](Reply reply) {
    Finish(visit, &reply);
    sink(std::move(reply));
  });
  if (Reply refusal = Refusal(request); refusal.status != 0) {
    responder.Send(std::move(refusal));
  } else if (request.method == Method::kOptions && match.route == nullptr) {
    responder.Send(Preflight(request));
  } else if (match.route != nullptr) {
    CallHandler(*match.route, request, responder);
  } else if (match.allowed.empty()) {
    responder.Send(JsonError(404, "there is nothing at this path", ErrorKind::kNotFound));
  } else {
    Reply reply = JsonError(405, "this path does not take this method", ErrorKind::kInvalid);
    reply.headers.emplace_back("Allow", match.allowed);
    responder.Send(std::move(reply));
  }
}

}  // namespace tarn::serve
