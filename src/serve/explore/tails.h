// Rows as they become visible, as server-sent events: `GET /api/v1/streams/{stream}/tail`.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "catalog/catalog.h"
#include "flow/streams.h"
#include "os/clock.h"
#include "query/row_filter.h"
#include "serve/http_message.h"
#include "serve/worker_pool.h"

namespace tarn::serve {

inline constexpr size_t kTailsMax = 64;

/// All tails of a server. One thread looks at the tables a few times a second and sends what is
/// new; what a reader does not take, or what is too much to show, is left out and counted. Nothing
/// here is waited for by those who write.
/// Threads: any.
class Tails {
 public:
  static constexpr uint64_t kRowsAtOnce = 500;  ///< of one tail, in one look
  /// Not taken by its reader; what is sent in one look passes it by one row at most.
  static constexpr size_t kWaitingBytesMax = size_t{1} << 20;
  static constexpr int64_t kLookEveryMicros = 100'000;
  static constexpr int64_t kCommentEveryMicros = 15'000'000;
  static constexpr int64_t kStuckMicros = 60'000'000;  ///< a reader who takes nothing is let go

  /// in  catalog, streams, clock, workers: lent for this object's life
  Tails(catalog::Catalog& catalog, flow::Streams& streams, os::Clock& clock, WorkerPool& workers);
  ~Tails();
  Tails(const Tails&) = delete;
  Tails& operator=(const Tails&) = delete;

  void Handle(const Request& request, const Responder& responder);

 private:
  struct Tail {
    std::unique_ptr<flow::RowTail> rows;
    std::vector<query::ColumnFilter> filters;
    std::unique_ptr<BodyStream> body;
    std::shared_ptr<ClientPresence> client;
    uint64_t skipped = 0;  ///< since the reader was last told
    int64_t sent_at_us = 0;
    int64_t taken_at_us = 0;      ///< when the reader last was not too slow
    std::shared_ptr<void> place;  ///< among kTailsMax
  };

  Result<Reply> Open(const std::string& stream, const std::string& query,
                     std::shared_ptr<ClientPresence> client);
  Result<std::shared_ptr<void>> TakePlace();
  void Add(Tail tail) EXCLUDES(mutex_);
  void Run();
  bool Serve(Tail& tail, int64_t now_us) const;
  static bool SendRows(Tail& tail, const flow::RowTail::News& news);

  catalog::Catalog& catalog_;
  flow::Streams& streams_;
  os::Clock& clock_;
  WorkerPool& workers_;
  const std::shared_ptr<std::atomic<size_t>> places_taken_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<Tail> arrived_ GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace tarn::serve
