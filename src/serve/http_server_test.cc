// The one test with a real socket: what goes over the wire, byte for byte, and what a rude client
// gets.
#include "serve/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <future>
#include <thread>

#include "base/mutex.h"
#include "codec/compression.h"
#include "collect/body.h"
#include "collect/header_text.h"
#include "query/engine.h"
#include "serve/rest/query_runner.h"
#include "serve/slow_clients.h"

namespace tarn::serve {
namespace {

/// A plain client connection.
class Client {
 public:
  explicit Client(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }

  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }

  /// The next response, head and body; what came before the end where the server closed.
  std::string Receive() {
    while (true) {
      const size_t head_end = received_.find("\r\n\r\n");
      if (head_end != std::string::npos) {
        const size_t length = head_end + 4 + ContentLength(received_.substr(0, head_end));
        if (received_.size() >= length) {
          std::string response = received_.substr(0, length);
          received_.erase(0, length);
          return response;
        }
      }
      char bytes[4096];
      const ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
      if (got <= 0) return std::exchange(received_, {});
      received_.append(bytes, static_cast<size_t>(got));
    }
  }

  bool IsClosedByServer() {
    char byte;
    const ssize_t got = recv(socket_, &byte, 1, 0);
    return got == 0 || (got < 0 && errno == ECONNRESET);
  }

 private:
  static size_t ContentLength(std::string_view head) {
    const std::string lower = collect::LowerAsciiText(head);
    const size_t at = lower.find("\r\ncontent-length:");
    return at == std::string::npos ? 0 : std::stoul(lower.substr(at + 17));
  }

  const int socket_;
  bool connected_ = false;
  std::string received_;
};

/// Answers with what it was asked, so that tests see what arrived.
void Echo(const Request& request, const Responder::Sink& sink) {
  Reply reply;
  reply.content_type = "text/plain";
  const auto body =
      collect::Body::Open(request.header("content-encoding"), request.body, collect::kHttpBody);
  reply.body = Format("{} {} ?{} {}", MethodName(request.method), request.path, request.query,
                      body ? body->bytes().substr(0, 100) : body.error().message());
  reply.headers.emplace_back("X-Loopback", request.from_loopback ? "yes" : "no");
  reply.headers.emplace_back("X-May-Lack-Host", request.may_lack_host ? "yes" : "no");
  sink(std::move(reply));
}

/// A lake without tables.
class NoTables : public query::TableSource {
 public:
  Result<std::vector<std::string>> Databases() override { return {}; }
  Result<std::vector<schema::TableName>> Tables(const std::string& /*database*/) override {
    return {};
  }
  Result<query::TableRows> Open(const schema::TableName& name,
                                const std::optional<query::At>& /*at*/) override {
    return Fail(ErrorKind::kNotFound, "there is no {}", name.ToString());
  }
};

/// Run a query that takes hours for a client; returns how it ended.
std::string AskForHours(ClientPresence& client) {
  NoTables lake;
  const auto engine =
      query::Engine::Open({.memory_bytes_max = size_t{256} << 20, .threads = 1}, lake);
  if (!engine) return engine.error().message();
  const auto page = MakeQueryRunner(**engine, lake)
                        ->Ask(
                            "SELECT count(*) FROM range(10_000_000) a, range(10_000_000) b WHERE "
                            "hash(a.range, b.range) = 7",
                            {}, std::chrono::seconds(30), {.rows_max = 1}, client);
  return page ? "it came to its end" : page.error().message();
}

auto HandlerOf(int signal) {
  struct sigaction action{};
  sigaction(signal, nullptr, &action);
  return action.sa_handler;
}

// Before any server: who runs the tests may ignore some.
const auto kSigtermAtFirst = HandlerOf(SIGTERM);
const auto kSigintAtFirst = HandlerOf(SIGINT);

/// Drogon starts once in a process: one server for all tests of this suite.
class HttpServerSocket : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::filesystem::current_path(std::filesystem::temp_directory_path());
    HttpServerOptions options;
    options.body_bytes_max = 1 * kMiB;
    options.slow_after = std::chrono::seconds(1);
    options.bytes_per_second_min = 100;
    auto server = HttpServer::Start(options, [](Request request, Responder::Sink sink) {
      if (request.path == "/slow") {
        std::jthread([sink] {
          slow_requests_.fetch_add(1);
          std::this_thread::sleep_for(std::chrono::milliseconds(300));
          sink(Reply::OfText(200, "slow"));
        }).detach();
      } else if (request.path == "/later") {
        std::jthread([sink] { sink(Reply::OfText(200, "later")); }).detach();
      } else if (request.path == "/query") {
        std::jthread([sink, client = request.client] {
          query_ended_.set_value(AskForHours(*client));
          sink(Reply::OfText(503, "to nobody"));
        }).detach();
      } else {
        Echo(request, sink);
      }
    });
    ASSERT_TRUE(server) << server.error().message();
    server_ = server->release();
  }
  /// Stopping is the last test: it waits for a reply that is due, and lets nobody in.
  static void TearDownTestSuite() {
    Client client(server_->port());
    client.Send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    while (slow_requests_ == 0) std::this_thread::yield();
    server_->Stop();
    EXPECT_TRUE(client.Receive().ends_with("slow"));
    EXPECT_FALSE(Client(server_->port()).connected());
    server_->Stop();
    delete server_;
  }

  static std::string Ask(std::string_view request) {
    Client client(server_->port());
    client.Send(request);
    return client.Receive();
  }

  static HttpServer* server_;
  static std::atomic<int> slow_requests_;
  static std::promise<std::string> query_ended_;
};
std::promise<std::string> HttpServerSocket::query_ended_;
std::atomic<int> HttpServerSocket::slow_requests_ = 0;
HttpServer* HttpServerSocket::server_ = nullptr;

