#include <trantor/net/EventLoop.h>

#include <algorithm>
#include <utility>

#include "serve/reply_stream_internal.h"

namespace tarn::serve {
namespace {

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
      sent_before_(connection->bytesSent()),
      taken_(std::make_shared<std::atomic<size_t>>(0)) {}

bool ReplyStream::Send(const std::string& piece) {
  MutexLock lock(mutex_);
  if (!stream_ || piece.empty()) return stream_ && !connection_.expired();
  sent_ += piece.size();
  return stream_->send(piece);
}

/// The connection's counters belong to its loop: they are read there. Headers and the framing of
/// chunks count as taken, so what waits is told a little too small.
void ReplyStream::AskForProgress() {
  auto connection = connection_.lock();
  if (!connection) return;
  trantor::EventLoop* loop = connection->getLoop();
  loop->queueInLoop([connection = std::move(connection), taken = taken_, before = sent_before_] {
    *taken = connection->bytesSent() - before;
  });
}

size_t ReplyStream::waiting_bytes() {
  MutexLock lock(mutex_);
  if (!stream_) return 0;
  AskForProgress();
  return sent_ - std::min(sent_, taken_->load());
}

void ReplyStream::Close(bool is_whole) {
  MutexLock lock(mutex_);
  if (!stream_) return;
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
