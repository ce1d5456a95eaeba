#include "wal/log.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <limits>
#include <ranges>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/units.h"
#include "wal/frame.h"
#include "wal/frame_writer.h"
#include "wal/node_file.h"
#include "wal/recovery.h"
#include "wal/retention.h"
#include "wal/segment_directory.h"
#include "wal/spares.h"

namespace tarn::wal {
namespace {

/// What was found on disk, and under which name the log goes on.
struct OpenedDirectory {
  LogPlace place;
  std::unique_ptr<os::FileLock> lock;
  NodeFile node;
  std::vector<SegmentFile> segments;
  RecoveredLog recovered;
};

Status CheckOptions(const LogOptions& options) {
  if (options.shard > std::numeric_limits<uint16_t>::max()) {
    return Fail(ErrorKind::kInvalid, "wal shard {} is over 65535", options.shard);
  }
  if (options.segment_bytes % kBlockBytes != 0 ||
      options.segment_bytes < SegmentBytesMin(options.frame_bytes_max)) {
    return Fail(ErrorKind::kInvalid,
                "wal segments of {} bytes: they must be a multiple of {} and hold a frame of {}",
                options.segment_bytes, kBlockBytes, options.frame_bytes_max);
  }
  if (options.frame_bytes_max > kGiB || options.frame_bytes_max > options.pending_bytes_max) {
    return Fail(ErrorKind::kInvalid,
                "wal frames of {} bytes: at most 1 GiB, and at most the {} bytes that may wait",
                options.frame_bytes_max, options.pending_bytes_max);
  }
  if (options.spare_segments == 0) {
    return Fail(ErrorKind::kInvalid, "the wal needs at least one spare segment");
  }
  return {};
}

Status MakeDirectories(os::Files& files, const LogPlace& place) {
  TRY(files.MakeDirectories(place.shard_directory()));
  TRY(files.SyncDirectory(place.directory));
  return files.SyncDirectory(os::ParentDirectory(place.directory));
}

/// The node that the segments belong to. errors  kConflict: to another one than `node`, or to two
Result<std::optional<NodeId>> NodeOfSegments(const std::vector<SegmentFile>& segments,
                                             std::optional<NodeId> node) {
  for (const SegmentFile& segment : segments) {
    if (!segment.header) continue;
    if (node && *node != segment.header->node) {
      return Fail(ErrorKind::kConflict, "{} belongs to node {}, this is node {}", segment.path,
                  NodeIdText(segment.header->node), NodeIdText(*node));
    }
    node = segment.header->node;
  }
  return node;
}

/// An epoch above all that is known. errors  kInvalid: there is none left
Result<uint32_t> NextEpoch(const std::optional<NodeFile>& node, uint32_t floor,
                           const std::vector<SegmentFile>& segments, Lsn last) {
  uint32_t epoch = std::max(floor, node ? node->epoch : 0);
  epoch = std::max(epoch, static_cast<uint32_t>(last.number() >> kLsnCounterBits));
  for (const SegmentFile& segment : segments) {
    if (segment.header) epoch = std::max(epoch, segment.header->epoch);
  }
  if (epoch >= kEpochMax) return Fail(ErrorKind::kInvalid, "wal epoch {} is the last one", epoch);
  return epoch + 1;
}

Result<OpenedDirectory> OpenDirectory(const LogOptions& options, os::Files& files,
                                      os::Entropy& entropy) {
  OpenedDirectory opened;
  opened.place = {.directory = options.directory, .shard = static_cast<uint16_t>(options.shard)};
  TRY(MakeDirectories(files, opened.place));
  opened.lock = TRY(files.Lock(opened.place.shard_directory() + "/LOCK"));
  const std::optional<NodeFile> node = TRY(ReadNodeFile(files, opened.place.node_path()));
  opened.segments = TRY(ListSegments(files, opened.place));
  const std::optional<NodeId> node_id =
      TRY(NodeOfSegments(opened.segments, node ? std::optional(node->node) : std::nullopt));
  SyncNewestSegments(files, opened.segments);
  opened.recovered = TRY(RecoverLog(files, opened.place, opened.segments, {}, {}));
  opened.node.node = node_id ? *node_id : RandomNodeId(entropy);
  opened.node.epoch =
      TRY(NextEpoch(node, options.epoch_floor, opened.segments, opened.recovered.last));
  TRY(os::WriteFileAtomically(files, opened.place.node_path(), EncodeNodeFile(opened.node)));
  return opened;
}

void LogRecovery(const std::string& directory, const Recovery& found) {
  const bool damaged = !found.gaps.empty();
  tarn::Log(damaged ? LogLevel::kError : LogLevel::kInfo, "wal",
            damaged ? "acknowledged records are damaged: those that no table had yet are lost; "
                      "their raw bytes are in damaged/"
                    : "the log is open",
            {{"directory", directory},
             {"segments", found.segments},
             {"frames", found.frames},
             {"records", found.records},
             {"torn_bytes", found.torn_bytes},
             {"damaged_records", found.damaged_records},
             {"clean_shutdown", found.clean_shutdown}});
  Metrics()
      .GetGauge("tarn_wal_lost_records",
                "Acknowledged records that the start found damaged in the log: those that no table "
                "had yet are lost.")
      .Set(static_cast<double>(found.damaged_records));
  for (const auto& [first, last] : found.gaps) {
    tarn::Log(LogLevel::kError, "wal", "damaged records",
              {{"first_lsn", first.number()}, {"last_lsn", last.number()}});
  }
}

class LogImpl final : public Log {
 public:
  LogImpl(LogOptions options, os::Files& files, os::Clock& clock, os::Entropy& entropy,
          OpenedDirectory opened, std::unique_ptr<SegmentDirectory> directory,
          std::unique_ptr<Spares> spares)
      : options_(std::move(options)),
        files_(files),
        clock_(clock),
        place_(opened.place),
        lock_(std::move(opened.lock)),
        node_id_(NodeIdText(opened.node.node)),
        voids_(std::move(opened.recovered.voids)),
        recovery_(std::move(opened.recovered.report)),
        recovered_segments_(std::move(opened.segments)),
        first_of_epoch_((uint64_t{opened.node.epoch} << kLsnCounterBits) + 1),
        durable_(opened.recovered.last),
        retention_({.released_bytes_max = options_.retain_bytes_max, .age = options_.retain_age}),
        directory_(std::move(directory)),
        spares_(std::move(spares)),
        writer_(files, clock, entropy, *directory_, *spares_, retention_, WriterOptions(opened)) {
    for (RecoveredSegment& segment : opened.recovered.segments) {
      retention_.Add(std::move(segment));
    }
  }

