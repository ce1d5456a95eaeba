#include "wal/spares.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/units.h"
#include "wal/segment.h"

namespace tarn::wal {
namespace {

constexpr std::string_view kSparePrefix = "spare-";
constexpr std::string_view kSpareSuffix = ".wal";
constexpr std::string_view kMakingName = "making.tmp";
constexpr size_t kFillBytes = kMiB;
/// How much of a new spare is written between two syncs: more would hold up the log's own syncs.
constexpr size_t kFillBytesBetweenSyncs = 8 * kMiB;
constexpr auto kRetryInterval = std::chrono::milliseconds(200);

bool IsSpareName(std::string_view name) {
  return name.starts_with(kSparePrefix) && name.ends_with(kSpareSuffix);
}

}  // namespace

Result<std::unique_ptr<Spares>> Spares::Open(os::Files& files, SegmentDirectory& directory,
                                             const SparesOptions& options) {
  std::unique_ptr<Spares> spares(new Spares(files, directory, options));
  TRY(spares->AdoptFiles());
  // The first frame must not wait for two files of 64 MiB, so one is enough to start.
  if (spares->ready() == 0) spares->NoteAttempt(spares->MakeOne({}));
  return spares;
}

Status Spares::AdoptFiles() {
  const std::vector<std::string> names = TRY(files_.List(directory_.path()));
  for (const std::string& name : names) {
    if (!IsSpareName(name) && name != kMakingName) continue;
    const Status adopted = AdoptFile(name);
    if (!adopted) {
      tarn::Log(LogLevel::kWarn, "wal", "a spare segment is left alone",
                {{"file", name}, {"why", adopted.error().message()}});
    }
  }
  return files_.SyncDirectory(directory_.path());
}

Status Spares::AdoptFile(const std::string& name) {
  const std::string path = directory_.PathOf(name);
  const os::FileInfo info = TRY(files_.Stat(path));
  const bool whole = IsSpareName(name) && info.size == options_.segment_bytes;
  if (!whole || !IsWanted()) return files_.Remove(path);
  const MutexLock lock(mutex_);
  ready_.push_back(path);
  return {};
}

Spares::~Spares() {
  thread_.request_stop();
  {
    const MutexLock lock(mutex_);
    stopped_ = true;
    changed_.NotifyAll();
  }
}

void Spares::Start(UsedSegments used) {
  used_ = std::move(used);
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

Result<std::string> Spares::Take() {
  const MutexLock lock(mutex_);
  const uint64_t attempts_failed = attempts_failed_;
  wake_ = true;
  changed_.NotifyAll();
  while (ready_.empty() && !stopped_ && attempts_failed_ == attempts_failed) {
    changed_.Wait(mutex_);
  }
  if (ready_.empty()) {
    return Fail(ErrorKind::kUnavailable, "no log segment is ready: {}",
                error_ ? error_->message() : "the log is closing");
  }
  std::string path = std::move(ready_.front());
  ready_.pop_front();
  changed_.NotifyAll();
  return path;
}

void Spares::Wake() {
  const MutexLock lock(mutex_);
  wake_ = true;
  changed_.NotifyAll();
}

size_t Spares::ready() const {
  const MutexLock lock(mutex_);
  return ready_.size();
}

std::optional<Error> Spares::error() const {
  const MutexLock lock(mutex_);
  return error_;
}

bool Spares::IsWanted() const {
  const MutexLock lock(mutex_);
  return ready_.size() < options_.count;
}

void Spares::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    MakeWhileWanted(stop);
    const MutexLock lock(mutex_);
    if (!wake_ && !stopped_) changed_.WaitFor(mutex_, kRetryInterval);
    wake_ = false;
  }
}

void Spares::MakeWhileWanted(const std::stop_token& stop) {
  ReuseSegments(false);
  while (IsWanted() && !stop.stop_requested()) {
    const Status made = MakeOne(stop);
    if (stop.stop_requested()) return;
    // Only a full disk ends the time of grace; one that fails in another way does not.
    const bool full = !made && made.error().kind() == ErrorKind::kUnavailable;
    const bool ready = made || (full && ReuseSegments(true));
    NoteAttempt(ready ? Status() : made);
    if (!ready) return;
  }
}

