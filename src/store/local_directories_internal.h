// The directories below a bucket: made durably before an object is named in them, removed when the
// last object is gone, and never removed under a put.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/error.h"
#include "base/mutex.h"
#include "os/files.h"

namespace tarn::store {

/// After a sync of a directory has failed, nobody can tell which names the disk has, and no later
/// sync mends that: from then on nothing is named any more, until the bucket is opened again.
/// Threads: any.
class LocalDirectories {
 public:
  /// in  root: an absolute path; files: must outlive this
  LocalDirectories(std::string root, os::Files& files) : root_(std::move(root)), files_(files) {}

  /// While it lives, RemoveEmpty leaves the directory and its parents alone.
  class Hold {
   public:
    Hold(LocalDirectories& owner, std::string directory);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    LocalDirectories& owner_;
    const std::string directory_;
  };

  /// Make a directory below the root, or the root itself, where it is missing. The caller holds it.
  ///
  /// durable  when it returns; remembered, so that only the first call costs syncs
  /// errors   kInvalid (a file is in the way), kNotFound (another process removed it at once), kIo
  /// (also where any sync has failed before)
  Status Ensure(const std::string& directory);

  /// Make the names in a directory durable. errors  kNotFound, kIo (now or before)
  Status Sync(const std::string& directory) EXCLUDES(sync_mutex_);

  /// Another process has removed this directory: Ensure must look again.
  void Forget(const std::string& directory);

  /// Remove the directory if it is empty, then its parents, up to the root.
  ///
  /// returns  the lowest directory that remains; a sync of it makes the removal durable
  std::string RemoveEmpty(const std::string& directory);

 private:
  bool IsHeld(const std::string& directory) const REQUIRES(mutex_);
  bool IsDurable(const std::string& directory) const EXCLUDES(mutex_);
  Status CheckSyncs() const REQUIRES(sync_mutex_);

  const std::string root_;
  os::Files& files_;

  mutable Mutex mutex_;
  std::map<std::string, int> holds_ GUARDED_BY(mutex_);
  std::set<std::string> durable_ GUARDED_BY(mutex_);  ///< with all parents up to the root

  // One sync at a time: where one fails, the names of another thread that waits for its own turn
  // may be among those lost, and that thread must know before it answers.
  Mutex sync_mutex_;
  std::string sync_error_ GUARDED_BY(sync_mutex_);  ///< empty: none has failed
};

/// Make a directory anywhere, durably: the parents of those that are new are synced.
/// errors  kConflict (a file is in the way), kIo
Status MakeDirectoriesDurably(os::Files& files, const std::string& directory);

}  // namespace tarn::store
