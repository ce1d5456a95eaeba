// Replies that are sent piece by piece, on Drogon's asynchronous streams.
#pragma once

#include <drogon/HttpResponse.h>
#include <trantor/net/TcpConnection.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "serve/http_message.h"

namespace tarn::serve {

/// One reply on its way. Its loop may end before its writer does: then it is closed from there.
/// Threads: any.
class ReplyStream {
 public:
  /// Called from the connection's loop.
  ReplyStream(drogon::ResponseStreamPtr stream, const trantor::TcpConnectionPtr& connection);
  ~ReplyStream() { Close(true); }
  ReplyStream(const ReplyStream&) = delete;
  ReplyStream& operator=(const ReplyStream&) = delete;

  bool Send(const std::string& piece) EXCLUDES(mutex_);
  size_t waiting_bytes() EXCLUDES(mutex_);
  /// End the body; cut it short where the client shall see that it is not whole.
  void Close(bool is_whole) EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  drogon::ResponseStreamPtr stream_ GUARDED_BY(mutex_);  ///< null: closed
  // Not held: the last owner of a connection must be its loop.
  const std::weak_ptr<trantor::TcpConnection> connection_;
  size_t sent_ GUARDED_BY(mutex_) = 0;
  int socket_ GUARDED_BY(mutex_) = -1;  ///< another descriptor of the connection's; -1: none
  uint64_t acknowledged_before_ = 0;    ///< by the client's system
};

/// Collects a body for a client that wants its connection closed behind the reply: Drogon streams
/// only on those that stay open. At most kCollectedBytesMax.
/// Threads: one at a time.
class CollectedBody : public BodyStream {
 public:
  static constexpr size_t kCollectedBytesMax = size_t{64} << 20;

  /// in  deliver: gets the whole reply when this object goes
  CollectedBody(Reply head, std::function<void(Reply)> deliver)
      : reply_(std::move(head)), deliver_(std::move(deliver)) {}
  ~CollectedBody() override { deliver_(std::move(reply_)); }
  CollectedBody(const CollectedBody&) = delete;
  CollectedBody& operator=(const CollectedBody&) = delete;

  bool Send(std::string piece) override;
  size_t waiting_bytes() override { return 0; }
  void Abort() override;

 private:
  Reply reply_;
  const std::function<void(Reply)> deliver_;
};

/// All that are on their way, so that they end with the server.
/// Threads: any.
class ReplyStreams {
 public:
  /// A response whose body somebody sends: `begin` is called once its headers are on their way.
  drogon::HttpResponsePtr Begin(std::function<void(std::unique_ptr<BodyStream>)> begin,
                                std::weak_ptr<trantor::TcpConnection> connection) EXCLUDES(mutex_);
  /// Close all; later ones are closed at once.
  void CloseAll() EXCLUDES(mutex_);

 private:
  void Add(const std::shared_ptr<ReplyStream>& stream) EXCLUDES(mutex_);

  Mutex mutex_;
  bool closed_ GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<ReplyStream>> streams_ GUARDED_BY(mutex_);
};

}  // namespace tarn::serve
