// The name of a client's request, so that its retry can be known again. source  the AWS SDKs send
// the same amz-sdk-invocation-id and body with every attempt of a call; Idempotency-Key is
// draft-ietf-httpapi-idempotency-key-header
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace tarn::collect {

/// 128 bits of a digest; all zero: the request has no name.
struct RequestKey {
  uint64_t high = 0;
  uint64_t low = 0;
  friend bool operator==(const RequestKey&, const RequestKey&) = default;
};

struct RequestIdentity {
  std::string_view stream;
  std::string_view access_key;       ///< empty: none
  std::string_view idempotency_key;  ///< the header `Idempotency-Key`; wins over the invocation
  std::string_view invocation_id;    ///< the header `amz-sdk-invocation-id`
  std::string_view body;             ///< as received
};

/// returns  the key; zero where the client sent neither header
/// errors   kInvalid: an Idempotency-Key over 255 bytes
Result<RequestKey> RequestKeyOf(const RequestIdentity& identity);

}  // namespace tarn::collect
