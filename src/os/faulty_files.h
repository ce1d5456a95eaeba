// The twin of PosixFiles for tests: a file system in memory that keeps no more than POSIX promises.
// What was not synced may be lost at a power cut, a directory entry as well as bytes; any call can
// be told to fail; space can run out. The same seeds give the same run.
//
// The model, strict where file systems differ:
// - A write is durable after Sync or SyncData of its file. Until then a crash keeps it, loses it,
// or
//   keeps any of its 512-byte sectors; the file may have grown all the same, with zeros.
// - A new, renamed or removed name is durable after SyncDirectory of a directory it is in. Until
//   then a crash keeps or loses it; a rename is kept or lost as one. Names change independently of
//   each other, and of the bytes of the files they name.
// - A sync that fails has written any part of what it should have. The rest counts as clean from
//   then on: no later sync writes it, and reads may see the old bytes again (as Linux does).
// - A write that fails has written any prefix.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "os/files.h"

namespace tarn::os {

/// The calls of Files and File, to count them and to choose which one fails.
enum class FileCall {
  kOpen,
  kRead,
  kWrite,
  kSync,  ///< Sync and SyncData
  kSize,
  kStat,
  kList,
  kMakeDirectories,
  kRename,  ///< Rename and RenameNoReplace
  kRemove,
  kSyncDirectory,
  kLock,
  kFreeBytes,
};
inline constexpr size_t kFileCalls = 13;

struct FileFault {
  uint64_t call = 1;           ///< which call fails, counted from now: 1 is the next
  bool from_then_on = false;   ///< and all after it, as a disk that died or a power cut
  bool no_space = false;       ///< ENOSPC, else EIO
  std::optional<FileCall> of;  ///< count only calls of this kind
};

/// Paths are absolute; `.` and `..` are not known. The root directory exists.
/// Threads: any.
class FaultyFiles final : public Files {
 public:
  /// in  seed: chooses what failed writes and syncs leave behind
  explicit FaultyFiles(uint64_t seed = 1);
  ~FaultyFiles() override;

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  Result<FileInfo> Stat(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Status MakeDirectories(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status RenameNoReplace(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override;
  Result<bool> IsLocked(const std::string& path) override;
  Result<uint64_t> FreeBytes(const std::string& path) override;

  /// Cut the power and come back: what the model allows to be lost is kept or lost by `seed`. Files
  /// that were open fail from here on, locks are free, faults are cleared.
  void Crash(uint64_t seed);

  /// Let a call fail. A second plan replaces the first.
  void Fail(const FileFault& fault);
  void ClearFault();

  /// Bytes that all files together may have. A write beyond fails with a part written.
  void LimitSpace(uint64_t bytes_max);

  /// returns  calls so far, of every kind or of one; failed ones too
  uint64_t calls() const;
  uint64_t calls(FileCall call) const;

  struct State;  ///< opaque; the files and locks of this file system share it

 private:
  const std::shared_ptr<State> state_;  ///< shared with open files and locks, which may outlive us
};

}  // namespace tarn::os