/// Use released segments again, or remove those that are too many. returns  true where there was
/// one
bool Spares::ReuseSegments(bool space_wanted) {
  bool reused = false;
  while (!reuse_failed_) {
    std::optional<RecoveredSegment> segment = used_.take(space_wanted && !reused);
    if (!segment) break;
    const Status status = ReuseSegment(*segment);
    reused = reused || status.has_value();
    if (!status) StopReusing(*std::move(segment), status.error());
  }
  return reused;
}

Status Spares::ReuseSegment(const RecoveredSegment& segment) {
  // A name in the middle must not go for good before the older ones: that would look like damage.
  // So each of these is durable before the next one begins.
  if (segment.set_aside) return directory_.MoveTo(options_.damaged_directory, segment.path);
  const bool fits = segment.bytes == options_.segment_bytes;
  return fits && IsWanted() ? AddSpare(segment.path) : directory_.Remove(segment.path);
}

/// The oldest segment may be gone in the page cache and there on disk, so none after it may go.
void Spares::StopReusing(RecoveredSegment segment, const Error& why) {
  reuse_failed_ = true;
  tarn::Log(LogLevel::kError, "wal", "segments are not used again until a restart",
            {{"segment", segment.path}, {"why", why.message()}});
  used_.put_back(std::move(segment));
}

Status Spares::MakeOne(const std::stop_token& stop) {
  TRY(CheckSpace());
  const std::string path = directory_.PathOf(kMakingName);
  Status filled = FillFile(path, stop);
  if (filled) return AddSpare(path);
  const Status removed = RemoveIfPresent(files_, path);
  if (!removed) Ignore(removed, "the next attempt removes the half-made spare");
  return filled;
}

/// errors  kUnavailable: the disk is full
Status Spares::CheckSpace() {
  const uint64_t free = TRY(files_.FreeBytes(directory_.path()));
  const uint64_t wanted = options_.segment_bytes + options_.reserve_bytes;
  if (free >= wanted) return {};
  return Fail(ErrorKind::kUnavailable,
              "the disk is full: {} MiB are free at {}, a log segment needs {} MiB and {} MiB stay "
              "reserved for tables and catalog",
              free / kMiB, directory_.path(), options_.segment_bytes / kMiB,
              options_.reserve_bytes / kMiB);
}

Status Spares::FillFile(const std::string& path, const std::stop_token& stop) {
  TRY(RemoveIfPresent(files_, path));
  const std::unique_ptr<os::File> file = TRY(files_.Open(path, os::OpenMode::kCreateNew));
  const std::string zeros(std::min(kFillBytes, options_.segment_bytes), '\0');
  for (size_t at = 0; at < options_.segment_bytes; at += zeros.size()) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the log is closing");
    const size_t size = std::min(zeros.size(), options_.segment_bytes - at);
    TRY(file->WriteAt(at, std::string_view(zeros).substr(0, size)));
    if ((at + size) % kFillBytesBetweenSyncs == 0) TRY(file->SyncData());
  }
  return file->Sync();
}

/// Give a whole file the name of a spare, durably, and hold it ready.
Status Spares::AddSpare(const std::string& from_path) {
  std::string path;
  Status named;
  do {
    path = directory_.PathOf(Format("{}{}{}", kSparePrefix, next_name_++, kSpareSuffix));
    // Durable, or a crash could bring the old name back over new frames.
    named = directory_.Rename(from_path, path);
  } while (!named && named.error().kind() == ErrorKind::kConflict);
  if (!named) return named;
  const MutexLock lock(mutex_);
  ready_.push_back(path);
  error_.reset();
  changed_.NotifyAll();
  return {};
}

void Spares::NoteAttempt(const Status& made) {
  const MutexLock lock(mutex_);
  if (made) {
    error_.reset();
  } else {
    const bool news = !error_ || error_->message() != made.error().message();
    error_ = made.error();
    ++attempts_failed_;
    if (news) {
      tarn::Log(LogLevel::kWarn, "wal", "no spare segment could be made",
                {{"why", made.error().message()}});
    }
  }
  changed_.NotifyAll();
}

}  // namespace tarn::wal
