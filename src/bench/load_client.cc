#include "bench/load_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>

#include "base/units.h"
#include "os/clock.h"

namespace tarn::bench {
namespace {

constexpr size_t kReplyBytesMax = 1 * kMiB;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  int number() const { return number_; }

 private:
  int number_;
};

/// The whole reply's bytes, once its head is there. errors  kInvalid
Result<std::optional<size_t>> ReplyBytes(const std::string& reply) {
  constexpr std::string_view kName = "content-length:";
  const size_t end = reply.find("\r\n\r\n");
  if (end == reply.npos) return std::nullopt;
  if (reply.starts_with("HTTP/1.1 204")) return end + 4;
  std::string head = reply.substr(0, end + 2);
  std::ranges::transform(head, head.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  size_t at = head.find(kName);
  if (at == head.npos) return Fail(ErrorKind::kInvalid, "a reply without Content-Length: {}", head);
  at = head.find_first_not_of(' ', at + kName.size());
  size_t body = 0;
  const auto [last, error] = std::from_chars(head.data() + at, head.data() + head.size(), body);
  if (error != std::errc() || body > kReplyBytesMax)
    return Fail(ErrorKind::kInvalid, "a reply whose Content-Length is no small number: {}", head);
  return end + 4 + body;
}

/// One connection: its request on the way out, or its reply on the way in.
class Connection {
 public:
  static Result<Connection> Open(int port) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(static_cast<uint16_t>(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      return Fail(ErrorKind::kUnavailable, "no connection to port {}: {}", port,
                  FromErrno(errno, "connect").message());
    }
    const int yes = 1;
    setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return Connection(std::move(socket));
  }

  int number() const { return socket_.number(); }
  int64_t begin_us() const { return begin_us_; }
  const std::string& reply() const { return reply_; }

  void Begin(const std::string& request) {
    request_ = request;
    reply_.clear();
    begin_us_ = os::SystemClock().SteadyMicros();
  }

  /// Send what the socket takes.
  Status Send() {
    while (!request_.empty()) {
      const ssize_t put =
          send(number(), request_.data(), request_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (put < 0 && (errno == EAGAIN || errno == EINTR)) return {};
      if (put < 0) return Closed();
      request_.remove_prefix(static_cast<size_t>(put));
    }
    return {};
  }
  /// Take what has come. returns  true where the reply is whole
  Result<bool> Receive() {
    std::array<char, 4096> bytes;
    const ssize_t got = recv(number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (got <= 0) return Closed();
    reply_.append(bytes.data(), static_cast<size_t>(got));
    const std::optional<size_t> whole = TRY(ReplyBytes(reply_));
    return whole && reply_.size() >= *whole;
  }
  bool is_sending() const { return !request_.empty(); }

 private:
  explicit Connection(Descriptor socket) : socket_(std::move(socket)) {}
  std::unexpected<Error> Closed() const {
    return Fail(ErrorKind::kUnavailable, "the server closed a connection");
  }

  Descriptor socket_;
  std::string_view request_;  // what is still to be sent; of the options' requests
  std::string reply_;
  int64_t begin_us_ = 0;
};

class Loop {
 public:
  explicit Loop(const LoadOptions& options)
      : options_(options), poll_(epoll_create1(EPOLL_CLOEXEC)) {}

  Result<LoadOutcome> Run() {
    for (int i = 0; i < options_.connections; ++i)
      connections_.push_back(TRY(Connection::Open(options_.port)));
    for (size_t i = 0; i < connections_.size(); ++i) {
      Watch(EPOLL_CTL_ADD, i);
      TRY(BeginNext(i));
    }
    const int64_t begin_us = os::SystemClock().SteadyMicros();
    counted_from_us_ = begin_us + std::chrono::microseconds(options_.warm_up).count();
    const int64_t end_us = counted_from_us_ + std::chrono::microseconds(options_.time).count();
    int64_t now_us = begin_us;
    while (now_us < end_us) {
      TRY(HandleEvents());
      now_us = os::SystemClock().SteadyMicros();
    }
    outcome_.seconds = static_cast<double>(now_us - counted_from_us_) / 1e6;
    if (outcome_.replies == 0)
      return Fail(ErrorKind::kUnavailable, "no request was answered in {:.1f} s", outcome_.seconds);
    return std::move(outcome_);
  }

 private:
  void Watch(int operation, size_t i) {
    epoll_event event{.events = connections_[i].is_sending() ? EPOLLOUT : EPOLLIN};
    event.data.u64 = i;
    epoll_ctl(poll_.number(), operation, connections_[i].number(), &event);
  }

  Status BeginNext(size_t i) {
    connections_[i].Begin(options_.requests[next_++ % options_.requests.size()]);
    TRY(connections_[i].Send());
    // Only a request that did not fit into the socket has to wait for room.
    if (connections_[i].is_sending()) Watch(EPOLL_CTL_MOD, i);
    return {};
  }

  Status HandleEvents() {
    constexpr int kPatienceMs = 100;
    std::array<epoll_event, 64> events;
    const int count = epoll_wait(poll_.number(), events.data(), events.size(), kPatienceMs);
    for (int k = 0; k < count; ++k) {
      const size_t i = events[static_cast<size_t>(k)].data.u64;
      if (connections_[i].is_sending()) {
        TRY(connections_[i].Send());
        if (!connections_[i].is_sending()) Watch(EPOLL_CTL_MOD, i);
        continue;
      }
      if (!TRY(connections_[i].Receive())) continue;
      Count(connections_[i]);
      TRY(BeginNext(i));
    }
    return {};
  }

  void Count(const Connection& connection) {
    ++outcome_.replies;
    const int64_t now_us = os::SystemClock().SteadyMicros();
    if (!connection.reply().starts_with("HTTP/1.1 2")) {
      if (outcome_.failed++ == 0) outcome_.first_failure = connection.reply().substr(0, 300);
      return;
    }
    if (connection.begin_us() < counted_from_us_) return;
    ++outcome_.requests;
    outcome_.latencies_ms.push_back(static_cast<double>(now_us - connection.begin_us()) / 1e3);
  }

  const LoadOptions& options_;
  const Descriptor poll_;
  std::vector<Connection> connections_;
  size_t next_ = 0;
  int64_t counted_from_us_ = 0;
  LoadOutcome outcome_;
};

}  // namespace

Result<LoadOutcome> RunLoad(const LoadOptions& options) {
  if (options.requests.empty() || options.connections < 1)
    return Fail(ErrorKind::kInvalid, "a load without requests or connections");
  return Loop(options).Run();
}

std::string HttpRequestText(std::string_view method, std::string_view path,
                            std::string_view headers, std::string_view body) {
  return Format("{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}Content-Length: {}\r\n\r\n{}", method, path,
                headers, body.size(), body);
}

}  // namespace tarn::bench
