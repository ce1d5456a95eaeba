// The directory of a shard's segments and spares: names change one at a time, and durably.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"
#include "base/mutex.h"
#include "os/files.h"

namespace tarn::wal {

/// Threads: any.
class SegmentDirectory {
 public:
  /// in  files: lent for this object's life
  SegmentDirectory(os::Files& files, std::string path) : files_(files), path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string PathOf(std::string_view name) const { return Format("{}/{}", path_, name); }

  /// Give a file another name, which must be free.
  ///
  /// durable  when it returns
  /// errors   kConflict (taken), kNotFound, kIo: the file may have either name from now on, now one
  /// and after a crash the other; it must not be used before a restart
  Status Rename(const std::string& from, const std::string& to) EXCLUDES(mutex_);

  /// Move a file to another directory, which is made where missing, under its own name there.
  ///
  /// durable  when it returns
  /// errors   kConflict (taken), kIo: it may be in either
  Status MoveTo(const std::string& directory, const std::string& from) EXCLUDES(mutex_);

  /// Remove a file; one that is not there is no error. durable  when it returns. errors  kIo
  Status Remove(const std::string& path) EXCLUDES(mutex_);

 private:
  os::Files& files_;
  const std::string path_;
  /// A sync that fails takes every change with it that was not durable yet, and no later sync
  /// tells. So no thread changes a name while another one's change is not synced.
  Mutex mutex_;
};

/// Remove a file; one that is not there is no error. errors  kIo
Status RemoveIfPresent(os::Files& files, const std::string& path);

}  // namespace tarn::wal
