// `POST /ingest`: one event, as a browser or a small client sends it.
#pragma once

#include <string>

#include "flow/streams.h"
#include "serve/http_message.h"

namespace tarn::serve {

struct EventOptions {
  std::string stream = "ingest";  ///< which exists when the first event comes
};

/// Threads: any. Answered from the log's thread.
class Event {
 public:
  /// in  streams: lent for this object's life, and until its last reply is sent
  Event(EventOptions options, flow::Streams& streams)
      : options_(std::move(options)), streams_(streams) {}

  void Handle(const Request& request, const Responder& responder) const;

 private:
  const EventOptions options_;
  flow::Streams& streams_;
};

/// `2026/11/21/08/2026-11-21T08:48:41.954871Z_<id>.json`: the name of the event's raw copy, where
/// one is kept.
std::string EventKey(int64_t received_at_us, std::string_view ingest_id);

}  // namespace tarn::serve
