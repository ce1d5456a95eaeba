#include "bench/load_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

namespace tarn::bench {
namespace {

using namespace std::chrono_literals;

/// Answers each request of one connection with the same bytes. Requests are told apart by an `!`
/// at their ends.
class Replier {
 public:
  explicit Replier(std::string reply)
      : reply_(std::move(reply)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { Answer(); });
  }
  ~Replier() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  int port() const { return port_; }

 private:
  void Answer() {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    std::array<char, 4096> bytes;
    for (ssize_t got = 1; got > 0;) {
      got = recv(connection, bytes.data(), bytes.size(), 0);
      if (got > 0 && bytes[static_cast<size_t>(got) - 1] == '!')
        send(connection, reply_.data(), reply_.size(), MSG_NOSIGNAL);
    }
    close(connection);
  }

  const std::string reply_;
  const int listener_;
  int port_ = 0;
  std::jthread thread_;
};

Result<LoadOutcome> LoadOn(const std::string& reply, size_t body_bytes = 1) {
  const Replier replier(reply);
  const std::string body = std::string(body_bytes - 1, 'x') + "!";
  return RunLoad({.port = replier.port(),
                  .requests = {HttpRequestText("POST", "/", "", body)},
                  .warm_up = 10ms,
                  .time = 100ms});
}

TEST(LoadClient, ALoadWithoutRequestsIsRefused) {
  EXPECT_EQ(RunLoad({.port = 1}).error().kind(), ErrorKind::kInvalid);
}

TEST(LoadClient, ServersThatDoNotAnswerAreErrors) {
  const struct {
    const char* reply;
    ErrorKind kind;
  } cases[] = {{"HTTP/1.1 200 OK\r\n\r\n", ErrorKind::kInvalid},
               {"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", ErrorKind::kInvalid},
               {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", ErrorKind::kUnavailable}};
  for (const auto& [reply, kind] : cases) {
    const auto outcome = LoadOn(reply);
    ASSERT_FALSE(outcome) << reply;
    EXPECT_EQ(outcome.error().kind(), kind) << outcome.error().message();
  }
}

TEST(LoadClient, RefusalsAreCountedAndTheFirstIsKept) {
  const auto outcome = LoadOn("HTTP/1.1 503 Busy\r\ncontent-length: 2\r\n\r\nno");
  ASSERT_TRUE(outcome) << outcome.error().message();
  EXPECT_EQ(outcome->requests, 0u);
  EXPECT_GT(outcome->failed, 1u);
  EXPECT_TRUE(outcome->first_failure.ends_with("no"));
}

TEST(LoadClient, EveryReplyLetsTheNextRequestGo) {
  for (const size_t body_bytes : {size_t{1}, size_t{8} << 20}) {
    const auto outcome = LoadOn("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", body_bytes);
    ASSERT_TRUE(outcome) << outcome.error().message();
    EXPECT_GT(outcome->requests, 1u) << body_bytes;
    EXPECT_EQ(outcome->requests, outcome->latencies_ms.size());
    EXPECT_EQ(outcome->failed, 0u);
  }
}

}  // namespace
}  // namespace tarn::bench