  ~LogImpl() override {
    const Status closed = Close();
    if (!closed) Ignore(closed, "the log was dropped without being closed");
  }

  void Start() {
    {
      const MutexLock lock(mutex_);
      starved_ = spares_->ready() == 0;
    }
    spares_->Start(
        {.take = [this](bool space_wanted) { return TakeReleased(space_wanted); },
         .put_back = [this](RecoveredSegment segment) { retention_.PutBack(std::move(segment)); }});
    thread_ = std::jthread([this] { Run(); });
  }

  Recovery recovery() const override {
    const MutexLock lock(recovery_mutex_);
    return recovery_;
  }
  const std::string& node_id() const override { return node_id_; }
  Lsn durable() const override { return durable_.load(std::memory_order_acquire); }
  Lsn next() const override { return std::max(first_of_epoch_, Lsn(durable().number() + 1)); }
  uint64_t bytes() const override { return retention_.bytes(); }

  Status Replay(const std::function<Status(DurableEntry)>& each) override {
    RecoveredLog again = TRY(RecoverLog(files_, place_, recovered_segments_, voids_, each));
    NoteRecovery(std::move(again.report));
    may_recycle_.store(true);
    spares_->Wake();
    return {};
  }

  Status Append(Entry entry, Done done) override {
    if (entry.block == nullptr || entry.block->records.empty()) {
      return Fail(ErrorKind::kInvalid, "an entry needs at least one record");
    }
    const size_t bytes = EncodedBytes(entry);
    if (bytes > options_.frame_bytes_max) {
      return Fail(ErrorKind::kTooLarge, "the request takes {} bytes in the log, more than {}",
                  bytes, options_.frame_bytes_max);
    }
    const MutexLock lock(mutex_);
    TRY(CheckAccepting());
    if (pending_bytes_ + bytes > options_.pending_bytes_max) {
      return Fail(ErrorKind::kOverloaded, "{} bytes wait for the disk, {} may", pending_bytes_,
                  options_.pending_bytes_max);
    }
    may_recycle_.store(true, std::memory_order_relaxed);
    pending_bytes_ += bytes;
    queue_.push_back({.entry = std::move(entry), .done = std::move(done), .bytes = bytes});
    changed_.NotifyOne();
    return {};
  }

