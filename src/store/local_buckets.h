// The buckets of a data directory, one directory each.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "os/clock.h"
#include "os/files.h"
#include "store/object_store.h"

namespace tarn::store {

/// As S3 has them: 3 to 63 of a-z, 0-9, `.` and `-`, a letter or digit at both ends, no two dots in
/// a row. errors  kInvalid
Status CheckBucketName(std::string_view name);

/// Opens the local buckets. Bucket names are S3's: 3 to 63 of a-z, 0-9, `.` and `-`.
///
/// Its Locate takes what Tarn and its readers write for a path: `file:///…`, `file:/…` (Hadoop) and
/// the bare absolute path, all literally, without percent decoding. The key may be empty (the
/// bucket itself) or end with `/`.
class LocalBuckets {
 public:
  /// in       directory: made where missing; files, entropy: must outlive the buckets
  /// durable  the directory, when it returns
  /// errors   kConflict (a file has that name), kIo
  static Result<std::unique_ptr<Buckets>> Open(const std::string& directory, os::Files& files,
                                               os::Entropy& entropy);
};

}  // namespace tarn::store
