#include "net/scripted_server_testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "base/format.h"
#include "base/invariant.h"

namespace tarn::net {
namespace {

size_t BodyLength(const std::string& head) {
  const size_t at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
}

}  // namespace

ScriptedServer::ScriptedServer(std::function<Answer(const Request&)> script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  INVARIANT(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                ::listen(listener_, 8) == 0 &&
                ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
                ::pipe(stop_) == 0,
            "a test can listen on loopback");
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { Serve(); });
}

ScriptedServer::~ScriptedServer() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
  ::close(listener_);
}

std::string ScriptedServer::Url(const std::string& path) const {
  return Format("http://127.0.0.1:{}{}", port_, path);
}

std::vector<ScriptedServer::Request> ScriptedServer::Requests() const {
  const MutexLock lock(mutex_);
  return requests_;
}

bool ScriptedServer::WaitReadable(int socket) const {
  pollfd polled[2] = {{.fd = socket, .events = POLLIN, .revents = 0},
                      {.fd = stop_[0], .events = POLLIN, .revents = 0}};
  while (::poll(polled, 2, -1) < 0) {
  }
  return polled[1].revents == 0;
}

void ScriptedServer::Serve() {
  for (int connection = 1; WaitReadable(listener_); ++connection) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) continue;
    ServeConnection(socket, connection);
    ::close(socket);
  }
}

void ScriptedServer::ServeConnection(int socket, int connection) {
  std::string bytes;
  while (WaitReadable(socket)) {
    char buffer[4096];
    const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) return;
    bytes.append(buffer, static_cast<size_t>(got));
    const size_t end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    Request request{.head = bytes.substr(0, end + 2), .body = "", .connection = connection};
    if (bytes.size() < end + 4 + BodyLength(request.head)) continue;
    request.body = bytes.substr(end + 4);
    bytes.clear();
    {
      const MutexLock lock(mutex_);
      requests_.push_back(request);
    }
    const Answer answer = script_(request);
    if (::send(socket, answer.bytes.data(), answer.bytes.size(), MSG_NOSIGNAL) < 0) return;
    if (answer.wait) WaitReadable(socket);
    if (answer.wait || answer.close) return;
  }
}

std::string ReplyText(int status, const std::string& body, const std::string& headers) {
  return Format("HTTP/1.1 {} Text\r\n{}Content-Length: {}\r\n\r\n{}", status, headers, body.size(),
                body);
}

}  // namespace tarn::net
