#include "app/stream_command.h"

#include <cstdio>
#include <fstream>
#include <iterator>

#include "app/config.h"
#include "codec/text.h"
#include "os/clock.h"

namespace tarn::app {
namespace {

std::string PathOf(const std::string& name) { return "/v1/streams/" + codec::EncodePercent(name); }

void PrintLine(const std::string& text) { std::puts(text.c_str()); }

std::string TextOf(const Json& object, std::string_view member) {
  const Json* value = object.Find(member);
  if (value == nullptr) return "";
  return value->is_string() ? value->as_string() : value->Dump();
}

}  // namespace

Status RunStreamCreate(const StreamCreateOptions& options) {
  Json body = Json::MakeObject({{"name", options.name}});
  if (!options.columns.empty()) body.Set("columns", options.columns);
  body.Set("inferred", options.inferred || options.columns.empty());
  if (options.partition_by) body.Set("partition_by", *options.partition_by);
  if (!options.table.empty()) body.Set("table", options.table);
  if (options.buffer_seconds >= 0) body.Set("buffer_seconds", options.buffer_seconds);
  if (!options.buffer_size.empty())
    body.Set("buffer_bytes", static_cast<int64_t>(TRY(ParseBytes(options.buffer_size))));
  if (!options.compression.empty()) body.Set("compression", options.compression);
  PrintLine(TRY(Call(TRY(ResolveUrl(options.server)), "POST", "/v1/streams", body)).DumpPretty());
  return {};
}

Status RunStreamList(const ServerAddress& server, const std::string& output) {
  const Json reply = TRY(Call(TRY(ResolveUrl(server)), "GET", "/v1/streams", Json()));
  const Json::Array& streams = TRY(reply.GetArray("streams"))->as_array();
  if (output == "json") {
    PrintLine(Json(streams).DumpPretty());
    return {};
  }
  if (output != "table")
    return Fail(ErrorKind::kInvalid, "--output {}: table and json are possible", output);
  PrintLine(Format("{:<32} {:<32} {:>14} {:>12}", "STREAM", "TABLE", "RECORDS", "LIVE ROWS"));
  for (const Json& stream : streams) {
    PrintLine(Format("{:<32} {:<32} {:>14} {:>12}", TextOf(stream, "name"), TextOf(stream, "table"),
                     TextOf(stream, "records"), TextOf(stream, "live_rows")));
  }
  return {};
}

Status RunStreamDescribe(const ServerAddress& server, const std::string& name) {
  PrintLine(TRY(Call(TRY(ResolveUrl(server)), "GET", PathOf(name), Json())).DumpPretty());
  return {};
}

Status RunStreamDelete(const ServerAddress& server, const std::string& name, bool force) {
  const std::string path = PathOf(name) + (force ? "?force=true" : "");
  TRY(Call(TRY(ResolveUrl(server)), "DELETE", path, Json()));
  std::fprintf(stderr, "stream '%s' is deleted; its table stays\n", name.c_str());
  return {};
}

Status RunStreamPut(const ServerAddress& server, const std::string& name, const std::string& body) {
  const std::string url = TRY(ResolveUrl(server));
  net::HttpRequest request{.method = "POST", .url = url + PathOf(name) + "/records"};
  request.body = body;
  if (body == "-") {
    std::ifstream input("/dev/stdin", std::ios::binary);
    request.body.assign(std::istreambuf_iterator<char>(input), {});
  }
  if (request.body.find_first_not_of(" \t\r\n") == std::string::npos)
    return Fail(ErrorKind::kInvalid, "there is no record to put: {} empty",
                body == "-" ? "standard input is" : "the body is");
  request.headers = {{"Content-Type", "application/json"},
                     {"Idempotency-Key", os::RandomUuid(os::SystemEntropy())}};
  net::HttpClient client;
  PrintLine(TRY(Ask(client, url, request)).body);
  return {};
}

}  // namespace tarn::app
