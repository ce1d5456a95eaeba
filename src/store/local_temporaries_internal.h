// The temporary files of one opened bucket, in a folder that all processes share: each marks its
// own by a session name and a lock that dies with it.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/error.h"
#include "os/clock.h"
#include "os/files.h"

namespace tarn::store {

/// Threads: any, once open.
class LocalTemporaries {
 public:
  /// Make the folder, remove what dead sessions left, and begin a session.
  ///
  /// in      directory: absolute; files: must outlive this
  /// errors  kConflict (a file has the folder's name), kIo
  static Result<std::unique_ptr<LocalTemporaries>> Open(std::string directory, os::Files& files,
                                                        os::Entropy& entropy);
  ~LocalTemporaries();

  struct Temporary {
    std::string path;
    std::unique_ptr<os::File> file;
  };
  /// A new, empty file. errors  kIo
  Result<Temporary> Create();

 private:
  LocalTemporaries(std::string directory, std::string session, std::unique_ptr<os::FileLock> lock,
                   os::Files& files)
      : directory_(std::move(directory)),
        session_(std::move(session)),
        lock_(std::move(lock)),
        files_(files) {}

  const std::string directory_;
  const std::string session_;
  const std::unique_ptr<os::FileLock> lock_;
  os::Files& files_;
  std::atomic<uint64_t> created_ = 0;
};

}  // namespace tarn::store
