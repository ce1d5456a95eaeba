#include "serve/firehose/firehose.h"

#include <algorithm>
#include <array>
#include <utility>

#include "collect/body.h"
#include "collect/firehose_records.h"
#include "collect/request_key.h"
#include "schema/record.h"
#include "serve/firehose/delivery_stream.h"
#include "serve/firehose/members.h"
#include "serve/ingest_metrics.h"

namespace tarn::serve {
namespace {

using collect::AwsError;
using collect::AwsResult;
using collect::Violations;

constexpr std::array<std::string_view, 5> kControlOperations = {
    "CreateDeliveryStream", "DescribeDeliveryStream", "ListDeliveryStreams", "DeleteDeliveryStream",
    "ListTagsForDeliveryStream"};
constexpr std::array<std::string_view, 5> kUnservedOperations = {
    "UpdateDestination", "StartDeliveryStreamEncryption", "StopDeliveryStreamEncryption",
    "TagDeliveryStream", "UntagDeliveryStream"};

constexpr int64_t kStreamsListed = 10;
constexpr int64_t kTagsListed = 50;

AwsError Busy() {
  return {"ServiceUnavailableException",
          "The service is unavailable. Back off and retry the operation.", 503};
}

/// A body that cannot be opened, as Firehose says it.
AwsError ToAwsError(const Error& error) {
  if (error.kind() == ErrorKind::kTooLarge)
    return {"RequestEntityTooLargeException", error.message(), 413};
  return {"SerializationException", error.message()};
}

/// Written by hand: 500 entries a reply, thousands of replies a second.
std::string BatchOutput(std::string_view node_id, const flow::Appended& appended) {
  std::string output = R"({"FailedPutCount":0,"Encrypted":false,"RequestResponses":[)";
  output.reserve(output.size() + appended.records * 64);
  for (uint64_t i = 0; i < appended.records; ++i) {
    if (i > 0) output += ',';
    output += R"({"RecordId":")";
    output += schema::RecordIdText(node_id, Lsn(appended.first.number() + i));
    output += R"("})";
  }
  return output + "]}";
}

std::string RecordOutput(std::string_view node_id, const flow::Appended& appended) {
  return Format(R"({{"RecordId":"{}","Encrypted":false}})",
                schema::RecordIdText(node_id, appended.first));
}

}  // namespace

AwsError Firehose::NotFound(std::string_view stream) const {
  return {"ResourceNotFoundException",
          Format("Firehose {} under account {} not found.", stream, options_.account)};
}

AwsError Firehose::InUse(std::string_view stream) const {
  return {"ResourceInUseException",
          Format("Firehose {} under accountId {} already exists", stream, options_.account)};
}

AwsError Firehose::ToAwsError(const Error& error, std::string_view stream) const {
  switch (error.kind()) {
    case ErrorKind::kNotFound:
      return NotFound(stream);
    case ErrorKind::kInvalid:
    case ErrorKind::kTooLarge:
    case ErrorKind::kConflict:
    case ErrorKind::kUnsupported:
      return {"InvalidArgumentException", error.message()};
    case ErrorKind::kUnauthorized:
      return {"AccessDeniedException", error.message(), 403};
    case ErrorKind::kOverloaded:
    case ErrorKind::kUnavailable:
    case ErrorKind::kCancelled:
    case ErrorKind::kIo:  // nothing was kept: the client may send it again
      return Busy();
    case ErrorKind::kUnknownOutcome:
    case ErrorKind::kCorrupt:
    case ErrorKind::kInternal:
      return {"InternalFailure", "The request processing has failed because of an internal error.",
              500};
  }
  return Busy();
}

void Firehose::Handle(const AwsCall& call, const Request& request,
                      const Responder& responder) const {
  if (call.operation == "PutRecordBatch") return Put(call, request, responder, true);
  if (call.operation == "PutRecord") return Put(call, request, responder, false);
  if (std::ranges::contains(kControlOperations, call.operation)) {
    return Control(call, request, responder);
  }
  const bool is_known = std::ranges::contains(kUnservedOperations, call.operation);
  AwsCall unknown = call;
  unknown.operation = is_known ? call.operation : "unknown";  // metrics take no client's words
  responder.Send(AwsFault(unknown, {"UnknownOperationException",
                                    is_known ? Format("{} is not supported yet.", call.operation)
                                             : Format("Firehose has no operation '{}'.",
                                                      call.operation.substr(0, 64))}));
}

