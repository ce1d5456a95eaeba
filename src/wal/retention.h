// Which segments are kept, and which may be used again: those whose records are all in tables,
// after a time of grace, oldest first. No file is touched here.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "schema/ids.h"
#include "wal/recovery.h"

namespace tarn::wal {

struct RetentionOptions {
  size_t released_bytes_max = 0;  ///< more than this is not kept, however young
  std::chrono::seconds age{0};    ///< how long released segments are kept
};

/// Threads: any.
class Retention {
 public:
  explicit Retention(RetentionOptions options);
  ~Retention();

  /// Add a segment that no more is written to, newer than those here.
  void Add(RecoveredSegment segment) EXCLUDES(mutex_);
  /// Add the segment that is being written from now on. The one before is complete.
  void AddWriting(RecoveredSegment segment) EXCLUDES(mutex_);
  /// The segment that is being written holds a record of this stream.
  void Note(StreamId stream, Lsn lsn) EXCLUDES(mutex_);

  /// in  committed: see Log::Release; now_us: of the steady clock
  void Release(const std::map<StreamId, Lsn>& committed, int64_t now_us) EXCLUDES(mutex_);

  /// Take the oldest segment out, if it may be used again.
  ///
  /// in       space_wanted: the disk is full, so that the time of grace ends now
  std::optional<RecoveredSegment> TakeReleased(int64_t now_us, bool space_wanted) EXCLUDES(mutex_);
  /// The segment could not be used again after all: it is the oldest once more.
  void PutBack(RecoveredSegment segment) EXCLUDES(mutex_);

  /// Of all segments here.
  uint64_t bytes() const EXCLUDES(mutex_);

 private:
  struct Kept {
    RecoveredSegment segment;
    std::optional<int64_t> released_at_us;
  };

  size_t CompleteSegments() const REQUIRES(mutex_) { return segments_.size() - (writing_ ? 1 : 0); }

  void Push(RecoveredSegment segment) REQUIRES(mutex_);
  void AddBytes(int64_t amount) REQUIRES(mutex_);

  const RetentionOptions options_;
  mutable Mutex mutex_;
  std::deque<Kept> segments_ GUARDED_BY(mutex_);  ///< oldest first; released ones are in front
  bool writing_ GUARDED_BY(mutex_) = false;
  uint64_t bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t released_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace tarn::wal
