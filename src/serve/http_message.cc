#include "serve/http_message.h"

#include <algorithm>
#include <atomic>

#include "base/invariant.h"
#include "base/log.h"
#include "codec/text.h"

namespace tarn::serve {
namespace {

constexpr size_t kQueryParametersMax = 100;
constexpr const char* kRetryAfterSeconds = "1";

Result<std::string> DecodeQueryText(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return codec::DecodePercent(spaced);
}

}  // namespace

std::string_view MethodName(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
    case Method::kPatch:
      return "PATCH";
  }
  return "";
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& [header_name, value] : headers) {
    if (header_name == name) return value;
  }
  return {};
}

const std::string& Request::parameter(std::string_view name) const {
  const auto found =
      std::ranges::find(parameters, name, &std::pair<std::string_view, std::string>::first);
  INVARIANT(found != parameters.end(), "a handler asks for parameters of its own route");
  return found->second;
}

Reply Reply::OfJson(int status, const Json& json) {
  Reply reply;
  reply.status = status;
  reply.body = json.Dump();
  return reply;
}

Reply Reply::OfText(int status, std::string text) {
  Reply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = std::move(text);
  return reply;
}

class Responder::Once {
 public:
  explicit Once(Sink sink) : sink_(std::move(sink)) {}
  ~Once() {
    if (sent_) return;
    Log(LogLevel::kError, "serve", "a request was dropped without an answer");
    sink_(ErrorReply(Error(ErrorKind::kInternal, "the request was not answered")));
  }
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;

  void Send(Reply reply) {
    if (sent_.exchange(true)) {
      Log(LogLevel::kError, "serve", "a request was answered twice", {{"status", reply.status}});
      return;
    }
    sink_(std::move(reply));
  }

 private:
  const Sink sink_;
  std::atomic<bool> sent_ = false;
};

Responder::Responder(Sink sink) : once_(std::make_shared<Once>(std::move(sink))) {}

void Responder::Send(Reply reply) const { once_->Send(std::move(reply)); }

int StatusOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
      return 400;
    case ErrorKind::kUnauthorized:
      return 401;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kConflict:
      return 409;
    case ErrorKind::kTooLarge:
      return 413;
    case ErrorKind::kOverloaded:
      return 429;
    case ErrorKind::kUnavailable:
    case ErrorKind::kCancelled:
      return 503;
    case ErrorKind::kUnsupported:
      return 501;
    case ErrorKind::kUnknownOutcome:
    case ErrorKind::kCorrupt:
    case ErrorKind::kIo:
    case ErrorKind::kInternal:
      return 500;
  }
  return 500;
}

Reply ErrorReply(const Error& error) {
  Reply reply = Reply::OfJson(
      StatusOf(error.kind()),
      Json::MakeObject({{"error", error.message()}, {"kind", KindName(error.kind())}}));
  if (reply.status == 429 || reply.status == 503) {
    reply.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  }
  return reply;
}

Result<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    if (parameters.size() == kQueryParametersMax) {
      return Fail(ErrorKind::kInvalid, "the query has over {} parameters", kQueryParametersMax);
    }
    const size_t equals = std::min(part.find('='), part.size());
    parameters.emplace_back(TRY(DecodeQueryText(part.substr(0, equals))),
                            TRY(DecodeQueryText(part.substr(std::min(equals + 1, part.size())))));
  }
  return parameters;
}

}  // namespace tarn::serve
