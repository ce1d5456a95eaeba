#include <utility>

#include "query/counted_file_internal.h"

namespace tarn::query {
namespace {

class CountedFile : public duckdb::FileHandle {
 public:
  CountedFile(duckdb::FileSystem& system, duckdb::unique_ptr<duckdb::FileHandle> file,
              std::shared_ptr<ScanCounters> counters)
      : FileHandle(system, file->GetPath(), file->GetFlags()),
        file_(std::move(file)),
        counters_(std::move(counters)) {}

  void Close() override { file_->Close(); }

  void Count(int64_t bytes) {
    if (bytes > 0) counters_->Read(static_cast<uint64_t>(bytes));
  }
  duckdb::FileHandle& file() { return *file_; }

 private:
  const duckdb::unique_ptr<duckdb::FileHandle> file_;
  const std::shared_ptr<ScanCounters> counters_;
};

CountedFile& Wrapper(duckdb::FileHandle& handle) { return handle.Cast<CountedFile>(); }
duckdb::FileHandle& Inner(duckdb::FileHandle& handle) { return Wrapper(handle).file(); }
duckdb::FileSystem& System(duckdb::FileHandle& handle) { return Inner(handle).file_system; }

}  // namespace

void ScanCounters::Opened(const std::string& path) {
  MutexLock lock(mutex_);
  paths_.insert(path);
}

ScanStats ScanCounters::stats() const {
  MutexLock lock(mutex_);
  return {paths_.size(), bytes_};
}

void CountingFileSystem::Read(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes,
                              duckdb::idx_t location) {
  System(handle).Read(Inner(handle), buffer, nr_bytes, location);
  Wrapper(handle).Count(nr_bytes);
}

int64_t CountingFileSystem::Read(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes) {
  const int64_t read = System(handle).Read(Inner(handle), buffer, nr_bytes);
  Wrapper(handle).Count(read);
  return read;
}

int64_t CountingFileSystem::GetFileSize(duckdb::FileHandle& handle) {
  return System(handle).GetFileSize(Inner(handle));
}

duckdb::timestamp_t CountingFileSystem::GetLastModifiedTime(duckdb::FileHandle& handle) {
  return System(handle).GetLastModifiedTime(Inner(handle));
}

std::string CountingFileSystem::GetVersionTag(duckdb::FileHandle& handle) {
  return System(handle).GetVersionTag(Inner(handle));
}

duckdb::FileType CountingFileSystem::GetFileType(duckdb::FileHandle& handle) {
  return System(handle).GetFileType(Inner(handle));
}

duckdb::FileMetadata CountingFileSystem::Stats(duckdb::FileHandle& handle) {
  return System(handle).Stats(Inner(handle));
}

void CountingFileSystem::Seek(duckdb::FileHandle& handle, duckdb::idx_t location) {
  System(handle).Seek(Inner(handle), location);
}

void CountingFileSystem::Reset(duckdb::FileHandle& handle) { System(handle).Reset(Inner(handle)); }

duckdb::idx_t CountingFileSystem::SeekPosition(duckdb::FileHandle& handle) {
  return System(handle).SeekPosition(Inner(handle));
}

bool CountingFileSystem::OnDiskFile(duckdb::FileHandle& handle) {
  return System(handle).OnDiskFile(Inner(handle));
}

duckdb::unique_ptr<duckdb::FileHandle> CountingFileSystem::Counted(
    duckdb::unique_ptr<duckdb::FileHandle> file, std::shared_ptr<ScanCounters> counters) {
  return duckdb::make_uniq<CountedFile>(*this, std::move(file), std::move(counters));
}

}  // namespace tarn::query
