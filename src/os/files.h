// Files and directories as Tarn needs them: an interface, so that a test can put a faulty disk
// beneath any room. The real one is PosixFiles; the twin that forgets what was not synced, tears
// writes and fails the n-th call is FaultyFiles.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tarn::os {

/// An open file.
/// Threads: reads and writes of different ranges may overlap; one Sync at a time.
class File {
 public:
  virtual ~File() = default;

  /// Read up to `size` bytes at `offset`. returns  fewer only at the end of the file
  /// errors   kIo
  virtual Result<std::string> ReadAt(uint64_t offset, size_t size) = 0;

  /// Write all of `bytes` at `offset`, in a loop over short writes.
  ///
  /// durable  once SyncData or Sync has returned without error
  /// errors   kIo (the range is then unknown: do not trust it, do not write it again)
  virtual Status WriteAt(uint64_t offset, std::string_view bytes) = 0;

  /// fdatasync: what was written is on disk. errors  kIo: the file's state is unknown for ever;
  /// never sync it again
  virtual Status SyncData() = 0;
  /// fsync: data and size. errors  as SyncData
  virtual Status Sync() = 0;
  virtual Result<uint64_t> Size() = 0;
};

enum class OpenMode {
  kRead,       ///< must exist
  kReadWrite,  ///< must exist
  kCreateNew,  ///< must not exist (kConflict), mode 0600
};

/// Held until destroyed, or until the process dies.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

struct FileInfo {
  uint64_t size = 0;
  bool is_directory = false;
  bool is_special = false;  ///< neither file nor directory: a device, a pipe, a socket
  int64_t modified_us = 0;  ///< wall clock; a hint, never a proof
  uint64_t inode = 0;       ///< another one where the name was given to another file
};

/// A file system. Paths are absolute or relative to the process.
/// Threads: any.
class Files {
 public:
  virtual ~Files() = default;

  /// errors  kNotFound, kConflict (kCreateNew), kIo (a directory among them)
  virtual Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  /// errors  kNotFound, kIo
  virtual Result<FileInfo> Stat(const std::string& path) = 0;
  /// returns  names (not paths) in the directory, sorted; errors  kNotFound, kIo
  virtual Result<std::vector<std::string>> List(const std::string& directory) = 0;
  /// Make the directory and its parents (0700 for new ones); an existing one is no error.
  ///
  /// durable  after SyncDirectory of the parent of each that is new
  /// errors   kConflict (a file has the name of one of them), kIo
  virtual Status MakeDirectories(const std::string& path) = 0;
  /// Replace `to`. durable  after SyncDirectory of the parent; errors  kNotFound, kIo
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  /// As Rename, but errors with kConflict where `to` exists (renameat2 RENAME_NOREPLACE). Where the
  /// file system has no such call: kUnknownOutcome if both names are there in the end; for a
  /// directory it is a look and then a rename, which replaces an empty one that came in between.
  virtual Status RenameNoReplace(const std::string& from, const std::string& to) = 0;
  /// Remove a file or an empty directory. errors  kNotFound, kIo
  virtual Status Remove(const std::string& path) = 0;
  /// Make names in this directory durable.
  virtual Status SyncDirectory(const std::string& path) = 0;
  /// Take an exclusive lock on a file, made where missing. errors  kConflict: another process has
  /// it
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;
  /// Whether somebody has the lock on a file; nothing is made or changed, but a Lock of just this
  /// moment may find it taken. errors  kNotFound, kIo
  virtual Result<bool> IsLocked(const std::string& path) = 0;
  /// Bytes that this user may still write on the file system that holds `path`.
  virtual Result<uint64_t> FreeBytes(const std::string& path) = 0;
};

/// The real one. returns  a reference that lives as long as the process
Files& PosixFiles();
/// The real one for files that a user asked for: what it makes has the modes that the user's umask
/// leaves, instead of being the owner's alone.
///
/// in  synced: false makes every sync do nothing, as most programs' output is
Files& UserFiles(bool synced);

// What several rooms do with files, over any Files.

/// The directory that a path's name is in. returns  `.` for a bare name, `/` for what is below it
std::string ParentDirectory(const std::string& path);

/// Read a whole file. errors  kNotFound, kTooLarge (over bytes_max), kIo
Result<std::string> ReadFile(Files& files, const std::string& path, size_t bytes_max);

/// Write a file so that after a crash it is either the old one or the new one, whole: temporary
/// name (`path` + `.new`), fsync, rename, fsync of the directory.
///
/// durable  when it returns
/// errors   kNotFound (the directory), kIo (the old one stands), kUnknownOutcome (the new one is
/// seen, but may be lost in a crash)
/// threads  one writer of a path at a time
Status WriteFileAtomically(Files& files, const std::string& path, std::string_view bytes);

}  // namespace tarn::os
