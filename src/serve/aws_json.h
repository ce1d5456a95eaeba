// AWS JSON 1.1, as SDKs speak it: which service and operation a call is for, replies, faults.
// source  Smithy "AWS JSON 1.1 protocol"; docs/formats/http_api.md has what Tarn adds
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "collect/aws_error.h"
#include "serve/http_message.h"

namespace tarn::serve {

/// What a call says of itself beside its body. A value.
struct AwsCall {
  std::string operation;     ///< `PutRecordBatch`
  std::string content_type;  ///< of the request, without parameters: the reply has the same
  std::string region;        ///< of the credential scope, else the configured one
  std::string access_key;    ///< of the credential scope; empty where there is none
};

/// returns  200 with the output as JSON
Reply AwsReply(const AwsCall& call, const Json& output);
/// As AwsReply, of text that is JSON already.
Reply AwsReply(const AwsCall& call, std::string output);
/// returns  the error with its name in `__type` and in the header x-amzn-ErrorType: some SDKs read
///          only one of them
Reply AwsFault(const AwsCall& call, const collect::AwsError& error);

/// A service's operations. in  request: valid until it returns
using AwsService = std::function<void(const AwsCall&, const Request&, Responder)>;

/// `POST /`: finds the service by X-Amz-Target.
/// Threads: Add before the first Handle; then any.
class AwsTargets {
 public:
  /// in  region: where a request names none
  explicit AwsTargets(std::string region) : region_(std::move(region)) {}

  /// in  prefix: `Firehose_20150804`
  void Add(std::string prefix, AwsService service);
  /// A service that clients may ask for and that is not served: its calls are refused by name.
  void AddUnserved(std::string prefix, std::string name);

  void Handle(const Request& request, const Responder& responder) const;

 private:
  struct Target {
    std::string prefix;
    std::string unserved_name;
    AwsService service;
  };
  const std::string region_;
  std::vector<Target> targets_;
};

}  // namespace tarn::serve
