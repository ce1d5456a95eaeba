#include "serve/rest/streams_api.h"

#include <algorithm>
#include <array>
#include <climits>
#include <ranges>
#include <utility>

#include "base/time.h"
#include "collect/body.h"
#include "schema/declaration.h"

namespace tarn::serve {
namespace {

constexpr std::array<std::string_view, 12> kMembers = {
    "name",         "table",       "columns",    "partition_by",     "inferred", "buffer_seconds",
    "buffer_bytes", "compression", "may_evolve", "may_create_table", "sort_by",  "bloom_filter"};

Status CheckMembers(const Json& body) {
  if (!body.is_object()) return Fail(ErrorKind::kInvalid, "the body must be a JSON object");
  for (const auto& [name, value] : body.as_object()) {
    if (!std::ranges::contains(kMembers, name)) {
      std::string known;
      for (const std::string_view member : kMembers) {
        if (!known.empty()) known += ", ";
        known += member;
      }
      return Fail(ErrorKind::kInvalid, "'{}' is no member of a stream: known are {}",
                  name.substr(0, 64), known);
    }
  }
  return {};
}

bool Has(const Json& body, std::string_view name) {
  const Json* member = body.Find(name);
  return member != nullptr && !member->is_null();
}

/// `lake.events` or `events`, of the database `default`.
schema::TableName TableNameOf(const std::string& text) {
  const size_t dot = text.find('.');
  if (dot == std::string::npos) return {schema::kDefaultDatabase, text};
  return {text.substr(0, dot), text.substr(dot + 1)};
}

Result<std::vector<schema::ColumnDeclaration>> ColumnsOf(const Json& columns) {
  if (columns.is_string()) return schema::ParseColumns(columns.as_string());
  return schema::ColumnsFromJson(columns);
}

Status ReadBuffering(const Json& body, flow::StreamDefinition* definition) {
  if (Has(body, "buffer_seconds")) {
    const int64_t seconds = TRY(body.GetInt("buffer_seconds"));
    if (seconds < 0 || seconds > INT_MAX) {
      return Fail(ErrorKind::kInvalid, "buffer_seconds is {}: give 0 or more", seconds);
    }
    definition->buffer_seconds = static_cast<int>(seconds);
  }
  if (Has(body, "buffer_bytes")) {
    const int64_t bytes = TRY(body.GetInt("buffer_bytes"));
    if (bytes < 0) return Fail(ErrorKind::kInvalid, "buffer_bytes is negative");
    definition->buffer_bytes = static_cast<uint64_t>(bytes);
  }
  return {};
}

// errors  kInvalid: another parameter, or another value than true and false
Result<bool> IsForced(std::string_view query) {
  bool is_forced = false;
  for (const auto& [name, value] : TRY(ParseQuery(query))) {
    if (name != "force" || (value != "true" && value != "false")) {
      return Fail(ErrorKind::kInvalid, "parameter {}={}: force=true or force=false is possible",
                  name, value);
    }
    is_forced = value == "true";
  }
  return is_forced;
}

Json TimeOrNull(int64_t micros) {
  if (micros == 0) return nullptr;
  return FormatTimestamp(micros, TimeStyle::kIsoUtc);
}

Json PathsJson(const std::vector<shape::RestCounts::Path>& paths) {
  constexpr size_t kPathsMax = 100;  // the most frequent
  Json::Array array;
  for (const auto& path : paths | std::views::take(kPathsMax)) {
    array.push_back(Json::MakeObject(
        {{"path", path.path}, {"why", path.why}, {"count", static_cast<int64_t>(path.count)}}));
  }
  return array;
}

}  // namespace

Result<flow::StreamDefinition> DefinitionFromRequest(const Json& body) {
  TRY(CheckMembers(body));
  flow::StreamDefinition definition;
  definition.name = TRY(body.GetString("name"));
  if (Has(body, "table")) definition.table = TableNameOf(TRY(body.GetString("table")));
  if (Has(body, "columns")) {
    definition.columns = TRY(While(ColumnsOf(*body.Find("columns")), "columns"));
  }
  definition.inferred =
      Has(body, "inferred") ? TRY(body.GetBool("inferred")) : definition.columns.empty();
  if (Has(body, "partition_by")) definition.partition_by = TRY(body.GetString("partition_by"));
  if (Has(body, "sort_by")) definition.sort_by = TRY(body.GetString("sort_by"));
  if (Has(body, "bloom_filter")) definition.bloom_filter = TRY(body.GetString("bloom_filter"));
  if (Has(body, "compression")) definition.compression = TRY(body.GetString("compression"));
  if (Has(body, "may_evolve")) definition.may_evolve = TRY(body.GetBool("may_evolve"));
  if (Has(body, "may_create_table")) {
    definition.may_create_table = TRY(body.GetBool("may_create_table"));
  }
  TRY(ReadBuffering(body, &definition));
  return definition;
}

Json ToJson(const flow::StreamInfo& stream) {
  const flow::StreamDefinition& definition = stream.definition;
  Json json = Json::MakeObject(
      {{"name", definition.name},
       {"id", static_cast<int64_t>(stream.id.number())},
       {"table", definition.table.ToString()},
       {"columns", schema::ColumnsText(definition.columns)},
       {"inferred", definition.inferred},
       {"partition_by", definition.partition_by ? Json(*definition.partition_by) : Json()},
       {"buffer_seconds", definition.buffer_seconds},
       {"buffer_bytes", static_cast<int64_t>(definition.buffer_bytes)},
       {"compression", definition.compression},
       {"may_evolve", definition.may_evolve},
       {"may_create_table", definition.may_create_table},
       {"created_at", TimeOrNull(definition.created_us)},
       {"records", static_cast<int64_t>(stream.records)},
       {"bytes_received", static_cast<int64_t>(stream.bytes_received)},
       {"live_rows", static_cast<int64_t>(stream.live_rows)},
       {"newest_visible_at", TimeOrNull(stream.newest_visible_us)},
       {"problem", stream.health ? Json() : Json(stream.health.error().message())}});
  if (stream.without_column) json.Set("without_column", PathsJson(*stream.without_column));
  return json;
}

void StreamsApi::Run(const Responder& responder, std::function<Result<Reply>()> work) const {
  workers_.RunOrRefuse(responder, [responder, work = std::move(work)] {
    auto reply = work();
    responder.Send(reply ? *std::move(reply) : ErrorReply(reply.error()));
  });
}

void StreamsApi::Create(const Request& request, const Responder& responder) const {
  const auto parse = [&]() -> Result<flow::StreamDefinition> {
    const auto body = TRY(collect::Body::Open(request.header("content-encoding"), request.body,
                                              collect::kControlBody));
    return DefinitionFromRequest(TRY(Json::Parse(body.bytes())));
  };
  auto definition = parse();
  if (!definition) return responder.Send(ErrorReply(definition.error()));
  Run(responder, [this, definition = *std::move(definition)]() -> Result<Reply> {
    return Reply::OfJson(201, ToJson(TRY(streams_.Create(definition))));
  });
}

void StreamsApi::List(const Request& /*request*/, const Responder& responder) const {
  Run(responder, [this]() -> Result<Reply> {
    Json all = Json::MakeArray();
    for (const flow::StreamInfo& stream : streams_.List()) all.Push(ToJson(stream));
    return Reply::OfJson(200, Json::MakeObject({{"streams", all}}));
  });
}

void StreamsApi::Describe(const Request& request, const Responder& responder) const {
  Run(responder, [this, name = request.parameter("stream")]() -> Result<Reply> {
    Json stream = ToJson(TRY(streams_.Find(name)));
    if (options_.describe_source) {
      if (auto source = options_.describe_source(name)) stream.Set("source", *std::move(source));
    }
    return Reply::OfJson(200, stream);
  });
}

void StreamsApi::Delete(const Request& request, const Responder& responder) const {
  const auto force = IsForced(request.query);
  if (!force) return responder.Send(ErrorReply(force.error()));
  Run(responder, [this, name = request.parameter("stream"), force = *force]() -> Result<Reply> {
    // Where its table is held back it takes no events either; the next start makes it anew.
    if (name == options_.own_stream && !(force && TRY(streams_.Find(name)).held_back)) {
      return Fail(ErrorKind::kConflict, "POST /ingest feeds the stream '{}': it stays", name);
    }
    TRY(force ? streams_.ForceDelete(name) : streams_.Delete(name));
    Reply reply;
    reply.status = 204;
    return reply;
  });
}

}  // namespace tarn::serve
