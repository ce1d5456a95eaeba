// The model that a log is held against: what was sent, what was acknowledged, what was seen after
// each restart. acknowledged ⊆ recovered ⊆ sent, and every restart tells the same story.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "os/simulated_clock.h"
#include "wal/log.h"

namespace tarn::wal {

/// Threads: any.
class LogModel {
 public:
  /// Make an entry with records that were never sent before, of random sizes, for one of 3 streams.
  Entry Send(os::Entropy& entropy, size_t record_bytes_max) EXCLUDES(mutex_);
  /// Note what became of an entry with these records.
  void Answered(const std::vector<std::string>& ids, const Result<DurableEntry>& done)
      EXCLUDES(mutex_);

  /// A watermark for each stream, somewhere up to what is known to be durable.
  std::map<StreamId, Lsn> Commit(os::Entropy& entropy) EXCLUDES(mutex_);

  /// Replay a log that was just opened, and hold it against all that is known. Failures are
  /// gtest's.
  void Check(Log& log) EXCLUDES(mutex_);

  size_t acknowledged() const EXCLUDES(mutex_);
  size_t refused() const EXCLUDES(mutex_);

 private:
  enum class Fate { kUnknown, kDurable, kVoid, kAbsent };
  struct Known {
    std::string content;
    StreamId stream;
    Fate fate = Fate::kUnknown;
    std::optional<Lsn> lsn;
  };

  void CheckRecord(const DurableEntry& entry, size_t index, std::set<std::string>* seen)
      REQUIRES(mutex_);
  void SetLsn(const std::string& id, Lsn lsn) REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, Known> records_ GUARDED_BY(mutex_);  ///< by id: text up to the first colon
  std::map<Lsn, std::string> id_of_lsn_ GUARDED_BY(mutex_);
  std::map<StreamId, Lsn> committed_ GUARDED_BY(mutex_);
};

/// The ids of an entry's records.
std::vector<std::string> IdsOf(const Entry& entry);

}  // namespace tarn::wal