TEST_F(HttpServerSocket, TellsWhereItListens) {
  EXPECT_GT(server_->port(), 0);
  EXPECT_EQ(server_->url(), Format("http://127.0.0.1:{}", server_->port()));
}

TEST_F(HttpServerSocket, RefusesASecondStartAndATakenPort) {
  const auto second = HttpServer::Start({}, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::kUnsupported);
  const auto taken = HttpServer::Start({.port = server_->port()}, {});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind(), ErrorKind::kConflict);
  const auto nowhere = HttpServer::Start({.host = "example.org"}, {});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind(), ErrorKind::kInvalid);
}

TEST_F(HttpServerSocket, LeavesSignalsToTheApplication) {
  EXPECT_EQ(HandlerOf(SIGTERM), kSigtermAtFirst);
  EXPECT_EQ(HandlerOf(SIGINT), kSigintAtFirst);
}

TEST_F(HttpServerSocket, AnswersSeveralRequestsOnOneConnection) {
  Client client(server_->port());
  for (int i = 0; i < 3; ++i) {
    client.Send("POST /a%20b?x=1&y=%20 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi");
    const std::string response = client.Receive();
    EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
    EXPECT_TRUE(response.ends_with("\r\n\r\nPOST /a%20b ?x=1&y=%20 hi")) << response;
    EXPECT_NE(response.find("x-loopback: yes"), std::string::npos);
    EXPECT_EQ(response.find("erver:"), std::string::npos) << response;
  }
}

