#include "serve/http_server.h"

#include <arpa/inet.h>
#include <drogon/drogon.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "serve/reply_stream_internal.h"
#include "serve/slow_clients.h"

namespace tarn::serve {
namespace {

using trantor::TcpConnection;
using trantor::TcpConnectionPtr;

constexpr size_t kPipelinedRequestsMax = 64;
constexpr double kSweepSeconds = 1.0;

std::atomic<bool> g_started = false;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// errors  kInvalid: no IP address
Result<SocketAddress> ToSocketAddress(const std::string& address, uint16_t port) {
  SocketAddress result;
  bool is_address = false;
  if (address.find(':') != std::string::npos) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    result.length = sizeof *v6;
    is_address = inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1;
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    result.length = sizeof *v4;
    is_address = inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1;
  }
  if (!is_address) {
    return Fail(ErrorKind::kInvalid, "'{}' is no address to listen on: give an IP address",
                address);
  }
  return result;
}

std::string AddressOfHost(const std::string& host) {
  return host == "localhost" ? "127.0.0.1" : host;
}

/// Drogon exits the process where it cannot bind, so that is tried first.
Status TryBind(const std::string& address, uint16_t port) {
  const SocketAddress target = TRY(ToSocketAddress(address, port));
  const int probe = socket(target.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return std::unexpected(FromErrno(errno, "opening a socket"));
  const int on = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool bound = bind(probe, target.get(), target.length) == 0;
  const int error = errno;
  close(probe);
  if (bound) return {};
  if (error == EADDRINUSE) {
    return Fail(ErrorKind::kConflict,
                "port {} of {} is taken by another process (ss -ltnp shows which): give another "
                "with --listen",
                port, address);
  }
  return std::unexpected(FromErrno(error, Format("listening on {} port {}", address, port)));
}

/// Drogon tells that it has begun before it listens: knock until somebody answers.
/// errors  kUnavailable: nobody within five seconds
Status WaitUntilAccepting(const std::string& address, uint16_t port) {
  const bool any = address == "0.0.0.0" || address == "::";
  const SocketAddress target =
      TRY(ToSocketAddress(any ? (address == "::" ? "::1" : "127.0.0.1") : address, port));
  for (int i = 0; i < 5000; ++i) {
    const int probe = socket(target.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return std::unexpected(FromErrno(errno, "opening a socket"));
    const bool answered = connect(probe, target.get(), target.length) == 0;
    close(probe);
    if (answered) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return Fail(ErrorKind::kUnavailable, "the HTTP server does not accept on {} port {}", address,
              port);
}

std::optional<Method> MethodOf(drogon::HttpMethod method) {
  switch (method) {
    case drogon::Get:
    case drogon::Head:
      return Method::kGet;
    case drogon::Post:
      return Method::kPost;
    case drogon::Put:
      return Method::kPut;
    case drogon::Delete:
      return Method::kDelete;
    case drogon::Options:
      return Method::kOptions;
    case drogon::Patch:
      return Method::kPatch;
    default:
      return std::nullopt;
  }
}

bool IsHeaderName(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kOthers.contains(c);
  });
}

/// What Drogon's parser lets pass and we do not; none where all is well.
std::optional<Reply> RefuseHeaders(const drogon::HttpRequest& request,
                                   const HttpServerOptions& options) {
  const auto refuse = [](int status, std::string_view why) {
    return Reply::OfJson(
        status, Json::MakeObject({{"error", why}, {"kind", KindName(ErrorKind::kInvalid)}}));
  };
  size_t bytes = request.path().size() + request.query().size();
  for (const auto& [name, value] : request.headers()) {
    if (!IsHeaderName(name)) return refuse(400, "a header's name is malformed");
    bytes += name.size() + value.size();
  }
  if (bytes > options.header_bytes_max || request.headers().size() > options.headers_max) {
    return refuse(431, Format("the headers are over {} bytes or {} in number",
                              options.header_bytes_max, options.headers_max));
  }
  // Drogon takes this header off a chunked request: what is left came beside a Content-Length.
  if (!request.getHeader("transfer-encoding").empty()) {
    return refuse(400, "Transfer-Encoding and Content-Length exclude each other");
  }
  const std::string& length = request.getHeader("content-length");
  if (!std::ranges::all_of(length, [](char c) { return c >= '0' && c <= '9'; })) {
    return refuse(400, "the Content-Length is no number");
  }
  return std::nullopt;
}

/// The connection is closed behind the reply.
bool WillClose(const drogon::HttpRequest& request) {
  std::string connection = request.getHeader("connection");
  std::ranges::transform(connection, connection.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return connection.contains("close") || request.getVersion() == drogon::Version::kHttp10;
}

/// in  streams: keeps a reply that is sent piece by piece
drogon::HttpResponsePtr ToDrogon(Reply reply, const drogon::HttpRequest& request,
                                 ReplyStreams& streams) {
  const auto begin = std::exchange(reply.stream, nullptr);
  const bool only_head = request.method() == drogon::Head;
  if (begin && only_head) begin(nullptr);
  auto response = begin && !only_head ? streams.Begin(begin, request.getConnectionPtr())
                                      : drogon::HttpResponse::newHttpResponse();
  response->setStatusCode(static_cast<drogon::HttpStatusCode>(reply.status));
  response->setContentTypeString(reply.content_type);
  for (auto& [name, value] : reply.headers) response->addHeader(name, std::move(value));
  if (!begin) response->setBody(std::move(reply.body));
  return response;
}

void LogFromDrogon(const char* text, uint64_t length) {
  std::string_view line(text, length);
  while (line.ends_with('\n')) line.remove_suffix(1);
  Log(LogLevel::kWarn, "drogon", line);
}

}  // namespace

/// Drogon's application with our limits around it.
class HttpServer::Drogon {
 public:
  Drogon(HttpServerOptions options, RequestHandler handler)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        connections_(Metrics().GetGauge("tarn_http_connections", "Open client connections.")),
        slow_closed_(Metrics().GetCounter("tarn_http_slow_connections_closed_total",
                                          "Connections closed since their request came too "
                                          "slowly, or grew over its limit.")) {}

  ~Drogon() { Stop(); }

  void Run() {
    Configure();
    std::promise<void> started;
    drogon::app().registerBeginningAdvice([this, &started] {
      port_ = drogon::app().getListeners().at(0).toPort();
      for (size_t i = 0; i < drogon::app().getThreadNum(); ++i) StartSweep(i);
      started.set_value();
    });
    thread_ = std::jthread([] { drogon::app().run(); });
    started.get_future().wait();
    std::error_code ignored;
    std::filesystem::remove_all(scratch_, ignored);
  }

  void Stop() {
    if (!thread_.joinable()) return;
    draining_ = true;
    const auto deadline = std::chrono::steady_clock::now() + options_.drain_max;
    while (replies_due_ > 0 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    // Replies run on other threads: let those that have begun finish, keep later ones out.
    *open_ = false;
    while (*sending_ > 0) std::this_thread::yield();
    streams_.CloseAll();
    drogon::app().quit();
    thread_.join();
  }

  uint16_t port() const { return port_; }
  const HttpServerOptions& options() const { return options_; }

 private:
  /// Drogon makes 256 folders at its start, for bodies that would not stay in memory; ours do. They
  /// go to a place of their own, which is removed once it has started.
  static std::string MakeScratch() {
    std::string path = std::filesystem::temp_directory_path() / "tarn-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
      Log(LogLevel::kWarn, "serve", "no temporary directory can be made", {{"path", path}});
    }
    return path;
  }

  void Configure() {
    trantor::Logger::setOutputFunction(LogFromDrogon, [] {});
    trantor::Logger::setLogLevel(trantor::Logger::kWarn);
    drogon::app()
        .addListener(options_.host, options_.port)
        .setThreadNum(options_.threads)
        .setClientMaxBodySize(options_.body_bytes_max)
        .setClientMaxMemoryBodySize(options_.body_bytes_max)  // else large bodies go to a file
        .setIdleConnectionTimeout(static_cast<size_t>(options_.idle_max.count()))
        .setKeepaliveRequestsNumber(0)
        .setPipeliningRequestsNumber(kPipelinedRequestsMax)
        .setMaxConnectionNum(options_.connections_max)
        .enableServerHeader(false)
        .enableGzip(false)
        .disableSession()
        .disableSigtermHandling()  // signals are the application's
        .setUploadPath(scratch_)
        .setConnectionCallback([this](const TcpConnectionPtr& c) { OnConnection(c); })
        .registerPreRoutingAdvice(
            [this](const drogon::HttpRequestPtr& request, drogon::AdviceCallback&& callback,
                   drogon::AdviceChainCallback&&) { OnRequest(request, std::move(callback)); });
  }

  /// Each loop watches its own connections.
  SlowClients& WatchOfThisLoop() {
    static thread_local SlowClients watch(
        {options_.slow_after, options_.bytes_per_second_min,
         options_.body_bytes_max + 2 * options_.header_bytes_max});
    return watch;
  }

  using Clients = std::unordered_map<const void*, std::shared_ptr<ClientPresence>>;
  static Clients& ClientsOfThisLoop() {
    static thread_local Clients clients;
    return clients;
  }

  void OnConnection(const TcpConnectionPtr& connection) {
    if (connection->connected()) {
      connections_.Add(1);
      WatchOfThisLoop().Opened(connection.get());
      ClientsOfThisLoop().emplace(connection.get(), std::make_shared<ClientPresence>());
      if (draining_) connection->forceClose();
    } else {
      connections_.Add(-1);
      WatchOfThisLoop().Closed(connection.get());
      if (const auto client = ClientsOfThisLoop().extract(connection.get())) {
        client.mapped()->Leave();
      }
    }
  }

  void StartSweep(size_t loop) {
    drogon::app().getIOLoop(loop)->runEvery(kSweepSeconds, [this] {
      SlowClients& watch = WatchOfThisLoop();
      const int64_t now_us = std::chrono::duration_cast<std::chrono::microseconds>(
                                 std::chrono::steady_clock::now().time_since_epoch())
                                 .count();
      for (const void* id : watch.All()) {
        // A connection stays alive until its loop, this one, has told of its end.
        auto* connection = const_cast<TcpConnection*>(static_cast<const TcpConnection*>(id));
        if (!watch.IsTooSlow(id, connection->bytesReceived(), now_us)) continue;
        slow_closed_.Add(1);
        connection->forceClose();
      }
    });
  }

  /// Counts replies that are due, and keeps late ones away from loops that are gone.
  Responder::Sink SinkOf(const drogon::HttpRequestPtr& request, drogon::AdviceCallback callback,
                         bool close) {
    ++replies_due_;
    Responder::Sink deliver = [this, open = open_, sending = sending_, request,
                               callback = std::move(callback), close](Reply reply) {
      ++*sending;
      if (*open) {
        callback(ToDrogon(std::move(reply), *request, streams_));
        if (close || draining_) CloseAfterReply(request);
        --replies_due_;
      }
      --*sending;
    };
    if (!WillClose(*request)) return deliver;
    return [deliver = std::move(deliver)](Reply reply) {
      if (!reply.stream) return deliver(std::move(reply));
      const auto begin = std::exchange(reply.stream, nullptr);
      begin(std::make_unique<CollectedBody>(std::move(reply), deliver));
    };
  }

  /// Drogon decides by the request alone whether a connection stays open, so closing is done beside
  /// it: the loop sends the reply first, whatever thread it came from.
  static void CloseAfterReply(const drogon::HttpRequestPtr& request) {
    if (auto connection = request->getConnectionPtr().lock()) {
      trantor::EventLoop* loop = connection->getLoop();
      loop->queueInLoop([connection = std::move(connection)] { connection->shutdown(); });
    }
  }

  void OnRequest(const drogon::HttpRequestPtr& request, drogon::AdviceCallback callback) {
    if (const auto connection = request->getConnectionPtr().lock()) {
      WatchOfThisLoop().GotRequest(connection.get(), connection->bytesReceived());
    }
    if (auto refusal = RefuseHeaders(*request, options_)) {
      return SinkOf(request, std::move(callback), true)(*std::move(refusal));
    }
    const auto method = MethodOf(request->method());
    if (!method || draining_) {
      return SinkOf(request, std::move(callback), true)(
          ErrorReply(draining_ ? Error(ErrorKind::kUnavailable, "the server is stopping")
                               : Error(ErrorKind::kUnsupported, "this method is not known here")));
    }
    Request ours;
    if (const auto connection = request->getConnectionPtr().lock()) {
      const auto client = ClientsOfThisLoop().find(connection.get());
      if (client != ClientsOfThisLoop().end()) ours.client = client->second;
    }
    ours.method = *method;
    ours.path = request->getOriginalPath();
    ours.query = request->query();
    for (const auto& [name, value] : request->headers()) ours.headers.emplace_back(name, value);
    ours.body = {request->bodyData(), request->bodyLength()};
    const std::string peer = request->peerAddr().toIp();
    ours.peer = peer;
    ours.from_loopback = request->peerAddr().isLoopbackIp();
    ours.may_lack_host = request->getVersion() == drogon::Version::kHttp10;
    ours.is_last = WillClose(*request);
    handler_(std::move(ours), SinkOf(request, std::move(callback), false));
  }

  const HttpServerOptions options_;
  const RequestHandler handler_;
  const std::string scratch_ = MakeScratch();
  Gauge& connections_;
  Counter& slow_closed_;
  ReplyStreams streams_;
  std::atomic<uint16_t> port_ = 0;
  std::atomic<bool> draining_ = false;
  std::atomic<int64_t> replies_due_ = 0;
  // Shared with replies that may come when all else is gone.
  const std::shared_ptr<std::atomic<bool>> open_ = std::make_shared<std::atomic<bool>>(true);
  const std::shared_ptr<std::atomic<int64_t>> sending_ = std::make_shared<std::atomic<int64_t>>(0);
  std::jthread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Drogon> drogon) : drogon_(std::move(drogon)) {}
HttpServer::~HttpServer() = default;

Status CheckListenAddress(const std::string& host, uint16_t port) {
  return TryBind(AddressOfHost(host), port);
}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options,
                                                      RequestHandler handler) {
  options.host = AddressOfHost(options.host);
  TRY(TryBind(options.host, options.port));
  if (g_started.exchange(true)) {
    return Fail(ErrorKind::kUnsupported, "the HTTP server starts once in a process");
  }
  auto drogon = std::make_unique<Drogon>(std::move(options), std::move(handler));
  drogon->Run();
  TRY(WaitUntilAccepting(drogon->options().host, drogon->port()));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(drogon)));
}

uint16_t HttpServer::port() const { return drogon_->port(); }

std::string HttpServer::url() const {
  const std::string& host = drogon_->options().host;
  return host.find(':') == std::string::npos ? Format("http://{}:{}", host, port())
                                             : Format("http://[{}]:{}", host, port());
}

void HttpServer::Stop() { drogon_->Stop(); }

}  // namespace tarn::serve
