// Files over the kernel's own calls. Each call is retried after EINTR except close, which Linux
// finishes in any case.
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "os/files.h"

namespace tarn::os {
namespace {

/// How a file system of this process makes things.
struct Habits {
  mode_t file_mode = 0600;
  mode_t directory_mode = 0700;
  bool syncs = true;
};

/// The error of the call before. A path that leads through a file names nothing, so ENOTDIR is
/// kNotFound as ENOENT is.
std::unexpected<Error> FailFromErrno(std::string_view action, const std::string& path) {
  const int error_number = errno;
  const std::string what = Format("{} '{}'", action, path);
  Error error = FromErrno(error_number, what);
  if (error_number == ENOTDIR) error = Error(ErrorKind::kNotFound, error.message());
  return std::unexpected(std::move(error));
}

template <class Call>
auto RetryInterrupted(Call&& call) {
  decltype(call()) outcome;
  do {
    outcome = call();
  } while (outcome == -1 && errno == EINTR);
  return outcome;
}

/// Owns a descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    // What close says of earlier writes is not to be trusted: durability is Sync's alone.
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

class PosixFile final : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path, bool syncs)
      : descriptor_(std::move(descriptor)), path_(std::move(path)), syncs_(syncs) {}

  Result<std::string> ReadAt(uint64_t offset, size_t size) override {
    std::string bytes;
    bool failed = false;
    bytes.resize_and_overwrite(size, [&](char* buffer, size_t) {
      size_t have = 0;
      while (have < size) {
        const ssize_t got = RetryInterrupted([&] {
          return ::pread(descriptor_.number(), buffer + have, size - have,
                         static_cast<off_t>(offset + have));
        });
        failed = got < 0;
        if (got <= 0) break;
        have += static_cast<size_t>(got);
      }
      return have;
    });
    if (failed) return FailFromErrno("reading", path_);
    return bytes;
  }

  Status WriteAt(uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = RetryInterrupted([&] {
        return ::pwrite(descriptor_.number(), bytes.data(), bytes.size(),
                        static_cast<off_t>(offset));
      });
      if (put < 0) return FailFromErrno("writing", path_);
      if (put == 0) return Fail(ErrorKind::kIo, "writing '{}': the disk takes no bytes", path_);
      offset += static_cast<uint64_t>(put);
      bytes.remove_prefix(static_cast<size_t>(put));
    }
    return {};
  }

  Status SyncData() override {
    if (!syncs_) return {};
    if (RetryInterrupted([&] { return ::fdatasync(descriptor_.number()); }) < 0) {
      return FailFromErrno("syncing", path_);
    }
    return {};
  }

  Status Sync() override {
    if (!syncs_) return {};
    if (RetryInterrupted([&] { return ::fsync(descriptor_.number()); }) < 0) {
      return FailFromErrno("syncing", path_);
    }
    return {};
  }

  Result<uint64_t> Size() override {
    struct stat info;
    if (::fstat(descriptor_.number(), &info) < 0) return FailFromErrno("measuring", path_);
    return static_cast<uint64_t>(info.st_size);
  }

 private:
  const Descriptor descriptor_;
  const std::string path_;
  const bool syncs_;
};

/// flock belongs to the open file: closing it, or the death of the process, gives the lock back.
class PosixLock final : public FileLock {
 public:
  explicit PosixLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  const Descriptor descriptor_;
};

int OpenFlags(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY;
    case OpenMode::kReadWrite:
      return O_RDWR;
    case OpenMode::kCreateNew:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

Descriptor OpenDescriptor(const std::string& path, int flags, mode_t mode) {
  return Descriptor(
      RetryInterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); }));
}

