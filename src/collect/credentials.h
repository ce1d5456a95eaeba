// Who a request says it comes from: the credential scope of AWS Signature Version 4. source  AWS
// General Reference, "Signing AWS API requests"
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tarn::collect {

/// `Credential=AKID/20261120/us-east-1/firehose/aws4_request`, taken apart.
struct CredentialScope {
  std::string access_key;
  std::string date;  ///< yyyymmdd
  std::string region;
  std::string service;
};

/// Read the scope from an Authorization header. While no keys are configured every access key is
/// accepted: the scope says the region and the caller, and proves nothing.
///
/// in       authorization: the header; empty where there is none
/// returns  none for a request without one, or of another scheme
/// errors   kInvalid: an AWS4-HMAC-SHA256 header whose scope cannot be read
Result<std::optional<CredentialScope>> ParseCredentialScope(std::string_view authorization);

}  // namespace tarn::collect