  void Release(const std::map<StreamId, Lsn>& committed) override {
    retention_.Release(committed, clock_.SteadyMicros());
    spares_->Wake();
  }

  Status Health() const override {
    const MutexLock lock(mutex_);
    return CheckAccepting();
  }

  Status Close() override {
    {
      const MutexLock lock(mutex_);
      closed_ = true;
      changed_.NotifyOne();
    }
    if (thread_.joinable()) thread_.join();
    return close_status_;
  }

 private:
  struct Pending {
    Entry entry;
    Done done;
    size_t bytes = 0;
  };
  using Batch = std::vector<Pending>;

  FrameWriterOptions WriterOptions(const OpenedDirectory& opened) const {
    return {.shard = opened.place.shard,
            .segment_bytes = options_.segment_bytes,
            .node = opened.node.node,
            .epoch = opened.node.epoch,
            .next_segno = recovered_segments_.empty() ? 1 : recovered_segments_.back().segno + 1,
            .last = opened.recovered.last,
            .chain = opened.recovered.chain};
  }

  void NoteRecovery(Recovery again) {
    const MutexLock lock(recovery_mutex_);
    if (again.gaps == recovery_.gaps) return;
    recovery_ = std::move(again);
    LogRecovery(place_.directory, recovery_);
  }

  std::optional<RecoveredSegment> TakeReleased(bool space_wanted) {
    if (!may_recycle_.load()) return std::nullopt;
    return retention_.TakeReleased(clock_.SteadyMicros(), space_wanted);
  }

  Status CheckAccepting() const REQUIRES(mutex_) {
    if (closed_) return Fail(ErrorKind::kUnavailable, "the log is closed");
    if (failure_) return std::unexpected(*failure_);
    if (!starved_ || spares_->ready() > 0) return {};
    const std::optional<Error> why = spares_->error();
    return Fail(ErrorKind::kUnavailable, "no log segment is ready: {}",
                why ? why->message() : "one is being made");
  }

  void Run() {
    for (;;) {
      Batch batch = TakeBatch();
      if (batch.empty()) break;
      Answer(&batch, WriteBatch(batch));
    }
    close_status_ = writer_.WriteCleanShutdown();
  }

