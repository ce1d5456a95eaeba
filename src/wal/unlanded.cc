#include "wal/unlanded.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "wal/node_file.h"
#include "wal/recovery.h"

namespace tarn::wal {
namespace {

std::unexpected<Error> Refused() { return Fail(ErrorKind::kIo, "the log is only looked at"); }

// Files that can be read and not changed: recovery keeps no copies of what it finds torn.
class ReadOnlyFiles final : public os::Files {
 public:
  explicit ReadOnlyFiles(os::Files& inner) : inner_(inner) {}

  Result<std::unique_ptr<os::File>> Open(const std::string& path, os::OpenMode mode) override {
    if (mode != os::OpenMode::kRead) return Refused();
    return inner_.Open(path, mode);
  }
  Result<os::FileInfo> Stat(const std::string& path) override { return inner_.Stat(path); }
  Result<std::vector<std::string>> List(const std::string& directory) override {
    return inner_.List(directory);
  }
  Status MakeDirectories(const std::string&) override { return Refused(); }
  Status Rename(const std::string&, const std::string&) override { return Refused(); }
  Status RenameNoReplace(const std::string&, const std::string&) override { return Refused(); }
  Status Remove(const std::string&) override { return Refused(); }
  Status SyncDirectory(const std::string&) override { return Refused(); }
  Result<std::unique_ptr<os::FileLock>> Lock(const std::string&) override { return Refused(); }
  Result<bool> IsLocked(const std::string& path) override { return inner_.IsLocked(path); }
  Result<uint64_t> FreeBytes(const std::string& path) override { return inner_.FreeBytes(path); }

 private:
  os::Files& inner_;
};

}  // namespace

Result<std::string> NodeOf(os::Files& files, const std::string& directory) {
  const LogPlace place{.directory = directory, .shard = 0};
  if (!files.Stat(place.node_path())) return std::string();
  const std::optional<NodeFile> node = TRY(ReadNodeFile(files, place.node_path()));
  return node ? NodeIdText(node->node) : std::string();
}

Result<std::map<StreamId, uint64_t>> CountUnlanded(os::Files& files, const std::string& directory,
                                                   uint32_t shard,
                                                   const std::map<StreamId, Lsn>& committed) {
  ReadOnlyFiles reading(files);
  const LogPlace place{.directory = directory, .shard = static_cast<uint16_t>(shard)};
  if (!reading.Stat(place.shard_directory())) return std::map<StreamId, uint64_t>();
  const std::vector<SegmentFile> segments = TRY(ListSegments(reading, place));
  const RecoveredLog found = TRY(RecoverLog(reading, place, segments, {}, {}));
  std::map<StreamId, uint64_t> counts;
  const auto count = [&](const DurableEntry& entry) -> Status {
    const auto stream = committed.find(entry.entry.stream);
    if (stream == committed.end() || entry.last <= stream->second) return {};
    const Lsn first = std::max(entry.first, Lsn(stream->second.number() + 1));
    counts[entry.entry.stream] += entry.last.number() - first.number() + 1;
    return {};
  };
  TRY(RecoverLog(reading, place, segments, found.voids, count));
  return counts;
}

}  // namespace tarn::wal
