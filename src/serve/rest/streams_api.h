// `/v1/streams`: delivery streams for `tarn stream` and for people with curl.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/json.h"
#include "flow/streams.h"
#include "serve/http_message.h"
#include "serve/worker_pool.h"

namespace tarn::serve {

/// Threads: any. Answered from the worker pool.
class StreamsApi {
 public:
  struct Options {
    std::string own_stream;  ///< that another door feeds, and needs
    /// What else feeds a stream, for its description. Empty: nothing does.
    std::function<std::optional<Json>(const std::string& stream)> describe_source;
  };

  /// in  streams, workers: lent for this object's life, and until its last reply is sent
  StreamsApi(Options options, flow::Streams& streams, WorkerPool& workers)
      : options_(std::move(options)), streams_(streams), workers_(workers) {}

  void Create(const Request& request, const Responder& responder) const;
  void List(const Request& request, const Responder& responder) const;
  void Describe(const Request& request, const Responder& responder) const;
  void Delete(const Request& request, const Responder& responder) const;

 private:
  void Run(const Responder& responder, std::function<Result<Reply>()> work) const;

  const Options options_;
  flow::Streams& streams_;
  WorkerPool& workers_;
};

/// The definition that `POST /v1/streams` asks for.
///
/// in       body: `{"name": …, "columns": "a string, b bigint", "partition_by": …, "inferred":
/// false,
///          "table": "default.t", "buffer_seconds": 60, "buffer_bytes": …, "compression": "zstd",
///          "may_evolve": true, "may_create_table": true}`; only the name is required
/// errors   kInvalid: names the member; an unknown one too
Result<flow::StreamDefinition> DefinitionFromRequest(const Json& body);

/// A stream as these endpoints show it; without `without_column` where that is absent.
Json ToJson(const flow::StreamInfo& stream);

}  // namespace tarn::serve
