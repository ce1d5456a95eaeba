// The data directory: one server at a time, a format version, a place for what a running server
// leaves to its owner.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "os/clock.h"
#include "os/files.h"

namespace tarn::app {

/// Paths below a data directory.
struct DataPaths {
  std::string root;  ///< absolute
  std::string version() const { return root + "/VERSION"; }
  std::string lock() const { return root + "/run/lock"; }
  std::string server() const { return root + "/run/server.json"; }
  std::string wal() const { return root + "/wal"; }
  std::string catalog() const { return root + "/catalog.db"; }
  std::string buckets() const { return root + "/buckets"; }
};

/// A data directory that this process may write to: it holds the lock.
class DataDirectory {
 public:
  /// Make what is missing, take the lock, check VERSION.
  ///
  /// errors  kConflict: another server runs on it (its address, where known); kUnsupported: a newer
  /// format, or the directory was moved:
  ///         says which command repairs it
  static Result<DataDirectory> Open(const std::string& directory, os::Files& files,
                                    os::Entropy& entropy);

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

/// The paths of an existing data directory. errors  kNotFound: it is none; says so
Result<DataPaths> FindDataDirectory(const std::string& directory, os::Files& files);

/// Write VERSION anew after the directory was moved or copied on purpose. errors  kConflict: a
/// server runs on it
Status AdoptDirectory(const std::string& directory, os::Files& files, os::Entropy& entropy);

}  // namespace tarn::app