void Firehose::Put(const AwsCall& call, const Request& request, const Responder& responder,
                   bool is_batch) const {
  const auto answer = [call, responder, bytes = request.body.size()](Reply reply) {
    CountIngestRequest(schema::Source::kFirehose, reply.status, bytes);
    responder.Send(std::move(reply));
  };
  const auto body =
      collect::Body::Open(request.header("content-encoding"), request.body, collect::kFirehoseBody);
  if (!body) return answer(AwsFault(call, serve::ToAwsError(body.error())));
  auto put = is_batch ? collect::ParsePutRecordBatch(body->bytes())
                      : collect::ParsePutRecord(body->bytes());
  if (!put) return answer(AwsFault(call, put.error()));
  const auto key = collect::RequestKeyOf({.stream = put->stream,
                                          .access_key = call.access_key,
                                          .idempotency_key = request.header("idempotency-key"),
                                          .invocation_id = request.header("amz-sdk-invocation-id"),
                                          .body = request.body});
  if (!key) return answer(AwsFault(call, ToAwsError(key.error(), put->stream)));
  const Status queued = streams_.Append(
      put->stream, schema::Source::kFirehose, wal::Content::kJson, request.received_at_us,
      {key->high, key->low}, put->block,
      [this, call, answer, is_batch, stream = put->stream](Result<flow::Appended> appended) {
        if (!appended) return answer(AwsFault(call, ToAwsError(appended.error(), stream)));
        const std::string node_id = streams_.node_id();
        answer(AwsReply(
            call, is_batch ? BatchOutput(node_id, *appended) : RecordOutput(node_id, *appended)));
      });
  if (!queued) answer(AwsFault(call, ToAwsError(queued.error(), put->stream)));
}

void Firehose::Control(const AwsCall& call, const Request& request,
                       const Responder& responder) const {
  const auto body =
      collect::Body::Open(request.header("content-encoding"), request.body, collect::kControlBody);
  if (!body) return responder.Send(AwsFault(call, serve::ToAwsError(body.error())));
  auto input = ParseAwsInput(body->bytes());
  if (!input) return responder.Send(AwsFault(call, input.error()));
  const bool taken = workers_.TryRun([this, call, responder, input = *std::move(input)] {
    const Outcome outcome = Run(call, input);
    responder.Send(outcome ? AwsReply(call, *outcome) : AwsFault(call, outcome.error()));
  });
  if (!taken) responder.Send(AwsFault(call, Busy()));
}

Firehose::Outcome Firehose::Run(const AwsCall& call, const Json& input) const {
  if (call.operation == "CreateDeliveryStream") return Create(call, input);
  if (call.operation == "DescribeDeliveryStream") return Describe(call, input);
  if (call.operation == "ListDeliveryStreams") return List(input);
  if (call.operation == "DeleteDeliveryStream") return Delete(input);
  return ListTags(input);
}

AwsResult<std::string> Firehose::StreamName(const Json& input) const {
  Violations violations;
  const Members members(input, "", &violations);
  // Any length: the check below says all that is wrong with it.
  auto name = TRY(members.String("DeliveryStreamName", {0, SIZE_MAX}));
  violations.CheckStreamName("deliveryStreamName", name);
  if (!violations.empty()) return std::unexpected(violations.ToError());
  return *std::move(name);
}

Firehose::Outcome Firehose::Create(const AwsCall& call, const Json& input) const {
  const std::string name = TRY(StreamName(input));
  if (streams_.Find(name)) return std::unexpected(InUse(name));
  const auto created = streams_.Create(TRY(DefinitionOfDeliveryStream(input)));
  if (!created) {
    if (created.error().kind() == ErrorKind::kConflict && streams_.Find(name)) {
      return std::unexpected(InUse(name));
    }
    // What is missing is a table or database that the definition names, never the stream.
    if (created.error().kind() == ErrorKind::kNotFound) {
      return std::unexpected(AwsError{"InvalidArgumentException", created.error().message()});
    }
    return std::unexpected(ToAwsError(created.error(), name));
  }
  return Json::MakeObject(
      {{"DeliveryStreamARN", DeliveryStreamArn(call.region, options_.account, name)}});
}

