#include "wal/killable_files_testing.h"

#include <utility>

namespace tarn::wal {
namespace {

class KillableFile final : public os::File {
 public:
  KillableFile(KillableFiles& files, std::unique_ptr<os::File> below)
      : files_(files), below_(std::move(below)) {}

  Result<std::string> ReadAt(uint64_t offset, size_t size) override {
    return below_->ReadAt(offset, size);
  }
  Status WriteAt(uint64_t offset, std::string_view bytes) override {
    bool now = false;
    const Status alive = files_.Change(&now);
    if (now) TRY(below_->WriteAt(offset, bytes.substr(0, bytes.size() / 2)));
    return alive ? below_->WriteAt(offset, bytes) : alive;
  }
  Status SyncData() override {
    TRY(files_.Change());
    return below_->SyncData();
  }
  Status Sync() override {
    TRY(files_.Change());
    return below_->Sync();
  }
  Result<uint64_t> Size() override { return below_->Size(); }

 private:
  KillableFiles& files_;
  const std::unique_ptr<os::File> below_;
};

}  // namespace

void KillableFiles::KillAt(uint64_t call) {
  kill_at_ = call;
  calls_ = 0;
  killed_ = false;
}

Status KillableFiles::Change(bool* now) {
  if (!killed_) {
    if (++calls_ != kill_at_) return {};
    killed_ = true;
    if (now != nullptr) *now = true;
  }
  return tarn::Fail(ErrorKind::kIo, "the process is dead");
}

Result<std::unique_ptr<os::File>> KillableFiles::Open(const std::string& path, os::OpenMode mode) {
  if (mode == os::OpenMode::kCreateNew) TRY(Change());
  return std::make_unique<KillableFile>(*this, TRY(below_.Open(path, mode)));
}
Result<os::FileInfo> KillableFiles::Stat(const std::string& path) { return below_.Stat(path); }
Result<std::vector<std::string>> KillableFiles::List(const std::string& directory) {
  return below_.List(directory);
}
Status KillableFiles::MakeDirectories(const std::string& path) {
  TRY(Change());
  return below_.MakeDirectories(path);
}
Status KillableFiles::Rename(const std::string& from, const std::string& to) {
  TRY(Change());
  return below_.Rename(from, to);
}
Status KillableFiles::RenameNoReplace(const std::string& from, const std::string& to) {
  TRY(Change());
  return below_.RenameNoReplace(from, to);
}
Status KillableFiles::Remove(const std::string& path) {
  TRY(Change());
  return below_.Remove(path);
}
Status KillableFiles::SyncDirectory(const std::string& path) {
  TRY(Change());
  return below_.SyncDirectory(path);
}
Result<std::unique_ptr<os::FileLock>> KillableFiles::Lock(const std::string& path) {
  return below_.Lock(path);
}
Result<bool> KillableFiles::IsLocked(const std::string& path) { return below_.IsLocked(path); }
Result<uint64_t> KillableFiles::FreeBytes(const std::string& path) {
  return below_.FreeBytes(path);
}

}  // namespace tarn::wal
