// A bucket in a local directory: an object is a file whose path below it is the object's key, so
// that any tool can read the bucket without Tarn.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "os/clock.h"
#include "os/files.h"
#include "store/object_store.h"

namespace tarn::store {

/// Opens local buckets.
///
/// An object appears whole: its bytes are written to a temporary file in `.tarn-tmp` at the
/// bucket's root, synced, and only then named. What a process leaves there when it dies is removed
/// by the next one that opens the bucket; the temporaries of living ones stay.
///
/// Beside what ObjectStore says, a key is refused (kInvalid) where the file system cannot hold it:
/// a segment over 255 bytes, a NUL, `.tarn-tmp` in front, or a name that is a directory or lies
/// below an object.
class LocalStore {
 public:
  /// Open a bucket, and make its directory where it is missing.
  ///
  /// in       bucket_directory: on one file system with all below it; files, entropy: must outlive
  /// the store
  /// durable  the directory, when it returns
  /// errors   kConflict (a file has that name), kIo
  static Result<std::unique_ptr<ObjectStore>> Open(const std::string& bucket_directory,
                                                   os::Files& files, os::Entropy& entropy);
};

}  // namespace tarn::store
