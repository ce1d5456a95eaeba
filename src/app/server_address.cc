#include "app/server_address.h"

#include <optional>

#include "app/config.h"
#include "app/data_directory.h"
#include "app/listen_address.h"
#include "os/files.h"

namespace tarn::app {
namespace {

ErrorKind KindOf(int status) {
  switch (status) {
    case 400:
    case 422:
      return ErrorKind::kInvalid;
    case 401:
    case 403:
      return ErrorKind::kUnauthorized;
    case 404:
      return ErrorKind::kNotFound;
    case 409:
      return ErrorKind::kConflict;
    case 413:
      return ErrorKind::kTooLarge;
    case 429:
      return ErrorKind::kOverloaded;
    case 501:
      return ErrorKind::kUnsupported;
    case 503:
      return ErrorKind::kUnavailable;
    default:
      return ErrorKind::kInternal;
  }
}

std::string MessageOf(const net::HttpReply& reply) {
  const auto json = Json::Parse(reply.body);
  for (const char* member : {"error", "message", "Message"}) {
    if (json && json->GetString(member)) return *json->GetString(member);
  }
  return Format("status {}: {}", reply.status, reply.body.substr(0, 300));
}

// Of the server that runs on a directory; none where none does.
Result<std::optional<std::string>> UrlOfData(const std::string& data) {
  const DataPaths paths = TRY(FindDataDirectory(data, os::PosixFiles()));
  const auto server = TRY(FindRunningServer(paths, os::PosixFiles()));
  return server ? std::optional(server->url) : std::nullopt;
}

Result<std::string> ConfiguredUrl() {
  const Config config = TRY(LoadConfig(std::nullopt, {})).config;
  if (!config.data.empty()) {
    // A directory that is not there, or has no server, says nothing about who listens.
    const auto url = UrlOfData(config.data);
    if (url && *url) return **url;
  }
  const ListenAddress address = TRY(While(ParseListen(config.listen), "server.listen"));
  if (address.port == 0)
    return Fail(ErrorKind::kUnavailable,
                "no server runs on {}, and server.listen names no port: say --url or --data",
                config.data.empty() ? "a configured directory" : config.data);
  return address.Url();
}

}  // namespace

Result<std::string> ResolveUrl(const ServerAddress& address) {
  if (!address.url.empty()) {
    std::string url = address.url;
    while (url.ends_with('/')) url.pop_back();
    return url;
  }
  if (address.data.empty()) return ConfiguredUrl();
  auto url = TRY(UrlOfData(address.data));
  if (!url) {
    return Fail(ErrorKind::kUnavailable,
                "no server runs on {0}: start one with 'tarn serve --data {0}'", address.data);
  }
  return *std::move(url);
}

Result<net::HttpReply> Ask(net::HttpClient& client, const std::string& url,
                           const net::HttpRequest& request) {
  Result<net::HttpReply> reply = client.Send(request);
  if (!reply && reply.error().kind() == ErrorKind::kUnavailable) {
    std::string reason = reply.error().message();
    const std::string what = Format("{} {}: ", request.method, request.url);
    if (reason.starts_with(what)) reason.erase(0, what.size());
    return Fail(ErrorKind::kUnavailable,
                "no server answers at {}: start one with 'tarn serve', or say where it is with "
                "--url or --data ({})",
                url, reason);
  }
  if (reply && reply->status >= 300)
    return std::unexpected(Error(KindOf(reply->status), MessageOf(*reply)));
  return reply;
}

Result<Json> Call(const std::string& url, const std::string& method, const std::string& path,
                  const Json& body) {
  net::HttpRequest request{.method = method, .url = url + path};
  if (!body.is_null()) {
    request.body = body.Dump();
    request.headers = {{"Content-Type", "application/json"}};
  }
  request.timeout = std::chrono::seconds(90);
  net::HttpClient client;
  const net::HttpReply reply = TRY(Ask(client, url, request));
  if (reply.body.empty()) return Json();
  return Json::Parse(reply.body);
}

}  // namespace tarn::app
