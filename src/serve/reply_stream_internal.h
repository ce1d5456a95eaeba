// Replies that are sent piece by piece, on Drogon's asynchronous streams.
#pragma once

#include <drogon/HttpResponse.h>
#include <trantor/net/TcpConnection.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
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

  bool Send(const std::string& piece) EXCLUDES(mutex_);
  size_t waiting_bytes() EXCLUDES(mutex_);
  /// End the body; cut it short where the client shall see that it is not whole.
  void Close(bool is_whole) EXCLUDES(mutex_);

 private:
  void AskForProgress();

  Mutex mutex_;
  drogon::ResponseStreamPtr stream_ GUARDED_BY(mutex_);  ///< null: closed
  // Not held: the last owner of a connection must be its loop.
  const std::weak_ptr<trantor::TcpConnection> connection_;
  const size_t sent_before_;  ///< by the connection
  size_t sent_ GUARDED_BY(mutex_) = 0;
  const std::shared_ptr<std::atomic<size_t>> taken_;  ///< by the client; set from the loop
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