/// For file systems without RENAME_NOREPLACE (NFS, old FUSE). A crash between the two calls leaves
/// both names on one file, which is why it is not the first choice. A directory cannot have two
/// names, and a rename replaces an empty one: what is there is looked for before.
Status LinkAndUnlink(const std::string& from, const std::string& to) {
  struct stat found{};
  if (::stat(from.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) {
    struct stat taken{};
    const bool is_free = ::lstat(to.c_str(), &taken) < 0;
    if (!is_free) errno = EEXIST;
    if (!is_free || ::rename(from.c_str(), to.c_str()) < 0) return FailFromErrno("naming", to);
    return {};
  }
  if (::link(from.c_str(), to.c_str()) < 0) return FailFromErrno("naming", to);
  if (::unlink(from.c_str()) < 0) {
    return Fail(ErrorKind::kUnknownOutcome, "'{}' has its name; '{}' cannot be removed", to, from);
  }
  return {};
}

class PosixFileSystem final : public Files {
 public:
  explicit PosixFileSystem(const Habits& habits) : habits_(habits) {}

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    Descriptor descriptor = OpenDescriptor(path, OpenFlags(mode), habits_.file_mode);
    if (descriptor.number() < 0) return FailFromErrno("opening", path);
    struct stat info;
    if (::fstat(descriptor.number(), &info) < 0) return FailFromErrno("opening", path);
    if (S_ISDIR(info.st_mode)) {
      return Fail(ErrorKind::kIo, "opening '{}': it is a directory", path);
    }
    return std::make_unique<PosixFile>(std::move(descriptor), path, habits_.syncs);
  }

  Result<FileInfo> Stat(const std::string& path) override {
    struct stat info;
    if (::stat(path.c_str(), &info) < 0) return FailFromErrno("looking at", path);
    return FileInfo{
        .size = static_cast<uint64_t>(info.st_size),
        .is_directory = S_ISDIR(info.st_mode),
        .is_special = !S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode),
        .modified_us = int64_t{info.st_mtim.tv_sec} * 1'000'000 + info.st_mtim.tv_nsec / 1000,
        .inode = info.st_ino};
  }

  Result<std::vector<std::string>> List(const std::string& directory) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
    if (stream == nullptr) return FailFromErrno("listing", directory);
    std::vector<std::string> names;
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(stream.get());
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return FailFromErrno("listing", directory);
    std::ranges::sort(names);
    return names;
  }

  Status MakeDirectories(const std::string& path) override {
    if (::mkdir(path.c_str(), habits_.directory_mode) == 0) return {};
    if (errno == ENOENT) {
      const std::string parent = ParentDirectory(path);
      if (parent == path) return FailFromErrno("making", path);
      TRY(MakeDirectories(parent));
      if (::mkdir(path.c_str(), habits_.directory_mode) == 0) return {};
    }
    const int error_number = errno;
    struct stat info;
    if (error_number == EEXIST && ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
      return {};
    }
    if (error_number == EEXIST || error_number == ENOTDIR) {
      return Fail(ErrorKind::kConflict, "making '{}': a file is in the way", path);
    }
    return std::unexpected(FromErrno(error_number, Format("making '{}'", path)));
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) < 0) return FailFromErrno("renaming", from);
    return {};
  }

  Status RenameNoReplace(const std::string& from, const std::string& to) override {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
    if (errno == EINVAL || errno == ENOSYS) return LinkAndUnlink(from, to);
    return FailFromErrno("naming", to);
  }

  Status Remove(const std::string& path) override {
    if (::remove(path.c_str()) < 0) {
      // A directory that is not empty may be told as EEXIST; for the caller that is no conflict.
      if (errno == EEXIST) errno = ENOTEMPTY;
      return FailFromErrno("removing", path);
    }
    return {};
  }

  Status SyncDirectory(const std::string& path) override {
    if (!habits_.syncs) return {};
    const Descriptor descriptor = OpenDescriptor(path, O_RDONLY | O_DIRECTORY, 0);
    if (descriptor.number() < 0) return FailFromErrno("opening", path);
    if (RetryInterrupted([&] { return ::fsync(descriptor.number()); }) < 0) {
      return FailFromErrno("syncing", path);
    }
    return {};
  }

  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    Descriptor descriptor = OpenDescriptor(path, O_RDWR | O_CREAT, habits_.file_mode);
    if (descriptor.number() < 0) return FailFromErrno("opening", path);
    if (RetryInterrupted([&] { return ::flock(descriptor.number(), LOCK_EX | LOCK_NB); }) < 0) {
      if (errno == EWOULDBLOCK) {
        return Fail(ErrorKind::kConflict, "'{}' is locked by another process", path);
      }
      return FailFromErrno("locking", path);
    }
    return std::make_unique<PosixLock>(std::move(descriptor));
  }

  Result<bool> IsLocked(const std::string& path) override {
    const Descriptor descriptor = OpenDescriptor(path, O_RDONLY, 0);
    if (descriptor.number() < 0) return FailFromErrno("opening", path);
    if (RetryInterrupted([&] { return ::flock(descriptor.number(), LOCK_SH | LOCK_NB); }) >= 0)
      return false;
    if (errno == EWOULDBLOCK) return true;
    return FailFromErrno("looking at the lock of", path);
  }

  Result<uint64_t> FreeBytes(const std::string& path) override {
    struct statvfs info;
    if (RetryInterrupted([&] { return ::statvfs(path.c_str(), &info); }) < 0) {
      return FailFromErrno("measuring the file system of", path);
    }
    return uint64_t{info.f_bavail} * info.f_frsize;
  }

 private:
  const Habits habits_;
};

}  // namespace

Files& PosixFiles() {
  static PosixFileSystem files{Habits{}};
  return files;
}

Files& UserFiles(bool synced) {
  static PosixFileSystem synced_files{Habits{.file_mode = 0666, .directory_mode = 0777}};
  static PosixFileSystem unsynced_files{
      Habits{.file_mode = 0666, .directory_mode = 0777, .syncs = false}};
  return synced ? synced_files : unsynced_files;
}

}  // namespace tarn::os
