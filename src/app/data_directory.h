// The data directory: one server at a time, a format version, a place for what a running server
// leaves to its owner.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "os/files.h"

namespace tarn::app {

/// Paths below a data directory.
struct DataPaths {
  std::string root;  ///< absolute; as the directory was made
  std::string version() const { return root + "/VERSION"; }
  std::string lock() const { return root + "/run/lock"; }
  std::string server() const { return root + "/run/server.json"; }
  std::string wal() const { return root + "/wal"; }
  std::string derive_runs() const { return root + "/run/derive"; }
  std::string derive_reports() const { return root + "/run/derive-reports"; }
  std::string catalog() const { return root + "/catalog.db"; }
  std::string buckets() const { return root + "/buckets"; }
};

/// A data directory that this process may write to: it holds the lock.
class DataDirectory {
 public:
  /// Make what is missing, take the lock, check VERSION.
  ///
  /// errors  kConflict: another server runs on it (its address, where known); kUnsupported: a newer
  ///         format, or the directory was moved: says what to do
  static Result<DataDirectory> Open(const std::string& directory, os::Files& files);

  /// Keep in VERSION whose log this directory holds. durable  when it returns
  Status RecordNode(const std::string& node_id, os::Files& files) const;

  const DataPaths& paths() const { return paths_; }

 private:
  DataDirectory(DataPaths paths, std::unique_ptr<os::FileLock> lock)
      : paths_(std::move(paths)), lock_(std::move(lock)) {}
  DataPaths paths_;
  std::unique_ptr<os::FileLock> lock_;
};

/// How to reach the server that runs on a directory.
struct RunningServer {
  std::string url;
  std::string token;
  int64_t process = 0;
};

/// Leave it to the directory's owner (mode 0600).
Status WriteRunningServer(const DataPaths& paths, const RunningServer& server, os::Files& files);
/// returns  none where no server holds the lock
Result<std::optional<RunningServer>> FindRunningServer(const DataPaths& paths, os::Files& files);

/// The paths of an existing data directory, by the name it was made as: tables name their files so.
/// A symbolic link or a mount of that name may lead here.
/// errors  kNotFound: it is none; kUnsupported: a newer format, or it was moved: says what to do
Result<DataPaths> FindDataDirectory(const std::string& directory, os::Files& files);

/// As FindDataDirectory; a name that is free, or a directory that has no more than buckets, becomes
/// a data directory.
///
/// in      check: asked before one is made, so that a slip of the pen makes none
/// errors  what `check` returned; as DataDirectory::Open
Result<DataPaths> FindOrMakeDataDirectory(const std::string& directory, os::Files& files,
                                          const std::function<Status()>& check);

/// What to do with a directory that was moved.
std::string AdviceForMoved(const std::string& directory, const std::string& made_as);

/// Write VERSION anew after the directory was moved.
///
/// in      check: says whether nothing in it needs the old path; called with the lock held
/// errors  kConflict: a server runs on it; what `check` returned
Status AdoptDirectory(
    const std::string& directory, os::Files& files,
    const std::function<Status(const DataPaths&, const std::string& made_as)>& check);

}  // namespace tarn::app
