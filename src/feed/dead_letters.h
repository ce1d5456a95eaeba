// Objects that cannot be read whole, kept untouched under a prefix of their own, each with the
// reason beside it.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>

#include "base/error.h"
#include "feed/raw_object.h"
#include "feed/source_pattern.h"
#include "store/object_store.h"

namespace tarn::feed {

/// What follows the key of a copy: `{"source":"s3://…","reason":"…",…}`.
inline constexpr const char* kReasonSuffix = ".reason.json";

/// Threads: any.
class DeadLetters {
 public:
  /// in  stream: for the reasons; buckets: lent
  DeadLetters(std::string stream, ObjectPlace place, store::Buckets& buckets)
      : stream_(std::move(stream)), place_(std::move(place)), buckets_(buckets) {}

  /// Copy an object to `<prefix><its key>`, and say why. Once more, after a kill, does no harm.
  ///
  /// durable  both, when it returns
  /// errors   those of the store; kConflict: the object changed meanwhile; kCancelled
  Status Keep(const ListedObject& object, const std::string& reason, int64_t now_us,
              const std::stop_token& stop) const;

 private:
  Result<std::string> Copy(const ListedObject& object, store::ObjectStore& to,
                           const std::stop_token& stop) const;

  const std::string stream_;
  const ObjectPlace place_;
  store::Buckets& buckets_;
};

}  // namespace tarn::feed