TEST_F(HttpServerSocket, AClientThatClosesItsConnectionEndsItsQuery) {
  std::future<std::string> ended = query_ended_.get_future();
  {
    Client client(server_->port());
    client.Send("GET /query HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_EQ(ended.wait_for(std::chrono::milliseconds(500)), std::future_status::timeout)
        << ended.get();
  }
  const auto left_at = std::chrono::steady_clock::now();
  EXPECT_EQ(ended.get(), "the query was cancelled");
  EXPECT_LT(std::chrono::steady_clock::now() - left_at, std::chrono::seconds(2));
}

TEST_F(HttpServerSocket, TellsWhoMayLackAHost) {
  const std::string older = Ask("GET / HTTP/1.0\r\n\r\n");
  EXPECT_NE(older.find("x-may-lack-host: yes"), std::string::npos) << older;
  const std::string now = Ask("GET / HTTP/1.1\r\n\r\n");
  EXPECT_NE(now.find("x-may-lack-host: no"), std::string::npos) << now;
}

TEST_F(HttpServerSocket, AnswersPipelinedRequestsInOrder) {
  Client client(server_->port());
  client.Send("GET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.Receive().ends_with("later"));
  EXPECT_TRUE(client.Receive().ends_with("GET /second ? "));
}

TEST_F(HttpServerSocket, ClosesWhenAsked) {
  Client client(server_->port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.Receive().starts_with("HTTP/1.1 200 OK"));
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST_F(HttpServerSocket, ReadsChunkedBodies) {
  EXPECT_TRUE(Ask("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")
                  .ends_with("POST /c ? abcdefg"));
}

TEST_F(HttpServerSocket, LeavesCompressedBodiesToTheirReader) {
  const std::string packed = *codec::Compress(codec::Compression::kGzip, "packed");
  EXPECT_TRUE(Ask(Format("POST /z HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\n"
                         "Content-Length: {}\r\n\r\n",
                         packed.size()) +
                  packed)
                  .ends_with("POST /z ? packed"));
}

TEST_F(HttpServerSocket, HeadHasNoBody) {
  const std::string response = Ask("HEAD /h HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK")) << response;
  EXPECT_TRUE(response.ends_with("\r\n\r\n")) << response;
}

TEST_F(HttpServerSocket, TakesABodyOfTheLargestSizeAndRefusesALargerOne) {
  const std::string largest(1 * kMiB, 'x');
  EXPECT_TRUE(Ask("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + largest)
                  .starts_with("HTTP/1.1 200 OK"));
  Client client(server_->port());
  client.Send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
  EXPECT_TRUE(client.Receive().starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(client.IsClosedByServer());
  EXPECT_TRUE(Ask("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n")
                  .starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpServerSocket, RefusesMalformedRequests) {
  struct Case {
    std::string request;
    std::string status;
  };
  std::string many_headers;
  for (int i = 0; i < 101; ++i) many_headers += Format("X-{}: 1\r\n", i);
  const std::vector<Case> cases = {
      {"NONSENSE\r\n\r\n", "400"},
      {"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", "405"},
      {"GET / HTTP/9.9\r\nHost: x\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2x\r\n\r\nhi", "400"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\nhi", "400"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi",
       "400"},
      {"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(20'000, 'x') + "\r\n\r\n", "431"},
      {"GET / HTTP/1.1\r\nHost: x\r\n" + many_headers + "\r\n", "431"},
      {"GET /" + std::string(65'536, 'x'), "414"},
  };
  for (const Case& c : cases) {
    Client client(server_->port());
    client.Send(c.request);
    const std::string response = client.Receive();
    EXPECT_TRUE(response.starts_with("HTTP/1.1 " + c.status)) << c.request.substr(0, 120) << "\n"
                                                              << response;
    EXPECT_TRUE(client.IsClosedByServer()) << c.request.substr(0, 120);
  }
}

TEST_F(HttpServerSocket, ClosesAConnectionWhoseRequestComesTooSlowly) {
  Client quiet(server_->port());
  Client slow(server_->port());
  slow.Send("GET / HTTP/1.1\r\nHo");
  EXPECT_TRUE(slow.IsClosedByServer());
  quiet.Send("GET /q HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(quiet.Receive().ends_with("GET /q ? "));
}

TEST(SlowClients, CountOnlyTheIncompleteRequest) {
  SlowClients clients({std::chrono::seconds(10), 1000, 50'000});
  int connection = 0;
  const void* id = &connection;
  const auto seconds = [](int64_t n) { return n * 1'000'000; };
  clients.Opened(id);
  EXPECT_FALSE(clients.IsTooSlow(id, 0, seconds(100))) << "an idle one is the idle limit's";
  EXPECT_FALSE(clients.IsTooSlow(id, 10, seconds(101)));
  EXPECT_FALSE(clients.IsTooSlow(id, 10, seconds(110)));
  EXPECT_TRUE(clients.IsTooSlow(id, 10, seconds(111)));
  EXPECT_FALSE(clients.IsTooSlow(id, 20'000, seconds(111))) << "slow to start, fast since";
  clients.GotRequest(id, 20'000);
  EXPECT_FALSE(clients.IsTooSlow(id, 20'000, seconds(500)));
  EXPECT_TRUE(clients.IsTooSlow(id, 80'000, seconds(501))) << "over the limit of one request";
  clients.Closed(id);
  EXPECT_FALSE(clients.IsTooSlow(id, 20'001, seconds(600)));
}

}  // namespace
}  // namespace tarn::serve
