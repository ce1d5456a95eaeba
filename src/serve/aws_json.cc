#include "serve/aws_json.h"

#include <algorithm>
#include <utility>

#include "collect/credentials.h"
#include "collect/header_text.h"

namespace tarn::serve {
namespace {

constexpr std::string_view kContentType = "application/x-amz-json-1.1";
constexpr std::string_view kOlderContentType = "application/x-amz-json-1.0";

std::string ReplyTypeOf(std::string_view request_type) {
  const std::string_view type = collect::MediaType(request_type);
  return std::string(collect::EqualsIgnoringCase(type, kOlderContentType) ? kOlderContentType
                                                                          : kContentType);
}

collect::AwsError UnknownOperation(std::string message) {
  return {"UnknownOperationException", std::move(message)};
}

}  // namespace

Reply AwsReply(const AwsCall& call, std::string output) {
  Reply reply;
  reply.content_type = call.content_type;
  reply.body = std::move(output);
  reply.operation = call.operation;
  return reply;
}

Reply AwsReply(const AwsCall& call, const Json& output) { return AwsReply(call, output.Dump()); }

Reply AwsFault(const AwsCall& call, const collect::AwsError& error) {
  Reply reply =
      AwsReply(call, Json::MakeObject({{"__type", error.type}, {"message", error.message}}));
  reply.status = error.status;
  reply.headers.emplace_back("x-amzn-ErrorType", error.type);
  if (error.status == 503) reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

void AwsTargets::Add(std::string prefix, AwsService service) {
  targets_.push_back({std::move(prefix), "", std::move(service)});
}

void AwsTargets::AddUnserved(std::string prefix, std::string name) {
  targets_.push_back({std::move(prefix), std::move(name), nullptr});
}

void AwsTargets::Handle(const Request& request, const Responder& responder) const {
  AwsCall call;
  call.content_type = ReplyTypeOf(request.header("content-type"));
  call.region = region_;
  const std::string_view target = request.header("x-amz-target");
  if (target.empty()) {
    return responder.Send(AwsFault(call, UnknownOperation("The X-Amz-Target header is missing.")));
  }
  auto scope = collect::ParseCredentialScope(request.header("authorization"));
  if (!scope) {
    return responder.Send(
        AwsFault(call, {"IncompleteSignatureException", scope.error().message(), 403}));
  }
  if (*scope) {
    call.region = std::move((*scope)->region);
    call.access_key = std::move((*scope)->access_key);
  }
  const size_t dot = std::min(target.rfind('.'), target.size());
  const std::string_view prefix = target.substr(0, dot);
  const auto found = std::ranges::find(targets_, prefix, &Target::prefix);
  if (found == targets_.end()) {
    return responder.Send(
        AwsFault(call, UnknownOperation(Format("No service of the target '{}' is served.",
                                               prefix.substr(0, 64)))));
  }
  if (!found->service) {
    return responder.Send(
        AwsFault(call, UnknownOperation(Format("{} is not served yet.", found->unserved_name))));
  }
  call.operation = target.substr(std::min(dot + 1, target.size()));
  found->service(call, request, responder);
}

}  // namespace tarn::serve
