// `POST /v1/streams/{stream}/records`: records over plain HTTP.
#pragma once

#include <memory>
#include <string>

#include "collect/request_key.h"
#include "flow/streams.h"
#include "serve/http_message.h"
#include "serve/worker_pool.h"

namespace tarn::serve {

struct RecordsOptions {
  bool create_streams = true;  ///< an unknown stream is made, with inferred columns
};

/// Threads: any. Answered from the log's thread.
class Records {
 public:
  /// in  streams, workers: lent for this object's life, and until its last reply is sent
  Records(RecordsOptions options, flow::Streams& streams, WorkerPool& workers)
      : options_(options), streams_(streams), workers_(workers) {}

  void Handle(const Request& request, const Responder& responder) const;

 private:
  struct Batch;

  void Append(const std::shared_ptr<const Batch>& batch, bool may_create) const;
  void CreateAndAppend(const std::shared_ptr<const Batch>& batch) const;

  const RecordsOptions options_;
  flow::Streams& streams_;
  WorkerPool& workers_;
};

}  // namespace tarn::serve
