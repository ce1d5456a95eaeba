#include "bench/tarn_server.h"

#include <charconv>
#include <filesystem>

namespace tarn::bench {
namespace {

/// in  url: http://127.0.0.1:8080
Result<int> PortOf(std::string_view url) {
  const std::string_view digits = url.substr(url.rfind(':') + 1);
  int port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size())
    return Fail(ErrorKind::kInternal, "the server's URL '{}' has no port", url);
  return port;
}

}  // namespace

Result<std::unique_ptr<TarnServer>> TarnServer::Start(const Workplace& workplace,
                                                      std::string_view name, bool synced) {
  std::string directory = workplace.PathOf(name);
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  std::vector<std::string> command{TRY(OwnProgram())};
  if (synced) command.insert(command.end(), {"serve", "--listen", "127.0.0.1:0"});
  if (!synced) command.insert(command.end(), {"bench", std::string(kUnsyncedServer)});
  command.insert(command.end(), {"--data", directory});
  std::unique_ptr<Service> service =
      TRY(Service::Start(command, workplace.PathOf(Format("{}.log", name))));
  const Json ready = TRY(Json::Parse(service->ready_line()));
  const int port = TRY(PortOf(TRY(ready.GetString("url"))));
  return std::unique_ptr<TarnServer>(
      new TarnServer(std::move(service), std::move(directory), port));
}

TarnServer::~TarnServer() {
  service_.reset();  // killed: what it holds is of no use to anybody
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<Json> TarnServer::Ask(std::string_view method, std::string_view path, std::string body) {
  net::HttpRequest request{.method = std::string(method),
                           .url = Format("http://127.0.0.1:{}{}", port_, path)};
  if (!body.empty()) {
    const bool is_object = path == "/v1/streams";
    request.headers = {{"Content-Type", is_object ? "application/json" : "application/x-ndjson"}};
  }
  request.body = std::move(body);
  const net::HttpReply reply = TRY(client_.Send(request));
  if (reply.status / 100 != 2) {
    return Fail(ErrorKind::kInternal, "{} {} is answered with {}: {}", method, path, reply.status,
                reply.body.substr(0, 300));
  }
  return reply.body.empty() ? Result<Json>(Json()) : Json::Parse(reply.body);
}

}  // namespace tarn::bench
