// A file or directory that appears under its name whole, or not at all.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "os/clock.h"
#include "os/files.h"

namespace tarn::load {

/// What is being written under a temporary name beside the one that it will have.
/// Threads: one at a time.
class Target {
 public:
  enum class Kind { kFile, kDirectory };

  /// Choose a temporary name; nothing is made yet.
  ///
  /// errors  kConflict (the name is taken: without `overwrite`; with it where it is a directory of
  ///         other things than a conversion writes, or of another kind), kNotFound (its directory)
  static Result<std::unique_ptr<Target>> Make(std::string path, Kind kind, bool overwrite,
                                              os::Files& files, os::Entropy& entropy);
  /// Without Commit: nothing remains.
  ~Target();

  const std::string& temporary() const { return temporary_; }
  const std::string& path() const { return path_; }

  /// Give it its name.
  ///
  /// durable  where the files sync: the name
  /// errors   kConflict (the name was taken meanwhile), kIo: the temporary is then removed;
  ///          kUnknownOutcome: it has its name, but a crash may take it
  Status Commit();

 private:
  Target(std::string path, Kind kind, bool overwrite, os::Files& files)
      : path_(std::move(path)), kind_(kind), overwrite_(overwrite), files_(files) {}

  Status ReplaceDirectory();

  const std::string path_;
  const Kind kind_;
  const bool overwrite_;
  os::Files& files_;
  std::string temporary_;
  bool is_done_ = false;
};

/// Remove a file, or a directory with all in it; links are removed, not followed.
/// errors  kIo; one that is absent is no error
Status RemoveTree(os::Files& files, const std::string& path);

}  // namespace tarn::load
