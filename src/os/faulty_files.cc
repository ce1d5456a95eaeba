#include "os/faulty_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <ranges>
#include <set>

#include "base/mutex.h"
#include "os/faulty_disk_internal.h"
#include "os/simulated_clock.h"

namespace tarn::os {

struct FaultyFiles::State {
  explicit State(uint64_t seed) : entropy(seed) {}

  Mutex mutex;
  FaultyDisk disk GUARDED_BY(mutex);
  SeededEntropy entropy;
  std::optional<FileFault> fault GUARDED_BY(mutex);
  std::array<uint64_t, kFileCalls> calls GUARDED_BY(mutex) = {};
  uint64_t bytes_max GUARDED_BY(mutex) = uint64_t{1} << 40;
  uint64_t boots GUARDED_BY(mutex) = 0;  ///< crashes so far: files and locks of older ones are dead
  std::set<std::string> locks GUARDED_BY(mutex);

  /// Count a call and say whether the plan lets it fail.
  Status Call(FileCall call, std::string_view what) REQUIRES(mutex) {
    ++calls[static_cast<size_t>(call)];
    if (!fault || (fault->of && *fault->of != call)) return {};
    if (fault->call > 1) {
      --fault->call;
      return {};
    }
    const int error_number = fault->no_space ? ENOSPC : EIO;
    if (!fault->from_then_on) fault.reset();
    return std::unexpected(FromErrno(error_number, what));
  }
};

namespace {

std::string NameOf(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) return "";
  const size_t slash = path.rfind('/', end);
  return path.substr(slash + 1, end - slash);
}

std::unexpected<Error> FailWith(int error_number, const std::string& path) {
  return std::unexpected(FromErrno(error_number, Format("'{}'", path)));
}

/// Where a name is or may be put. errors  kNotFound: its directory is missing
Result<DiskNodePtr> FindParent(const FaultyDisk& disk, const std::string& path) {
  DiskNodePtr parent = disk.Find(ParentDirectory(path));
  if (parent == nullptr || !parent->is_directory) return FailWith(ENOENT, path);
  return parent;
}

}  // namespace

/// A file of FaultyFiles. It fails once the machine that opened it has crashed.
class FaultyFile final : public File {
 public:
  FaultyFile(std::shared_ptr<FaultyFiles::State> state, DiskNodePtr node, std::string path,
             uint64_t boot, bool may_write)
      : state_(std::move(state)),
        node_(std::move(node)),
        path_(std::move(path)),
        boot_(boot),
        may_write_(may_write) {}

  Result<std::string> ReadAt(uint64_t offset, size_t size) override {
    const MutexLock lock(state_->mutex);
    TRY(Call(FileCall::kRead, "reading"));
    if (offset >= node_->cached.size()) return std::string();
    return node_->cached.substr(static_cast<size_t>(offset), size);
  }

  Status WriteAt(uint64_t offset, std::string_view bytes) override {
    const MutexLock lock(state_->mutex);
    if (!may_write_) return FailWith(EBADF, path_);
    const Status called = Call(FileCall::kWrite, "writing");
    if (!called) {
      if (boot_ == state_->boots) WriteSome(offset, bytes, bytes.size());
      return called;
    }
    const uint64_t room = RoomFor(offset, bytes.size());
    if (room < bytes.size()) {
      WriteSome(offset, bytes, room);
      return FailWith(ENOSPC, path_);
    }
    state_->disk.Write(node_.get(), offset, bytes);
    return {};
  }

  Status SyncData() override { return Sync(); }

  Status Sync() override {
    const MutexLock lock(state_->mutex);
    const Status called = Call(FileCall::kSync, "syncing");
    if (!called) {
      if (boot_ == state_->boots) state_->disk.FailSyncBytes(node_.get(), state_->entropy);
      return called;
    }
    state_->disk.SyncBytes(node_.get());
    return {};
  }

  Result<uint64_t> Size() override {
    const MutexLock lock(state_->mutex);
    TRY(Call(FileCall::kSize, "measuring"));
    return node_->cached.size();
  }

 private:
  Status Call(FileCall call, std::string_view action) REQUIRES(state_->mutex) {
    TRY(state_->Call(call, Format("{} '{}'", action, path_)));
    if (boot_ != state_->boots) {
      return Fail(ErrorKind::kIo, "{} '{}': it was opened before a crash", action, path_);
    }
    return {};
  }

