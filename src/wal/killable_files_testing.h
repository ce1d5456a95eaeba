// A process that dies at a chosen call: from there on nothing reaches the files beneath. What the
// kernel has stays there, as after kill -9; a power cut is a Crash of the files beneath.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "os/files.h"

namespace tarn::wal {

/// Threads: any.
class KillableFiles final : public os::Files {
 public:
  explicit KillableFiles(os::Files& below) : below_(below) {}

  /// Die at the n-th changing call from now (writes, syncs and changes of names). A write that is
  /// killed is done up to its middle. 0: never.
  void KillAt(uint64_t call);
  bool killed() const { return killed_; }
  /// Changing calls since KillAt.
  uint64_t calls() const { return calls_; }

  Result<std::unique_ptr<os::File>> Open(const std::string& path, os::OpenMode mode) override;
  Result<os::FileInfo> Stat(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Status MakeDirectories(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status RenameNoReplace(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Result<std::unique_ptr<os::FileLock>> Lock(const std::string& path) override;
  Result<bool> IsLocked(const std::string& path) override;
  Result<uint64_t> FreeBytes(const std::string& path) override;

  /// Count a changing call. errors  kIo: the process is dead; `now`: it died at this very call
  Status Change(bool* now = nullptr);

 private:
  os::Files& below_;
  std::atomic<uint64_t> kill_at_ = 0;
  std::atomic<uint64_t> calls_ = 0;
  std::atomic<bool> killed_ = false;
};

}  // namespace tarn::wal