Firehose::Outcome Firehose::Describe(const AwsCall& call, const Json& input) const {
  const std::string name = TRY(StreamName(input));
  Violations violations;
  const Members members(input, "", &violations);
  TRY(members.Integer("Limit", {1, 10'000}));
  TRY(members.String("ExclusiveStartDestinationId", {1, 100}, kDestinationIdPattern));
  if (!violations.empty()) return std::unexpected(violations.ToError());
  const auto stream = streams_.Find(name);
  if (!stream) return std::unexpected(ToAwsError(stream.error(), name));
  return Json::MakeObject(
      {{"DeliveryStreamDescription",
        DescribeDeliveryStream(stream->definition,
                               DeliveryStreamArn(call.region, options_.account, name))}});
}

Firehose::Outcome Firehose::List(const Json& input) const {
  Violations violations;
  const Members members(input, "", &violations);
  const auto limit = TRY(members.Integer("Limit", {1, 10'000})).value_or(kStreamsListed);
  const auto after = TRY(members.String("ExclusiveStartDeliveryStreamName", {0, SIZE_MAX}));
  if (after) violations.CheckStreamName("exclusiveStartDeliveryStreamName", after);
  const auto type = TRY(members.OneOf("DeliveryStreamType", {"DirectPut", "KinesisStreamAsSource",
                                                             "MSKAsSource", "DatabaseAsSource"}));
  if (!violations.empty()) return std::unexpected(violations.ToError());
  Json names = Json::MakeArray();
  bool has_more = false;
  if (type.value_or("DirectPut") == "DirectPut") {
    for (const flow::StreamInfo& stream : streams_.List()) {
      if (stream.definition.name == options_.own_stream) continue;
      if (after && stream.definition.name <= *after) continue;
      has_more = static_cast<int64_t>(names.as_array().size()) == limit;
      if (has_more) break;
      names.Push(stream.definition.name);
    }
  }
  return Json::MakeObject({{"DeliveryStreamNames", names}, {"HasMoreDeliveryStreams", has_more}});
}

Firehose::Outcome Firehose::Delete(const Json& input) const {
  const std::string name = TRY(StreamName(input));
  Violations violations;
  const bool is_forced =
      TRY(Members(input, "", &violations).Boolean("AllowForceDelete")).value_or(false);
  if (name == options_.own_stream) {
    return std::unexpected(AwsError{"ResourceInUseException",
                                    Format("POST /ingest feeds the stream '{}': it stays.", name)});
  }
  const Status deleted = is_forced ? streams_.ForceDelete(name) : streams_.Delete(name);
  if (!deleted) return std::unexpected(ToAwsError(deleted.error(), name));
  return Json::MakeObject({});
}

Firehose::Outcome Firehose::ListTags(const Json& input) const {
  const std::string name = TRY(StreamName(input));
  Violations violations;
  const Members members(input, "", &violations);
  const auto limit = TRY(members.Integer("Limit", {1, 50})).value_or(kTagsListed);
  const auto after = TRY(members.String("ExclusiveStartTagKey", {1, 128}, kTagKeyPattern));
  if (!violations.empty()) return std::unexpected(violations.ToError());
  const auto stream = streams_.Find(name);
  if (!stream) return std::unexpected(ToAwsError(stream.error(), name));
  Json tags = Json::MakeArray();
  bool has_more = false;
  bool started = !after;
  for (const Json& tag : TagsOf(stream->definition)) {
    if (!started) {
      const Json* key = tag.Find("Key");
      started = key != nullptr && *key == Json(*after);
      continue;
    }
    has_more = static_cast<int64_t>(tags.as_array().size()) == limit;
    if (has_more) break;
    tags.Push(tag);
  }
  return Json::MakeObject({{"Tags", tags}, {"HasMoreTags", has_more}});
}

}  // namespace tarn::serve
