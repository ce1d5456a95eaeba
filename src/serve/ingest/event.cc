#include "serve/ingest/event.h"

#include <utility>

#include "base/log.h"
#include "base/time.h"
#include "collect/body.h"
#include "collect/header_text.h"
#include "collect/json_object.h"
#include "collect/request_key.h"
#include "schema/record.h"
#include "serve/ingest_metrics.h"

namespace tarn::serve {
namespace {

Reply EventError(int status, std::string_view message) {
  return Reply::OfJson(status, Json::MakeObject({{"error", message}}));
}

/// Clients of this door know one kind of failure; the log knows more.
Reply Failure(const Error& error) {
  Log(LogLevel::kWarn, "serve", "an event was not ingested",
      {{"kind", KindName(error.kind())}, {"error", error.message()}});
  if (error.kind() == ErrorKind::kTooLarge) return EventError(413, "Payload too large");
  Reply reply = EventError(500, "Internal server error during ingestion");
  if (MayRetry(error.kind())) reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

/// What is wrong with a body.
Reply Refusal(const Error& error) {
  if (error.kind() == ErrorKind::kTooLarge) return EventError(413, "Payload too large");
  if (error.kind() == ErrorKind::kUnsupported) return EventError(415, error.message());
  return EventError(400, "Invalid JSON payload");
}

/// The one record of an event. errors  kInvalid: not one JSON object
Result<std::shared_ptr<const schema::RecordBlock>> RecordOf(const Request& request) {
  const auto body = TRY(
      collect::Body::Open(request.header("content-encoding"), request.body, collect::kIngestBody));
  std::string_view event = collect::TrimBlanks(body.bytes());
  if (event.empty()) event = "{}";
  if (!collect::IsJsonObject(event)) {
    return Fail(ErrorKind::kInvalid, "the body is not one JSON object");
  }
  auto block = std::make_shared<schema::RecordBlock>();
  block->Add(event);
  return block;
}

}  // namespace

std::string EventKey(int64_t received_at_us, std::string_view ingest_id) {
  const CivilDate date = CivilFromDays(FloorDivide(received_at_us, kMicrosPerDay));
  const int64_t hour =
      FloorDivide(received_at_us, kMicrosPerHour) - 24 * FloorDivide(received_at_us, kMicrosPerDay);
  return Format("{:04}/{:02}/{:02}/{:02}/{}_{}.json", date.year, date.month, date.day, hour,
                FormatTimestamp(received_at_us, TimeStyle::kIsoUtc), ingest_id);
}

void Event::Handle(const Request& request, const Responder& responder) const {
  const auto answer = [responder, bytes = request.body.size()](Reply reply) {
    CountIngestRequest(schema::Source::kIngest, reply.status, bytes);
    responder.Send(std::move(reply));
  };
  auto block = RecordOf(request);
  if (!block) {
    return answer(Refusal(block.error()));
  }
  const auto key = collect::RequestKeyOf({.stream = options_.stream,
                                          .idempotency_key = request.header("idempotency-key"),
                                          .body = request.body});
  if (!key) return answer(EventError(400, key.error().message()));
  const int64_t received_at_us = request.received_at_us;
  const Status queued = streams_.Append(
      options_.stream, schema::Source::kIngest, wal::Content::kJson, received_at_us,
      {key->high, key->low}, *std::move(block),
      [this, answer, received_at_us](Result<flow::Appended> appended) {
        if (!appended) return answer(Failure(appended.error()));
        const std::string id = schema::RecordIdText(streams_.node_id(), appended->first);
        answer(Reply::OfJson(202, Json::MakeObject({{"status", "accepted"},
                                                    {"key", EventKey(received_at_us, id)}})));
      });
  if (!queued) answer(Failure(queued.error()));
}

}  // namespace tarn::serve