  /// How many of `size` bytes at `offset` the space limit allows.
  uint64_t RoomFor(uint64_t offset, uint64_t size) REQUIRES(state_->mutex) {
    const uint64_t length = node_->cached.size();
    if (offset + size <= length) return size;
    const uint64_t used = state_->disk.UsedBytes();
    const uint64_t room = state_->bytes_max > used ? state_->bytes_max - used : 0;
    const uint64_t end_max = length + room;
    return std::min(size, end_max > offset ? end_max - offset : 0);
  }

  /// A failed write: any prefix of up to `size` bytes has reached the file.
  void WriteSome(uint64_t offset, std::string_view bytes, uint64_t size) REQUIRES(state_->mutex) {
    const uint64_t some = state_->entropy.Random64() % (size + 1);
    state_->disk.Write(node_.get(), offset, bytes.substr(0, static_cast<size_t>(some)));
  }

  const std::shared_ptr<FaultyFiles::State> state_;
  const DiskNodePtr node_;
  const std::string path_;
  const uint64_t boot_;
  const bool may_write_;
};

class FaultyLock final : public FileLock {
 public:
  FaultyLock(std::shared_ptr<FaultyFiles::State> state, std::string path, uint64_t boot)
      : state_(std::move(state)), path_(std::move(path)), boot_(boot) {}
  ~FaultyLock() override {
    const MutexLock lock(state_->mutex);
    if (boot_ == state_->boots) state_->locks.erase(path_);
  }

 private:
  const std::shared_ptr<FaultyFiles::State> state_;
  const std::string path_;
  const uint64_t boot_;
};

FaultyFiles::FaultyFiles(uint64_t seed) : state_(std::make_shared<State>(seed)) {}
FaultyFiles::~FaultyFiles() = default;

Result<std::unique_ptr<File>> FaultyFiles::Open(const std::string& path, OpenMode mode) {
  const MutexLock lock(state_->mutex);
  TRY(state_->Call(FileCall::kOpen, Format("opening '{}'", path)));
  DiskNodePtr node = state_->disk.Find(path);
  if (mode == OpenMode::kCreateNew) {
    if (node != nullptr) return FailWith(EEXIST, path);
    const DiskNodePtr parent = TRY(FindParent(state_->disk, path));
    node = state_->disk.NewNode(false);
    state_->disk.Apply({{parent, NameOf(path), node}});
  }
  if (node == nullptr) return FailWith(ENOENT, path);
  if (node->is_directory) return FailWith(EISDIR, path);
  return std::make_unique<FaultyFile>(state_, std::move(node), path, state_->boots,
                                      mode != OpenMode::kRead);
}

Result<FileInfo> FaultyFiles::Stat(const std::string& path) {
  const MutexLock lock(state_->mutex);
  TRY(state_->Call(FileCall::kStat, Format("looking at '{}'", path)));
  const DiskNodePtr node = state_->disk.Find(path);
  if (node == nullptr) return FailWith(ENOENT, path);
  return FileInfo{.size = node->cached.size(),
                  .is_directory = node->is_directory,
                  .modified_us = node->modified_us,
                  .inode = node->inode};
}

Result<std::vector<std::string>> FaultyFiles::List(const std::string& directory) {
  const MutexLock lock(state_->mutex);
  TRY(state_->Call(FileCall::kList, Format("listing '{}'", directory)));
  const DiskNodePtr node = state_->disk.Find(directory);
  if (node == nullptr || !node->is_directory) return FailWith(ENOENT, directory);
  return std::ranges::to<std::vector>(node->names | std::views::keys);
}

Status FaultyFiles::MakeDirectories(const std::string& path) {
  const MutexLock lock(state_->mutex);
  TRY(state_->Call(FileCall::kMakeDirectories, Format("making '{}'", path)));
  DiskNodePtr node = state_->disk.root();
  for (const auto part : std::views::split(path, '/')) {
    std::string name{std::string_view(part)};
    if (name.empty()) continue;
    DiskNodePtr next = node->names.contains(name) ? node->names.at(name) : nullptr;
    if (next == nullptr) {
      next = state_->disk.NewNode(true);
      state_->disk.Apply({{node, std::move(name), next}});
    }
    if (!next->is_directory) return FailWith(EEXIST, path);
    node = std::move(next);
  }
  return {};
}

namespace {

Status MoveName(FaultyDisk* disk, const std::string& from, const std::string& to, bool replace) {
  const DiskNodePtr source = TRY(FindParent(*disk, from));
  const DiskNodePtr target = TRY(FindParent(*disk, to));
  const DiskNodePtr node = disk->Find(from);
  if (node == nullptr) return FailWith(ENOENT, from);
  const DiskNodePtr replaced = disk->Find(to);
  if (replaced != nullptr) {
    if (!replace) return FailWith(EEXIST, to);
    if (replaced->is_directory && !node->is_directory) return FailWith(EISDIR, to);
    if (!replaced->is_directory && node->is_directory) return FailWith(ENOTDIR, to);
    if (!replaced->names.empty()) return FailWith(ENOTEMPTY, to);
    if (replaced == node) return {};
  }
  disk->Apply({{source, NameOf(from), nullptr}, {target, NameOf(to), node}});
  return {};
}

}  // namespace

