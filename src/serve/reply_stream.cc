#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <trantor/net/EventLoop.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "serve/reply_stream_internal.h"

namespace tarn::serve {
namespace {

/// A descriptor of its own for a connection's socket, which trantor does not show: found by its two
/// addresses, which no other has. returns  -1 where there is none
int SocketOf(const trantor::TcpConnection& connection) {
  const std::string local = connection.localAddr().toIpPort();
  const std::string peer = connection.peerAddr().toIpPort();
  std::error_code ended;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ended)) {
    const int descriptor = std::atoi(entry.path().filename().c_str());
    sockaddr_in6 own{};
    sockaddr_in6 other{};
    socklen_t own_size = sizeof own;
    socklen_t other_size = sizeof other;
    if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&other), &other_size) != 0 ||
        getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &own_size) != 0) {
      continue;
    }
    if (trantor::InetAddress(other).toIpPort() == peer &&
        trantor::InetAddress(own).toIpPort() == local) {
      return fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    }
  }
  return -1;
}

/// trantor counts what it was given; what the client's system has is known to ours.
uint64_t AcknowledgedBytes(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (descriptor < 0 || getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_acked;
}

/// What a handler holds of a reply on its way.
class HeldStream : public BodyStream {
 public:
  explicit HeldStream(std::shared_ptr<ReplyStream> stream) : stream_(std::move(stream)) {}
  ~HeldStream() override { stream_->Close(true); }
  HeldStream(const HeldStream&) = delete;
  HeldStream& operator=(const HeldStream&) = delete;

  bool Send(std::string piece) override { return stream_->Send(piece); }
  size_t waiting_bytes() override { return stream_->waiting_bytes(); }
  void Abort() override { stream_->Close(false); }

 private:
  const std::shared_ptr<ReplyStream> stream_;
};

}  // namespace

ReplyStream::ReplyStream(drogon::ResponseStreamPtr stream,
                         const trantor::TcpConnectionPtr& connection)
    : stream_(std::move(stream)),
      connection_(connection),
      socket_(SocketOf(*connection)),
      acknowledged_before_(AcknowledgedBytes(socket_)) {}

bool ReplyStream::Send(const std::string& piece) {
  MutexLock lock(mutex_);
  if (!stream_ || piece.empty()) return stream_ && !connection_.expired();
  sent_ += piece.size();
  return stream_->send(piece);
}

size_t ReplyStream::waiting_bytes() {
  MutexLock lock(mutex_);
  if (!stream_ || socket_ < 0) return 0;
  const uint64_t taken = AcknowledgedBytes(socket_) - acknowledged_before_;
  return sent_ - std::min<size_t>(sent_, taken);
}

void ReplyStream::Close(bool is_whole) {
  MutexLock lock(mutex_);
  if (!stream_) return;
  if (socket_ >= 0) close(std::exchange(socket_, -1));
  if (auto connection = is_whole ? nullptr : connection_.lock()) {
    trantor::EventLoop* loop = connection->getLoop();
    loop->queueInLoop([connection = std::move(connection)] { connection->forceClose(); });
    // What ends the body is sent when the stream goes: behind the end of the connection.
    loop->queueInLoop([stream = std::make_shared<drogon::ResponseStreamPtr>(std::move(stream_))] {
      stream->reset();
    });
  }
  stream_.reset();
}

bool CollectedBody::Send(std::string piece) {
  if (reply_.body.size() + piece.size() > kCollectedBytesMax) return false;
  reply_.body += piece;
  return true;
}

void CollectedBody::Abort() {
  reply_ = ErrorReply(Error(ErrorKind::kTooLarge,
                            Format("over {} bytes are sent only on a connection that stays open: "
                                   "leave out Connection: close",
                                   kCollectedBytesMax)));
}

drogon::HttpResponsePtr ReplyStreams::Begin(std::function<void(std::unique_ptr<BodyStream>)> begin,
                                            std::weak_ptr<trantor::TcpConnection> connection) {
  return drogon::HttpResponse::newAsyncStreamResponse(
      [this, begin = std::move(begin),
       connection = std::move(connection)](drogon::ResponseStreamPtr body) {
        const auto alive = connection.lock();
        if (!alive) return;
        auto stream = std::make_shared<ReplyStream>(std::move(body), alive);
        Add(stream);
        begin(std::make_unique<HeldStream>(std::move(stream)));
      },
      /*disableKickoffTimeout=*/true);
}

void ReplyStreams::Add(const std::shared_ptr<ReplyStream>& stream) {
  MutexLock lock(mutex_);
  if (closed_) return stream->Close(false);
  std::erase_if(streams_, [](const auto& other) { return other.expired(); });
  streams_.push_back(stream);
}

void ReplyStreams::CloseAll() {
  MutexLock lock(mutex_);
  closed_ = true;
  for (const auto& weak : streams_) {
    if (const auto stream = weak.lock()) stream->Close(false);
  }
  streams_.clear();
}

}  // namespace tarn::serve
