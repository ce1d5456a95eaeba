// The write-ahead log: records are acknowledged when their frame is fsynced here, and everything to
// the right can be redone from it. docs/formats/wal.md has the bytes; ARCHITECTURE.md the crash
// story. source  LevelDB's log (frames), SQLite's WAL (salts), RocksDB (recycled logs)
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "os/clock.h"
#include "os/files.h"
#include "schema/ids.h"
#include "schema/record.h"

namespace tarn::wal {

/// What a record is, for whoever shapes it. The numbers are on disk.
enum class Content : uint8_t { kJson = 1, kOtlp = 2, kHeka = 3, kOpaque = 4 };

/// 128 bits that name a client's request, so that its retry can be known again; all zero: none.
struct RequestKey {
  uint64_t high = 0;
  uint64_t low = 0;
  friend auto operator<=>(const RequestKey&, const RequestKey&) = default;
};

/// The records of one request, for one stream: they go into one frame together, or not at all.
struct Entry {
  StreamId stream;
  uint16_t stream_version = 1;
  Content content = Content::kJson;
  schema::Source source = schema::Source::kHttp;
  int64_t received_at_us = 0;
  RequestKey request;
  std::shared_ptr<const schema::RecordBlock> block;  ///< at least one record
};

/// An entry that is durable: its records have the LSNs first, first + 1, …
struct DurableEntry {
  Entry entry;
  Lsn first;
  Lsn last;
};

struct LogOptions {
  std::string directory;  ///< <data>/wal
  uint32_t shard = 0;
  uint32_t epoch_floor = 0;  ///< the log takes an epoch above this and above its own last one
  size_t segment_bytes = 64 * kMiB;
  size_t spare_segments = 2;             ///< zero-filled and ready
  size_t frame_bytes_max = 32 * kMiB;    ///< one request must fit
  size_t pending_bytes_max = 64 * kMiB;  ///< accepted and not yet synced; over it Append refuses
  size_t retain_bytes_max = 2 * kGiB;    ///< of released segments kept for a catalog that goes back
  std::chrono::seconds retain_age{3600};
  uint64_t reserve_bytes = 320 * kMiB;  ///< left free on the disk for tables and catalog
};

/// What Open found, for the log line, /readyz and metrics.
struct Recovery {
  uint64_t segments = 0;
  uint64_t frames = 0;
  uint64_t records = 0;
  uint64_t torn_bytes = 0;       ///< R1: never acknowledged; a raw copy is in <directory>/torn
  uint64_t damaged_records = 0;  ///< R2: acknowledged; raw bytes are in <directory>/damaged
  std::vector<std::pair<Lsn, Lsn>> gaps;  ///< first and last LSN of what is damaged or missing
  bool clean_shutdown = false;
  Lsn first;  ///< of the oldest record found: what is older cannot be replayed; 0: none was found
};

/// One shard's log: one writer thread, natural group commit.
/// Threads: Append and Release any; Replay once, before the first Append; Close once.
class Log {
 public:
  /// Find the end of the log, take a new epoch, make spares ready, start the writer.
  ///
  /// Shards of one directory are opened one after the other.
  ///
  /// errors   kIo (directory or NODE file), kConflict (another node's log, or open in another
  /// process), kUnsupported (written by a newer Tarn), kInvalid (options). Damage inside segments
  /// is no error: see Recovery. A full disk is none either: see Health
  static Result<std::unique_ptr<Log>> Open(LogOptions options, os::Files& files, os::Clock& clock,
                                           os::Entropy& entropy);
  virtual ~Log() = default;

  /// What the start found; after Replay, also what was damaged since.
  virtual Recovery recovery() const = 0;
  /// 32 hex digits, the same for the life of the data directory.
  virtual const std::string& node_id() const = 0;

  /// Hand over, in LSN order, every entry that recovery found and no VOID takes back. Damage since
  /// Open is added to recovery(). Segments are not recycled before this, or the first Append.
  /// errors  what `each` returned
  virtual Status Replay(const std::function<Status(DurableEntry)>& each) = 0;

  /// Called from the writer thread once the entry is on disk, in LSN order, or with why it is not.
  /// Must be quick.
  using Done = std::function<void(Result<DurableEntry>)>;

  /// Queue an entry for the next frame.
  ///
  /// in       entry: at least one record
  /// durable  when `done` is called with a value
  /// errors   at once, `done` not called: kOverloaded (pending_bytes_max), kTooLarge
  ///          (frame_bytes_max), kUnavailable (closed, disk full, or the log failed: see Health),
  ///          kInvalid (no record).
  ///          To `done`: kUnavailable (not written: disk full, or the log failed), kIo (void: it
  ///          will never be replayed), kUnknownOutcome (a restart may count it)
  virtual Status Append(Entry entry, Done done) = 0;

  /// Tell how far each stream's table has committed. Segments without a later record of any stream
  /// may be recycled, after their retention.
  ///
  /// in       committed: for each live stream the highest LSN that its table's watermark covers;
  /// streams not named pin nothing
  virtual void Release(const std::map<StreamId, Lsn>& committed) = 0;

  /// The highest LSN that is durable; 0: of all that were given none is in a segment any more.
  virtual Lsn durable() const = 0;
  /// Records that are appended from now on have this LSN or higher ones. All that were given before
  /// the start are lower, also where no segment is left.
  virtual Lsn next() const = 0;
  /// Bytes in segments that are not spare.
  virtual uint64_t bytes() const = 0;
  /// Healthy: accepts appends.
  ///
  /// errors  kUnavailable, and why: the disk is full (heals by itself), the log has stopped after
  /// failed writes (needs a restart), or it is closed
  virtual Status Health() const = 0;

  /// Sync what is queued, write the clean-shutdown frame, stop the writer. The destructor does so
  /// too, where this was not called. errors  kUnavailable (the log had stopped), kIo
  virtual Status Close() = 0;
};

}  // namespace tarn::wal
