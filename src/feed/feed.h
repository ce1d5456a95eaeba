// A continuous source: the objects under a prefix become rows of a stream's table, each object
// once. A look lists what is there, and lands what the catalog does not know yet.
// docs/continuous.md says what its user sees, docs/formats/catalog.md ("Sources") what is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/time.h"
#include "base/units.h"
#include "catalog/catalog.h"
#include "feed/dead_letters.h"
#include "feed/raw_object.h"
#include "feed/source_pattern.h"
#include "flow/streams.h"
#include "load/load_commit.h"
#include "load/load_table.h"
#include "os/clock.h"
#include "os/files.h"
#include "store/object_store.h"

namespace tarn::feed {

inline constexpr size_t kCommitObjectsMax = 10'000;
/// Also after the source was not looked at for longer.
inline constexpr int64_t kLookbackUsMax = 400 * kMicrosPerDay;
/// Keys are remembered for so long beyond the lookback, so that a clock that goes back, or a longer
/// lookback, finds them again.
inline constexpr int64_t kRememberedUs = 7 * kMicrosPerDay;

struct FeedOptions {
  std::string stream;
  SourcePattern source;
  ObjectPlace dead_letters;
  int64_t lookback_us = 2 * kMicrosPerHour;  ///< of a source that has hours
  int64_t settle_us = 2 * kMicrosPerSecond;  ///< younger objects may still be being written
  size_t commit_objects = 1000;              ///< of one commit at most
  uint64_t commit_bytes = 256 * kMiB;        ///< of objects as they lie: about
  uint64_t object_bytes_max = 4 * kGiB;      ///< inflated
  size_t memory_bytes_max = 128 * kMiB;      ///< for rows and files in the making
};

/// Where it happens; all lent.
struct FeedPlace {
  catalog::Catalog& catalog;
  store::Buckets& buckets;
  std::string marks_directory;  ///< of running loads: <data>/run
  os::Files& files;
  os::Clock& clock;
  os::Entropy& entropy;
};

/// How a source does, since the process started.
struct FeedStatus {
  uint64_t objects = 0;  ///< landed
  uint64_t rows = 0;
  uint64_t rejects = 0;
  uint64_t dead_letters = 0;  ///< objects that could not be read whole
  uint64_t changed = 0;       ///< at the last look: landed before, and other bytes now
  uint64_t commits = 0;
  int64_t looked_us = 0;  ///< when the last look that succeeded ended; 0: none yet
  Status health;          ///< why the last look did not succeed, or what it found
};

/// Threads: one at a time; status(): any.
class Feed {
 public:
  /// in  definition: of the stream, as it is at each look; errors of it end the look
  Feed(FeedOptions options, std::function<Result<flow::StreamDefinition>()> definition,
       const FeedPlace& place);

  /// Look once: list, and land all that is new.
  ///
  /// durable  what the status counts, when it returns
  /// errors   kUnavailable, kIo, kConflict …: another look may succeed. What was committed stays,
  /// and
  ///          objects that could not be read for now do not keep the others; kCancelled
  Status Look(const std::stop_token& stop) EXCLUDES(mutex_);

  FeedStatus status() const EXCLUDES(mutex_);
  const FeedOptions& options() const { return options_; }

 private:
  /// One look's way.
  struct Pass {
    const std::stop_token& stop;
    store::ObjectStore& store;
    std::unique_ptr<load::LoadTable> table;
    std::string compression;
    int64_t now_us = 0;
    int64_t newest_us = 0;            // of the objects listed, when they were made
    std::list<ListedObject> waiting;  // for the next commit
    uint64_t waiting_bytes = 0;
    uint64_t changed = 0;
    uint64_t left = 0;                           // objects, to the next look
    std::optional<catalog::SourceState> looked;  // up to when, as the catalog has it
    Status trouble;                              // the first that did not end the look
  };
  struct Landing;

  Status LookOnce(const std::stop_token& stop);
  Result<std::unique_ptr<load::LoadTable>> OpenTable(const flow::StreamDefinition& definition);
  Result<std::vector<SourcePrefix>> PrefixesToList(Pass& pass) const;
  Status ListPrefix(const std::string& prefix, Pass& pass);
  Status Choose(const std::vector<store::ObjectInfo>& objects, Pass& pass);
  void NoteChanged(const store::ObjectInfo& object, Pass& pass);
  Status Land(Pass& pass);
  Result<const ListedObject*> LandWaiting(Pass& pass) EXCLUDES(mutex_);
  Status LandObjects(Pass& pass, Landing& landing) EXCLUDES(mutex_);
  Status LandObject(const ListedObject& object, Pass& pass, Landing& landing) EXCLUDES(mutex_);
  Status TakeRows(const ListedObject& object, const RawObject& read, Pass& pass, Landing& landing)
      EXCLUDES(mutex_);
  Status KeepDead(const ListedObject& object, const std::string& reason, Pass& pass,
                  Landing& landing) EXCLUDES(mutex_);
  Status Leave(const ListedObject& object, std::string_view doing, const Error& error, Pass& pass)
      EXCLUDES(mutex_);
  void Count(const Landing& landing, const load::CommittedFiles& committed) EXCLUDES(mutex_);
  std::string LookedUri() const;
  Result<int64_t> FindLookback(Pass& pass) const;
  void NoteLook(const Pass& pass);
  Status Forget(const Pass& pass);
  Result<std::optional<catalog::ForgottenSources>> FindForgotten(const Pass& pass) const;

  const FeedOptions options_;
  const std::function<Result<flow::StreamDefinition>()> definition_;
  const FeedPlace place_;
  const DeadLetters dead_letters_;
  Counter& objects_total_;
  Counter& bytes_total_;
  Counter& dead_letters_total_;
  Counter& failures_total_;
  Gauge& changed_objects_;
  Gauge& looked_seconds_;
  std::set<std::string> told_changed_;  // of those the log has said so
  int64_t forgotten_until_us_ = 0;      // as this process has seen to it
  mutable Mutex mutex_;
  FeedStatus status_ GUARDED_BY(mutex_);
};

}  // namespace tarn::feed
