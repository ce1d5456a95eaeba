#include "collect/request_key.h"

#include <cstring>
#include <string>

#include "collect/limits.h"
#include "crypto/digest.h"

namespace tarn::collect {
namespace {

/// Parts are joined with their lengths, so that no two lists of parts give the same text.
void AppendPart(std::string_view part, std::string* text) {
  *text += Format("{}:", part.size());
  text->append(part);
}

RequestKey KeyOf(std::string_view text) {
  const crypto::Sha256Digest digest = crypto::Sha256(text);
  RequestKey key;
  std::memcpy(&key.high, digest.data(), sizeof key.high);
  std::memcpy(&key.low, digest.data() + sizeof key.high, sizeof key.low);
  return key;
}

}  // namespace

Result<RequestKey> RequestKeyOf(const RequestIdentity& identity) {
  if (identity.idempotency_key.empty() && identity.invocation_id.empty()) return RequestKey{};
  if (identity.idempotency_key.size() > kIdempotencyKeyBytesMax) {
    return Fail(ErrorKind::kInvalid, "the Idempotency-Key has {} bytes; at most {} are taken",
                identity.idempotency_key.size(), kIdempotencyKeyBytesMax);
  }
  std::string text;
  AppendPart(identity.stream, &text);
  AppendPart(identity.access_key, &text);
  if (!identity.idempotency_key.empty()) {
    AppendPart("idempotency-key", &text);
    AppendPart(identity.idempotency_key, &text);
  } else {
    AppendPart("invocation", &text);
    AppendPart(identity.invocation_id, &text);
    AppendPart(crypto::Hex(crypto::Sha256(identity.body)), &text);
  }
  return KeyOf(text);
}

}  // namespace tarn::collect
