#include "serve/ingest/records.h"

#include <utility>

#include "collect/aws_error.h"
#include "collect/body.h"
#include "collect/credentials.h"
#include "collect/split.h"
#include "serve/ingest_metrics.h"

namespace tarn::serve {
namespace {

/// 415 says that it is the encoding; every other kind has its usual status.
Reply BodyErrorReply(const Error& error) {
  Reply reply = ErrorReply(error);
  if (error.kind() == ErrorKind::kUnsupported) reply.status = 415;
  return reply;
}

Result<std::string> AccessKeyOf(const Request& request) {
  auto scope = TRY(collect::ParseCredentialScope(request.header("authorization")));
  return scope ? std::move(scope->access_key) : std::string();
}

Result<collect::RequestKey> KeyOf(const Request& request, std::string_view stream) {
  return collect::RequestKeyOf({.stream = stream,
                                .access_key = TRY(AccessKeyOf(request)),
                                .idempotency_key = request.header("idempotency-key"),
                                .invocation_id = request.header("amz-sdk-invocation-id"),
                                .body = request.body});
}

}  // namespace

/// One request's records on their way, and how to answer.
struct Records::Batch {
  std::string stream;
  int64_t received_at_us = 0;
  wal::RequestKey key;
  std::shared_ptr<const schema::RecordBlock> block;
  std::function<void(Reply)> answer;
};

void Records::Handle(const Request& request, const Responder& responder) const {
  auto batch = std::make_shared<Batch>();
  batch->stream = request.parameter("stream");
  batch->received_at_us = request.received_at_us;
  batch->answer = [responder, bytes = request.body.size()](Reply reply) {
    CountIngestRequest(schema::Source::kHttp, reply.status, bytes);
    responder.Send(std::move(reply));
  };
  if (!collect::IsStreamName(batch->stream)) {
    return batch->answer(ErrorReply(
        Error(ErrorKind::kInvalid, "a stream's name is 1 to 64 of letters, digits, _ . and -")));
  }
  auto body =
      collect::Body::Open(request.header("content-encoding"), request.body, collect::kHttpBody);
  if (!body) return batch->answer(BodyErrorReply(body.error()));
  auto block = collect::SplitBody(std::move(*body).Take(), request.header("content-type"));
  if (!block) return batch->answer(ErrorReply(block.error()));
  batch->block = *std::move(block);
  const auto key = KeyOf(request, batch->stream);
  if (!key) return batch->answer(ErrorReply(key.error()));
  batch->key = {key->high, key->low};
  Append(batch, options_.create_streams);
}

void Records::Append(const std::shared_ptr<const Batch>& batch, bool may_create) const {
  const Status queued = streams_.Append(
      batch->stream, schema::Source::kHttp, wal::Content::kJson, batch->received_at_us, batch->key,
      batch->block, [this, batch](Result<flow::Appended> appended) {
        if (!appended) return batch->answer(ErrorReply(appended.error()));
        const std::string node_id = streams_.node_id();
        batch->answer(Reply::OfJson(
            200, Json::MakeObject({{"records", static_cast<int64_t>(appended->records)},
                                   {"first", schema::RecordIdText(node_id, appended->first)},
                                   {"last", schema::RecordIdText(node_id, appended->last)}})));
      });
  if (queued) return;
  if (queued.error().kind() == ErrorKind::kNotFound && may_create) return CreateAndAppend(batch);
  batch->answer(ErrorReply(queued.error()));
}

void Records::CreateAndAppend(const std::shared_ptr<const Batch>& batch) const {
  const bool taken = workers_.TryRun([this, batch] {
    flow::StreamDefinition definition;
    definition.name = batch->stream;
    const auto created = streams_.Create(std::move(definition));
    // Where it is there all the same, another request was faster.
    if (!created && !streams_.Find(batch->stream)) {
      return batch->answer(ErrorReply(created.error()));
    }
    Append(batch, false);
  });
  if (!taken) {
    batch->answer(ErrorReply(
        Error(ErrorKind::kOverloaded, "too many streams are being made at once: try again")));
  }
}

}  // namespace tarn::serve