Status FaultyFiles::Rename(const std::string& from, const std::string& to) {
  const MutexLock lock(state_->mutex);
  TRY(state_->Call(FileCall::kRename, Format("renaming '{}'", from)));
  return MoveName(&state_->disk, from, to, true);
}

Status FaultyFiles::RenameNoReplace(const std::string& from, const std::string& to) {
  const MutexLock lock(state_->mutex);
  TRY(state_->Call(FileCall::kRename, Format("naming '{}'", to)));
  return MoveName(&state_->disk, from, to, false);
}

Status FaultyFiles::Remove(const std::string& path) {
  const MutexLock lock(state_->mutex);
  TRY(state_->Call(FileCall::kRemove, Format("removing '{}'", path)));
  const DiskNodePtr node = state_->disk.Find(path);
  if (node == nullptr) return FailWith(ENOENT, path);
  if (!node->names.empty()) return FailWith(ENOTEMPTY, path);
  const DiskNodePtr parent = TRY(FindParent(state_->disk, path));
  state_->disk.Apply({{parent, NameOf(path), nullptr}});
  return {};
}

Status FaultyFiles::SyncDirectory(const std::string& path) {
  const MutexLock lock(state_->mutex);
  const DiskNodePtr node = state_->disk.Find(path);
  const Status called = state_->Call(FileCall::kSyncDirectory, Format("syncing '{}'", path));
  if (!called) {
    if (node != nullptr) state_->disk.FailSyncNames(node, state_->entropy);
    return called;
  }
  if (node == nullptr || !node->is_directory) return FailWith(ENOENT, path);
  state_->disk.SyncNames(node);
  return {};
}

Result<std::unique_ptr<FileLock>> FaultyFiles::Lock(const std::string& path) {
  const MutexLock lock(state_->mutex);
  TRY(state_->Call(FileCall::kLock, Format("locking '{}'", path)));
  if (state_->disk.Find(path) == nullptr) {
    const DiskNodePtr parent = TRY(FindParent(state_->disk, path));
    state_->disk.Apply({{parent, NameOf(path), state_->disk.NewNode(false)}});
  }
  if (!state_->locks.insert(path).second) {
    return tarn::Fail(ErrorKind::kConflict, "'{}' is locked by another process", path);
  }
  return std::make_unique<FaultyLock>(state_, path, state_->boots);
}

Result<bool> FaultyFiles::IsLocked(const std::string& path) {
  const MutexLock lock(state_->mutex);
  TRY(state_->Call(FileCall::kLock, Format("looking at the lock of '{}'", path)));
  if (state_->disk.Find(path) == nullptr) return FailWith(ENOENT, path);
  return state_->locks.contains(path);
}

Result<uint64_t> FaultyFiles::FreeBytes(const std::string& path) {
  const MutexLock lock(state_->mutex);
  TRY(state_->Call(FileCall::kFreeBytes, Format("measuring '{}'", path)));
  const uint64_t used = state_->disk.UsedBytes();
  return state_->bytes_max > used ? state_->bytes_max - used : 0;
}

void FaultyFiles::Crash(uint64_t seed) {
  const MutexLock lock(state_->mutex);
  SeededEntropy entropy(seed);
  state_->disk.Crash(entropy);
  ++state_->boots;
  state_->locks.clear();
  state_->fault.reset();
}

void FaultyFiles::Fail(const FileFault& fault) {
  const MutexLock lock(state_->mutex);
  state_->fault = fault;
}

void FaultyFiles::ClearFault() {
  const MutexLock lock(state_->mutex);
  state_->fault.reset();
}

void FaultyFiles::LimitSpace(uint64_t bytes_max) {
  const MutexLock lock(state_->mutex);
  state_->bytes_max = bytes_max;
}

uint64_t FaultyFiles::calls() const {
  const MutexLock lock(state_->mutex);
  uint64_t sum = 0;
  for (const uint64_t calls : state_->calls) sum += calls;
  return sum;
}

uint64_t FaultyFiles::calls(FileCall call) const {
  const MutexLock lock(state_->mutex);
  return state_->calls[static_cast<size_t>(call)];
}

}  // namespace tarn::os
