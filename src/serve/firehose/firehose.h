// The Firehose API: delivery streams and the records put into them.
#pragma once

#include <string>
#include <string_view>

#include "flow/streams.h"
#include "serve/aws_json.h"
#include "serve/worker_pool.h"

namespace tarn::serve {

struct FirehoseOptions {
  std::string account = "000000000000";  ///< 12 digits, in ARNs and messages
  std::string own_stream;  ///< that another door feeds: not in lists, where clients look for
                           ///< theirs, nor deleted
};

/// Threads: any. Puts are answered from the log's thread, everything else from the worker pool.
class Firehose {
 public:
  static constexpr const char* kTargetPrefix = "Firehose_20150804";

  /// in  streams, workers: lent for this object's life, and until its last reply is sent
  Firehose(FirehoseOptions options, flow::Streams& streams, WorkerPool& workers)
      : options_(std::move(options)), streams_(streams), workers_(workers) {}

  /// An AwsService.
  void Handle(const AwsCall& call, const Request& request, const Responder& responder) const;

 private:
  void Put(const AwsCall& call, const Request& request, const Responder& responder,
           bool is_batch) const;
  void Control(const AwsCall& call, const Request& request, const Responder& responder) const;

  using Outcome = collect::AwsResult<Json>;
  Outcome Run(const AwsCall& call, const Json& input) const;
  Outcome Create(const AwsCall& call, const Json& input) const;
  Outcome Describe(const AwsCall& call, const Json& input) const;
  Outcome List(const Json& input) const;
  Outcome Delete(const Json& input) const;
  Outcome ListTags(const Json& input) const;

  collect::AwsResult<std::string> StreamName(const Json& input) const;
  collect::AwsError NotFound(std::string_view stream) const;
  collect::AwsError InUse(std::string_view stream) const;
  /// Any other error as Firehose names it. in  stream: that it is about
  collect::AwsError ToAwsError(const Error& error, std::string_view stream) const;

  const FirehoseOptions options_;
  flow::Streams& streams_;
  WorkerPool& workers_;
};

}  // namespace tarn::serve
