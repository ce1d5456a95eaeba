#include "app/server_address.h"

#include <optional>

#include "app/data_directory.h"
#include "os/files.h"

namespace tarn::app {
namespace {

constexpr std::string_view kDefaultUrl = "http://127.0.0.1:8080";

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

}  // namespace

Result<std::string> ResolveUrl(const ServerAddress& address) {
  if (!address.url.empty()) {
    std::string url = address.url;
    while (url.ends_with('/')) url.pop_back();
    return url;
  }
  if (address.data.empty()) return std::string(kDefaultUrl);
  const DataPaths paths = TRY(FindDataDirectory(address.data, os::PosixFiles()));
  const std::optional<RunningServer> server = TRY(FindRunningServer(paths, os::PosixFiles()));
  if (!server) {
    return Fail(ErrorKind::kUnavailable,
                "no server runs on {}: start one with 'tarn serve --data {}'", paths.root,
                paths.root);
  }
  return server->url;
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
  const net::HttpReply reply = TRY(While(client.Send(request), "asking {}", url));
  if (reply.status >= 300) return std::unexpected(Error(KindOf(reply.status), MessageOf(reply)));
  if (reply.body.empty()) return Json();
  return Json::Parse(reply.body);
}

}  // namespace tarn::app
