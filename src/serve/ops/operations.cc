#include "serve/ops/operations.h"

#include <utility>

#include "base/metrics.h"

namespace tarn::serve {

Operations::Operations(OperationsOptions options, std::vector<ReadinessCheck> checks)
    : options_(std::move(options)), checks_(std::move(checks)) {}

void Operations::Alive(const Request& /*request*/, const Responder& responder) {
  responder.Send(Reply::OfJson(200, Json::MakeObject({{"alive", true}})));
}

void Operations::Ready(const Request& /*request*/, const Responder& responder) const {
  Json reasons = Json::MakeArray();
  Json problems = Json::MakeArray();
  for (const ReadinessCheck& check : checks_) {
    const Status status = check.check();
    if (status) continue;
    (check.is_required ? reasons : problems)
        .Push(Json::MakeObject({{"check", check.name}, {"reason", status.error().message()}}));
  }
  const bool ready = reasons.as_array().empty();
  responder.Send(Reply::OfJson(
      ready ? 200 : 503,
      Json::MakeObject({{"ready", ready}, {"reasons", reasons}, {"problems", problems}})));
}

void Operations::ShowMetrics(const Request& /*request*/, const Responder& responder) {
  Reply reply;
  reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
  reply.body = Metrics().Render();
  responder.Send(std::move(reply));
}

void Operations::Version(const Request& /*request*/, const Responder& responder) const {
  responder.Send(Reply::OfJson(200, Json::MakeObject({{"version", TARN_VERSION},
                                                      {"commit", options_.commit},
                                                      {"node_id", options_.node_id}})));
}

}  // namespace tarn::serve