  /// All that waits, up to what one frame takes. returns  none once the log is closed
  Batch TakeBatch() {
    const MutexLock lock(mutex_);
    while (queue_.empty() && !closed_) changed_.Wait(mutex_);
    Batch batch;
    if (queue_.empty()) return batch;
    // What still fits into the segment is taken, so that no segment ends half empty.
    const size_t room = writer_.BodyRoom();
    const bool goes_here = queue_.front().bytes <= room;
    size_t left = goes_here ? std::min(room, options_.frame_bytes_max) : options_.frame_bytes_max;
    while (!queue_.empty() && queue_.front().bytes <= left) {
      left -= queue_.front().bytes;
      batch.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    return batch;
  }

  Result<LsnRange> WriteBatch(const Batch& batch) {
    frame_.Clear();
    for (const Pending& pending : batch) frame_.Add(pending.entry);
    return writer_.WriteRecords(&frame_);
  }

  void Answer(Batch* batch, const Result<LsnRange>& written) {
    std::vector<LsnRange> lsns;
    if (written) {
      lsns = Share(*batch, written->first);
      for (size_t i = 0; i < lsns.size(); ++i) {
        retention_.Note((*batch)[i].entry.stream, lsns[i].last);
      }
      durable_.store(written->last, std::memory_order_release);
    }
    NoteOutcome(*batch, written);
    for (size_t i = 0; i < batch->size(); ++i) {
      Pending& pending = (*batch)[i];
      if (written) {
        pending.done(DurableEntry{std::move(pending.entry), lsns[i].first, lsns[i].last});
      } else {
        pending.done(std::unexpected(written.error()));
      }
    }
  }

  /// Which of a frame's LSNs each entry has.
  static std::vector<LsnRange> Share(const Batch& batch, Lsn first) {
    std::vector<LsnRange> lsns;
    for (const Pending& pending : batch) {
      const Lsn last(first.number() + pending.entry.block->records.size() - 1);
      lsns.push_back({first, last});
      first = Lsn(last.number() + 1);
    }
    return lsns;
  }

  void NoteOutcome(const Batch& batch, const Result<LsnRange>& written) {
    const MutexLock lock(mutex_);
    for (const Pending& pending : batch) pending_bytes_ -= pending.bytes;
    failure_ = writer_.failure();
    starved_ = !written && !failure_ && written.error().kind() == ErrorKind::kUnavailable;
  }

  const LogOptions options_;
  os::Files& files_;
  os::Clock& clock_;
  const LogPlace place_;
  const std::unique_ptr<os::FileLock> lock_;
  const std::string node_id_;
  const std::vector<LsnRange> voids_;
  mutable Mutex recovery_mutex_;
  Recovery recovery_ GUARDED_BY(recovery_mutex_);
  std::vector<SegmentFile> recovered_segments_;

  const Lsn first_of_epoch_;
  std::atomic<Lsn> durable_;
  std::atomic<bool> may_recycle_{false};
  Retention retention_;
  const std::unique_ptr<SegmentDirectory> directory_;
  const std::unique_ptr<Spares> spares_;

  FrameWriter writer_;   ///< the writer thread's
  FrameBuilder frame_;   ///< the writer thread's
  Status close_status_;  ///< the writer thread's until it is joined

  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Pending> queue_ GUARDED_BY(mutex_);
  size_t pending_bytes_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
  bool starved_ GUARDED_BY(mutex_) = false;  ///< the last frame found no segment
  std::optional<Error> failure_ GUARDED_BY(mutex_);

  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<Log>> Log::Open(LogOptions options, os::Files& files, os::Clock& clock,
                                       os::Entropy& entropy) {
  TRY(CheckOptions(options));
  OpenedDirectory opened = TRY(
      While(OpenDirectory(options, files, entropy), "opening the log in {}", options.directory));
  LogRecovery(options.directory, opened.recovered.report);
  auto directory = std::make_unique<SegmentDirectory>(files, opened.place.shard_directory());
  std::unique_ptr<Spares> spares =
      TRY(Spares::Open(files, *directory,
                       {.segment_bytes = options.segment_bytes,
                        .count = options.spare_segments,
                        .damaged_directory = opened.place.directory + "/damaged",
                        .reserve_bytes = options.reserve_bytes}));
  auto log = std::make_unique<LogImpl>(std::move(options), files, clock, entropy, std::move(opened),
                                       std::move(directory), std::move(spares));
  log->Start();
  return log;
}

}  // namespace tarn::wal
