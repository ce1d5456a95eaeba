#include "wal/segment_directory.h"

namespace tarn::wal {

Status SegmentDirectory::Rename(const std::string& from, const std::string& to) {
  const MutexLock lock(mutex_);
  TRY(files_.RenameNoReplace(from, to));
  return files_.SyncDirectory(path_);
}

Status SegmentDirectory::MoveTo(const std::string& directory, const std::string& from) {
  const MutexLock lock(mutex_);
  TRY(files_.MakeDirectories(directory));
  TRY(files_.SyncDirectory(os::ParentDirectory(directory)));
  const std::string name = from.substr(from.rfind('/') + 1);
  TRY(files_.RenameNoReplace(from, Format("{}/{}", directory, name)));
  TRY(files_.SyncDirectory(directory));
  return files_.SyncDirectory(path_);
}

Status SegmentDirectory::Remove(const std::string& path) {
  const MutexLock lock(mutex_);
  TRY(RemoveIfPresent(files_, path));
  return files_.SyncDirectory(path_);
}

Status RemoveIfPresent(os::Files& files, const std::string& path) {
  Status removed = files.Remove(path);
  if (!removed && removed.error().kind() == ErrorKind::kNotFound) return {};
  return removed;
}

}  // namespace tarn::wal
