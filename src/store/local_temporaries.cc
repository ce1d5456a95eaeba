#include <set>
#include <string_view>

#include "base/log.h"
#include "store/local_temporaries_internal.h"

namespace tarn::store {
namespace {

// A session's names: `.tmp-UUID.lock`, and `.tmp-UUID-N` for its files.
constexpr std::string_view kPrefix = ".tmp-";
constexpr std::string_view kLockSuffix = ".lock";
constexpr size_t kUuidBytes = 36;
constexpr int kSessionTries = 10;

/// returns  the session that a name belongs to; empty where the name is not ours
std::string SessionOf(const std::string& name) {
  if (!name.starts_with(kPrefix) || name.size() <= kPrefix.size() + kUuidBytes) return "";
  return name.substr(0, kPrefix.size() + kUuidBytes);
}

/// Remove the files of a session if its process is dead.
Status SweepSession(os::Files& files, const std::string& directory, const std::string& session,
                    const std::vector<std::string>& names) {
  const std::string lock_path = Format("{}/{}{}", directory, session, kLockSuffix);
  const auto lock = files.Lock(lock_path);
  if (!lock && lock.error().kind() == ErrorKind::kConflict) return {};  // it lives
  if (!lock) return std::unexpected(lock.error());
  uint64_t removed = 0;
  for (const std::string& name : names) {
    const std::string path = Format("{}/{}", directory, name);
    if (SessionOf(name) != session || path == lock_path) continue;
    const Status done = files.Remove(path);
    if (!done && done.error().kind() != ErrorKind::kNotFound) return done;
    ++removed;
  }
  if (removed > 0) {
    Log(LogLevel::kInfo, "store", "removed temporary files of a dead process",
        {{"directory", directory}, {"files", removed}});
  }
  const Status unlocked = files.Remove(lock_path);
  if (!unlocked && unlocked.error().kind() != ErrorKind::kNotFound) return unlocked;
  return {};
}

Status Sweep(os::Files& files, const std::string& directory) {
  const std::vector<std::string> names = TRY(files.List(directory));
  std::set<std::string> sessions;
  for (const std::string& name : names) sessions.insert(SessionOf(name));
  sessions.erase("");
  for (const std::string& session : sessions) {
    TRY(SweepSession(files, directory, session, names));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<LocalTemporaries>> LocalTemporaries::Open(std::string directory,
                                                                 os::Files& files,
                                                                 os::Entropy& entropy) {
  TRY(files.MakeDirectories(directory));
  TRY(Sweep(files, directory));
  for (int i = 0; i < kSessionTries; ++i) {
    const std::string session = std::string(kPrefix) + os::RandomUuid(entropy);
    const std::string lock_path = Format("{}/{}{}", directory, session, kLockSuffix);
    auto lock = files.Lock(lock_path);
    if (!lock && lock.error().kind() != ErrorKind::kConflict) {
      return std::unexpected(lock.error());
    }
    // Another process that opens the bucket may have swept the lock file before it was locked.
    if (!lock || !files.Stat(lock_path)) continue;
    return std::unique_ptr<LocalTemporaries>(
        new LocalTemporaries(std::move(directory), session, std::move(*lock), files));
  }
  return Fail(ErrorKind::kIo, "no lock of its own can be made in '{}'", directory);
}

LocalTemporaries::~LocalTemporaries() {
  Ignore(files_.Remove(directory_ + "/" + session_ + std::string(kLockSuffix)),
         "the next process that opens the bucket removes it");
}

Result<LocalTemporaries::Temporary> LocalTemporaries::Create() {
  const uint64_t number = created_.fetch_add(1) + 1;
  std::string path = Format("{}/{}-{}", directory_, session_, number);
  auto file = files_.Open(path, os::OpenMode::kCreateNew);
  if (!file) return Fail(ErrorKind::kIo, "{}", file.error().message());
  return Temporary{std::move(path), std::move(*file)};
}

}  // namespace tarn::store
