#include "app/data_directory.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/json.h"
#include "base/units.h"

namespace tarn::app {
namespace {

constexpr int kFormat = 1;
constexpr int kMakingTries = 10;  // each waits a little for the lock
constexpr size_t kSmallFileBytesMax = 64 * kKiB;

Result<std::string> Absolute(const std::string& directory) {
  return Guard(ErrorKind::kInvalid, [&] {
    std::string path = std::filesystem::weakly_canonical(
                           std::filesystem::absolute(directory.empty() ? "." : directory))
                           .string();
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
  });
}

// Whether there is nothing but what the making of a data directory begins with.
bool IsFree(const std::string& directory, os::Files& files) {
  const auto names = files.List(directory);
  if (!names) return names.error().kind() == ErrorKind::kNotFound;
  return std::ranges::all_of(*names, [](const std::string& name) {
    return name == "run" || name == "keys" || name == "wal" || name == "buckets" ||
           name == "VERSION.new";
  });
}

// What VERSION says.
struct Version {
  std::string directory;  ///< where it was made: what tables name their files by
  std::string id;         ///< of the node whose log it holds; empty: it never had one
};

Status WriteVersion(const DataPaths& paths, const Version& version, os::Files& files) {
  Json json = Json::MakeObject({{"format", kFormat}, {"directory", version.directory}});
  if (!version.id.empty()) json.Set("id", version.id);
  return os::WriteFileAtomically(files, paths.version(), json.DumpPretty() + "\n");
}

// errors  kNotFound: this is no data directory; kUnsupported: a newer format
Result<Version> ReadVersion(const DataPaths& paths, os::Files& files) {
  if (!files.Stat(paths.version())) {
    return Fail(ErrorKind::kNotFound, "{} is no Tarn data directory (it has no VERSION file)",
                paths.root);
  }
  const Json json =
      TRY(While(Json::Parse(TRY(os::ReadFile(files, paths.version(), kSmallFileBytesMax))), "{}",
                paths.version()));
  const int64_t format = TRY(While(json.GetInt("format"), "{}", paths.version()));
  if (format > kFormat) {
    return Fail(ErrorKind::kUnsupported, "{} has format {}, this Tarn knows {}: run a newer Tarn",
                paths.root, format, kFormat);
  }
  return Version{.directory = TRY(While(json.GetString("directory"), "{}", paths.version())),
                 .id = json.GetString("id").value_or("")};
}

// The paths by the name that the tables know, which may be a symbolic link or a mount that leads
// here. errors  kUnsupported: it leads elsewhere
Result<DataPaths> PathsAsMade(const DataPaths& paths, const Version& version) {
  std::error_code ignored;  // a path that is gone is another one
  if (version.directory == paths.root ||
      std::filesystem::equivalent(version.directory, paths.root, ignored)) {
    return DataPaths{version.directory};
  }
  return Fail(ErrorKind::kUnsupported, "{} was made as {}, and its tables name their files so. {}",
              paths.root, version.directory, AdviceForMoved(paths.root, version.directory));
}

// A command that looks whether a server runs holds the lock for an instant: ask a few times.
Result<std::unique_ptr<os::FileLock>> TakeLock(const DataPaths& paths, os::Files& files) {
  auto lock = files.Lock(paths.lock());
  for (int i = 0; i < 5 && !lock && lock.error().kind() == ErrorKind::kConflict; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    lock = files.Lock(paths.lock());
  }
  if (lock || lock.error().kind() != ErrorKind::kConflict) return lock;
  std::string where;
  const auto text = os::ReadFile(files, paths.server(), kSmallFileBytesMax);
  if (text) {
    const auto json = Json::Parse(*text);
    if (json && json->GetString("url")) where = " at " + *json->GetString("url");
  }
  return Fail(
      ErrorKind::kConflict,
      "a Tarn server runs on {} already{}: stop it first, or choose another --data directory",
      paths.root, where);
}

}  // namespace

std::string AdviceForMoved(const std::string& directory, const std::string& made_as) {
  return Format(
      "Move it back to {1}; or let that path lead to it ('ln -s {0} {1}', or 'mount --bind {0} "
      "{1}') and say --data {1}",
      directory, made_as);
}

Result<DataDirectory> DataDirectory::Open(const std::string& directory, os::Files& files) {
  DataPaths paths{TRY(Absolute(directory))};
  for (const std::string& path :
       {paths.root, paths.root + "/run", paths.root + "/keys", paths.wal(), paths.buckets()}) {
    TRY(While(files.MakeDirectories(path), "making {}", path));
  }
  auto lock = TRY(TakeLock(paths, files));
  if (files.Stat(paths.version())) {
    paths = TRY(PathsAsMade(paths, TRY(ReadVersion(paths, files))));
  } else {
    TRY(While(WriteVersion(paths, {.directory = paths.root, .id = ""}, files), "writing {}",
              paths.version()));
  }
  const Status removed =
      files.Remove(paths.server());  // of an earlier server: its address and token mean nothing now
  if (!removed && removed.error().kind() != ErrorKind::kNotFound)
    return std::unexpected(removed.error());
  return DataDirectory(paths, std::move(lock));
}

Status WriteRunningServer(const DataPaths& paths, const RunningServer& server, os::Files& files) {
  const Json json =
      Json::MakeObject({{"url", server.url}, {"token", server.token}, {"process", server.process}});
  return os::WriteFileAtomically(files, paths.server(), json.Dump() + "\n");
}

Result<std::optional<RunningServer>> FindRunningServer(const DataPaths& paths, os::Files& files) {
  if (!files.Stat(paths.lock())) return std::nullopt;
  const auto lock = files.Lock(paths.lock());
  if (lock) return std::nullopt;  // free: nobody serves; released again here
  if (lock.error().kind() != ErrorKind::kConflict) return std::unexpected(lock.error());
  const Result<std::string> text = os::ReadFile(files, paths.server(), kSmallFileBytesMax);
  if (!text)
    return Fail(ErrorKind::kUnavailable, "the server on {} is starting; try again in a moment",
                paths.root);
  const Json json = TRY(Json::Parse(*text));
  return RunningServer{TRY(json.GetString("url")), TRY(json.GetString("token")),
                       TRY(json.GetInt("process"))};
}

Result<DataPaths> FindDataDirectory(const std::string& directory, os::Files& files) {
  const DataPaths paths{TRY(Absolute(directory))};
  return PathsAsMade(paths, TRY(ReadVersion(paths, files)));
}

Result<DataPaths> FindOrMakeDataDirectory(const std::string& directory, os::Files& files,
                                          const std::function<Status()>& check) {
  for (int attempt = 1;; ++attempt) {
    const bool is_free = IsFree(directory, files);  // first: another process may make it whole
    auto found = FindDataDirectory(directory, files);
    if (found || !is_free || found.error().kind() != ErrorKind::kNotFound) return found;
    TRY(check());
    auto made = DataDirectory::Open(directory, files);
    if (made) return made->paths();
    // Another process is making it: a moment later it is there.
    const bool is_being_made = made.error().kind() == ErrorKind::kConflict;
    if (!is_being_made || attempt == kMakingTries) return std::unexpected(made.error());
  }
}

Status DataDirectory::RecordNode(const std::string& node_id, os::Files& files) const {
  Version version = TRY(ReadVersion(paths_, files));
  if (version.id == node_id) return {};
  version.id = node_id;
  return While(WriteVersion(paths_, version, files), "writing {}", paths_.version());
}

Status AdoptDirectory(
    const std::string& directory, os::Files& files,
    const std::function<Status(const DataPaths&, const std::string& made_as)>& check) {
  const DataPaths paths{TRY(Absolute(directory))};
  Version version = TRY(ReadVersion(paths, files));
  if (version.directory == paths.root) return {};
  const auto lock = TRY(TakeLock(paths, files));
  TRY(check(paths, version.directory));
  version.directory = paths.root;
  return WriteVersion(paths, version, files);
}

}  // namespace tarn::app
