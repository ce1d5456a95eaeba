// Files that are read for one query, and how much of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <duckdb/common/file_system.hpp>
#include <memory>
#include <set>
#include <string>

#include "base/mutex.h"
#include "query/engine.h"

namespace tarn::query {

/// Threads: any.
class ScanCounters {
 public:
  void Opened(const std::string& path) EXCLUDES(mutex_);
  void Read(uint64_t bytes) { bytes_ += bytes; }
  ScanStats stats() const EXCLUDES(mutex_);

 private:
  std::atomic<uint64_t> bytes_ = 0;
  mutable Mutex mutex_;
  std::set<std::string> paths_ GUARDED_BY(mutex_);
};

/// A file system whose handles wrap those of another one and count what is read.
/// Threads: any.
class CountingFileSystem : public duckdb::FileSystem {
 public:
  void Read(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes,
            duckdb::idx_t location) override;
  int64_t Read(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes) override;
  int64_t GetFileSize(duckdb::FileHandle& handle) override;
  duckdb::timestamp_t GetLastModifiedTime(duckdb::FileHandle& handle) override;
  std::string GetVersionTag(duckdb::FileHandle& handle) override;
  duckdb::FileType GetFileType(duckdb::FileHandle& handle) override;
  duckdb::FileMetadata Stats(duckdb::FileHandle& handle) override;
  void Seek(duckdb::FileHandle& handle, duckdb::idx_t location) override;
  void Reset(duckdb::FileHandle& handle) override;
  duckdb::idx_t SeekPosition(duckdb::FileHandle& handle) override;
  bool OnDiskFile(duckdb::FileHandle& handle) override;
  bool CanSeek() override { return true; }

 protected:
  duckdb::unique_ptr<duckdb::FileHandle> Counted(duckdb::unique_ptr<duckdb::FileHandle> file,
                                                 std::shared_ptr<ScanCounters> counters);
};

}  // namespace tarn::query
