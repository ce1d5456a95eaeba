// Bad records: counted always, kept as NDJSON where a file for them was named.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "base/mutex.h"
#include "os/files.h"
#include "schema/record.h"

namespace tarn::load {

/// One object a line: `file`, `position` (the record's first byte in it, inflated), `reason`,
/// `path`, `message`, and the record as `raw`, or `raw_base64` where it is not UTF-8.
/// Threads: any.
class RejectFile {
 public:
  /// in  path: of a file that is not there; empty: keep none
  static Result<std::unique_ptr<RejectFile>> Make(const std::string& path, os::Files& files);

  /// in  input: the name of the rejects' input; rejects: with positions as LSNs
  Status Add(const std::string& input, std::span<const schema::Reject> rejects) EXCLUDES(mutex_);
  Status Finish() EXCLUDES(mutex_);

  uint64_t count() EXCLUDES(mutex_);
  /// One of them, for a person; empty where there is none.
  std::string first() EXCLUDES(mutex_);

 private:
  explicit RejectFile(std::unique_ptr<os::File> file) : file_(std::move(file)) {}

  const std::unique_ptr<os::File> file_;  // null: none are kept
  Mutex mutex_;
  uint64_t count_ GUARDED_BY(mutex_) = 0;
  uint64_t size_ GUARDED_BY(mutex_) = 0;
  std::string first_ GUARDED_BY(mutex_);
};

}  // namespace tarn::load
