#include "os/files.h"

namespace tarn::os {

std::string ParentDirectory(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  const size_t slash = end == std::string::npos ? 0 : path.rfind('/', end);
  if (slash == std::string::npos) return ".";
  const size_t parent_end = path.find_last_not_of('/', slash);
  return parent_end == std::string::npos ? "/" : path.substr(0, parent_end + 1);
}

Result<std::string> ReadFile(Files& files, const std::string& path, size_t bytes_max) {
  const std::unique_ptr<File> file = TRY(files.Open(path, OpenMode::kRead));
  const uint64_t size = TRY(file->Size());
  if (size > bytes_max) {
    return Fail(ErrorKind::kTooLarge, "'{}' has {} bytes, more than {}", path, size, bytes_max);
  }
  return file->ReadAt(0, static_cast<size_t>(size));
}

namespace {

Status WriteNewFile(Files& files, const std::string& path, std::string_view bytes) {
  const std::unique_ptr<File> file = TRY(files.Open(path, OpenMode::kCreateNew));
  TRY(file->WriteAt(0, bytes));
  return file->Sync();
}

}  // namespace

Status WriteFileAtomically(Files& files, const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".new";
  const Status cleared = files.Remove(temporary);
  if (!cleared && cleared.error().kind() != ErrorKind::kNotFound) return cleared;
  Status written = WriteNewFile(files, temporary, bytes);
  if (written) written = files.Rename(temporary, path);
  if (!written) {
    Ignore(files.Remove(temporary), "the write has failed already; the next one clears it");
    return written;
  }
  const Status synced = files.SyncDirectory(ParentDirectory(path));
  if (!synced) return Fail(ErrorKind::kUnknownOutcome, "{}", synced.error().message());
  return {};
}

}  // namespace tarn::os
