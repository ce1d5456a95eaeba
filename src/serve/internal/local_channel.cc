#include "serve/internal/local_channel.h"

#include <utility>

#include "collect/body.h"
#include "crypto/digest.h"

namespace tarn::serve {
namespace {

constexpr std::string_view kScheme = "Bearer ";

Reply BytesReply(std::string bytes) {
  Reply reply;
  reply.content_type = "application/octet-stream";
  reply.body = std::move(bytes);
  return reply;
}

}  // namespace

Status LocalChannel::Admit(const Request& request) const {
  const std::string_view given = request.header("authorization");
  // Digests of both are compared: not even the token's length shows in the time it takes.
  const bool fits =
      given.starts_with(kScheme) &&
      crypto::EqualsConstantTime(crypto::Hex(crypto::Sha256(given.substr(kScheme.size()))),
                                 crypto::Hex(crypto::Sha256(token_)));
  if (!request.from_loopback || !fits) {
    return Fail(ErrorKind::kUnauthorized,
                "this channel is for commands of the data directory's owner on this machine");
  }
  return {};
}

void LocalChannel::Ask(Question question, const Request& request,
                       const Responder& responder) const {
  const auto parse = [&]() -> Result<Json> {
    TRY(Admit(request));
    const auto body = TRY(collect::Body::Open(request.header("content-encoding"), request.body,
                                              collect::kControlBody));
    return body.bytes().empty() ? Json::MakeObject({}) : Json::Parse(body.bytes());
  };
  auto input = parse();
  if (!input) return responder.Send(ErrorReply(input.error()));
  workers_.RunOrRefuse(responder, [this, question, responder, input = *std::move(input)] {
    auto bytes = (desk_.*question)(input);
    responder.Send(bytes ? BytesReply(*std::move(bytes)) : ErrorReply(bytes.error()));
  });
}

void LocalChannel::TableRows(const Request& request, const Responder& responder) const {
  Ask(&LocalDesk::TableRows, request, responder);
}

void LocalChannel::Tables(const Request& request, const Responder& responder) const {
  Ask(&LocalDesk::Tables, request, responder);
}

}  // namespace tarn::serve
