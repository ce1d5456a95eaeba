#include "load/target.h"

#include <utility>

namespace tarn::load {
namespace {

bool IsMissing(const Error& error) { return error.kind() == ErrorKind::kNotFound; }

std::string_view NameOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

/// errors  kConflict: names something in the directory that no conversion writes
Status CheckIsConverted(os::Files& files, const std::string& directory, const std::string& top) {
  for (const std::string& name : TRY(files.List(directory))) {
    const std::string path = Format("{}/{}", directory, name);
    const bool is_directory = TRY(files.Stat(path)).is_directory;
    if (is_directory && name.contains('=')) {
      TRY(CheckIsConverted(files, path, top));
    } else if (is_directory || !name.ends_with(".parquet")) {
      return Fail(ErrorKind::kConflict,
                  "'{}' holds '{}', which is no part of a converted table: it is not overwritten; "
                  "remove it yourself, or choose another name",
                  top, path);
    }
  }
  return {};
}

/// errors  kConflict: what has this name must stay
Status CheckIsFree(os::Files& files, const std::string& path, Target::Kind kind, bool overwrite) {
  const auto found = files.Stat(path);
  if (!found && IsMissing(found.error())) return {};
  if (!found) return std::unexpected(found.error());
  if (found->is_special) {
    return Fail(ErrorKind::kConflict, "'{}' is a device or a pipe, which no file replaces", path);
  }
  if (!overwrite) {
    return Fail(ErrorKind::kConflict, "'{}' exists; --overwrite replaces it", path);
  }
  if (found->is_directory != (kind == Target::Kind::kDirectory)) {
    return Fail(ErrorKind::kConflict, "'{}' is a {}, and a {} is to be written: not overwritten",
                path, found->is_directory ? "directory" : "file",
                found->is_directory ? "file" : "directory");
  }
  if (found->is_directory) return CheckIsConverted(files, path, path);
  return {};
}

}  // namespace

Result<std::unique_ptr<Target>> Target::Make(std::string path, Kind kind, bool overwrite,
                                             os::Files& files, os::Entropy& entropy) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path.empty()) return Fail(ErrorKind::kInvalid, "the output needs a name");
  const std::string parent = os::ParentDirectory(path);
  if (const auto found = files.Stat(parent); !found) {
    return Fail(found.error().kind(), "the directory '{}' of the output '{}' is not there", parent,
                path);
  }
  TRY(CheckIsFree(files, path, kind, overwrite));
  std::unique_ptr<Target> target(new Target(std::move(path), kind, overwrite, files));
  // Beside the output, so that a rename suffices; hidden, so that nobody reads it meanwhile.
  target->temporary_ = Format("{}/.{}.tarn-{:016x}", parent, NameOf(target->path_).substr(0, 200),
                              entropy.Random64());
  return target;
}

Target::~Target() {
  if (!is_done_) Ignore(RemoveTree(files_, temporary_), "a hidden temporary remains");
}

Status Target::Commit() {
  if (!overwrite_) {
    const Status named = files_.RenameNoReplace(temporary_, path_);
    if (!named && named.error().kind() == ErrorKind::kConflict) {
      return Fail(ErrorKind::kConflict, "'{}' exists by now; --overwrite replaces it", path_);
    }
    TRY(Status(named));
  } else if (kind_ == Kind::kFile) {
    TRY(files_.Rename(temporary_, path_));
  } else {
    TRY(ReplaceDirectory());
  }
  is_done_ = true;
  const Status synced = files_.SyncDirectory(os::ParentDirectory(path_));
  if (synced) return {};
  return Fail(ErrorKind::kUnknownOutcome, "'{}' is whole, but may lose its name in a crash: {}",
              path_, synced.error().message());
}

/// The old one is moved away, and back again where the new one cannot have its name.
Status Target::ReplaceDirectory() {
  TRY(CheckIsFree(files_, path_, kind_, overwrite_));
  const std::string old = temporary_ + "-old";
  const Status moved = files_.Rename(path_, old);
  if (!moved && !IsMissing(moved.error())) return moved;
  const Status named = files_.RenameNoReplace(temporary_, path_);
  if (!named && moved) TRY(files_.RenameNoReplace(old, path_));
  TRY(Status(named));
  if (moved) {
    Ignore(RemoveTree(files_, old), "what was overwritten remains under a hidden name");
  }
  return {};
}

Status RemoveTree(os::Files& files, const std::string& path) {
  Status removed = files.Remove(path);
  if (removed || IsMissing(removed.error())) return {};
  const auto names = files.List(path);
  if (!names) return removed;  // no directory: what Remove said counts
  for (const std::string& name : *names) TRY(RemoveTree(files, Format("{}/{}", path, name)));
  return files.Remove(path);
}

}  // namespace tarn::load
