#include <vector>

#include "base/log.h"
#include "store/local_directories_internal.h"

namespace tarn::store {
namespace {

/// Directories remembered as durable. Beyond it all are forgotten, which costs syncs, no safety.
constexpr size_t kRememberedMax = 100'000;

}  // namespace

LocalDirectories::Hold::Hold(LocalDirectories& owner, std::string directory)
    : owner_(owner), directory_(std::move(directory)) {
  const MutexLock lock(owner_.mutex_);
  ++owner_.holds_[directory_];
}

LocalDirectories::Hold::~Hold() {
  const MutexLock lock(owner_.mutex_);
  const auto hold = owner_.holds_.find(directory_);
  if (--hold->second == 0) owner_.holds_.erase(hold);
}

bool LocalDirectories::IsHeld(const std::string& directory) const {
  const auto hold = holds_.lower_bound(directory);
  if (hold != holds_.end() && hold->first == directory) return true;
  const auto below = holds_.lower_bound(directory + "/");
  return below != holds_.end() && below->first.starts_with(directory + "/");
}

bool LocalDirectories::IsDurable(const std::string& directory) const {
  const MutexLock lock(mutex_);
  return durable_.contains(directory);
}

Status LocalDirectories::CheckSyncs() const {
  if (sync_error_.empty()) return {};
  return Fail(ErrorKind::kIo, "the bucket takes no writes since a sync has failed: {}",
              sync_error_);
}

Status LocalDirectories::Sync(const std::string& directory) {
  const MutexLock lock(sync_mutex_);
  TRY(CheckSyncs());
  const Status synced = files_.SyncDirectory(directory);
  if (!synced && synced.error().kind() != ErrorKind::kNotFound) {
    sync_error_ = synced.error().message();
    Log(LogLevel::kError, "store", "a bucket takes no more writes: a directory could not be synced",
        {{"bucket", root_}, {"error", sync_error_}});
  }
  return synced;
}

Status LocalDirectories::Ensure(const std::string& directory) {
  {
    const MutexLock lock(sync_mutex_);
    TRY(CheckSyncs());
  }
  if (directory == root_ || IsDurable(directory)) return {};
  const Status made = files_.MakeDirectories(directory);
  if (!made && made.error().kind() == ErrorKind::kConflict) {
    return Fail(ErrorKind::kInvalid, "{}", made.error().message());
  }
  TRY(Status(made));
  // One that is there already may be another thread's, not synced yet: only what this object has
  // synced itself counts.
  std::vector<std::string> synced;
  for (std::string at = directory; at != root_ && !IsDurable(at); at = os::ParentDirectory(at)) {
    TRY(Sync(os::ParentDirectory(at)));
    synced.push_back(at);
  }
  const MutexLock lock(mutex_);
  if (durable_.size() > kRememberedMax) durable_.clear();
  durable_.insert(synced.begin(), synced.end());
  return {};
}

void LocalDirectories::Forget(const std::string& directory) {
  const MutexLock lock(mutex_);
  for (std::string at = directory; at.size() > root_.size(); at = os::ParentDirectory(at)) {
    durable_.erase(at);
  }
}

std::string LocalDirectories::RemoveEmpty(const std::string& directory) {
  std::string at = directory;
  while (at != root_) {
    // Under the lock, so that no put can take hold between the look and the removal.
    const MutexLock lock(mutex_);
    if (IsHeld(at)) return at;
    const Status removed = files_.Remove(at);
    if (!removed && removed.error().kind() != ErrorKind::kNotFound) return at;
    durable_.erase(at);
    at = os::ParentDirectory(at);
  }
  return at;
}

Status MakeDirectoriesDurably(os::Files& files, const std::string& directory) {
  std::vector<std::string> missing;
  for (std::string at = directory;; at = os::ParentDirectory(at)) {
    const auto info = files.Stat(at);
    if (info) break;
    if (info.error().kind() != ErrorKind::kNotFound) return std::unexpected(info.error());
    missing.push_back(at);
  }
  // The lowest may be there, and yet not durable: its maker may have died before the sync.
  if (missing.empty()) missing.push_back(directory);
  TRY(files.MakeDirectories(directory));
  for (const std::string& made : missing) TRY(files.SyncDirectory(os::ParentDirectory(made)));
  return {};
}

}  // namespace tarn::store
