#include "wal/retention.h"

#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "base/metrics.h"
#include "base/time.h"

namespace tarn::wal {
namespace {

/// True where every stream that still exists has committed all that the segment holds of it.
bool IsCommitted(const RecoveredSegment& segment, const std::map<StreamId, Lsn>& committed) {
  return std::ranges::all_of(segment.last_of_stream, [&](const auto& last) {
    const auto at = committed.find(last.first);
    return at == committed.end() || last.second <= at->second;
  });
}

Gauge& BytesGauge() {
  static Gauge& gauge = Metrics().GetGauge("tarn_wal_bytes", "Bytes in segments in use");
  return gauge;
}

}  // namespace

Retention::Retention(RetentionOptions options) : options_(options) {}

Retention::~Retention() { BytesGauge().Add(-static_cast<double>(bytes_)); }

void Retention::AddBytes(int64_t amount) {
  bytes_ += static_cast<uint64_t>(amount);
  BytesGauge().Add(static_cast<double>(amount));
}

void Retention::Add(RecoveredSegment segment) {
  const MutexLock lock(mutex_);
  Push(std::move(segment));
}

void Retention::AddWriting(RecoveredSegment segment) {
  const MutexLock lock(mutex_);
  Push(std::move(segment));
  writing_ = true;
}

void Retention::Push(RecoveredSegment segment) {
  AddBytes(static_cast<int64_t>(segment.bytes));
  segments_.push_back({.segment = std::move(segment), .released_at_us = std::nullopt});
}

void Retention::Note(StreamId stream, Lsn lsn) {
  const MutexLock lock(mutex_);
  INVARIANT(writing_, "records go into the segment that is being written");
  segments_.back().segment.last_of_stream[stream] = lsn;
}

void Retention::Release(const std::map<StreamId, Lsn>& committed, int64_t now_us) {
  const MutexLock lock(mutex_);
  for (size_t i = 0; i < CompleteSegments(); ++i) {
    Kept& kept = segments_[i];
    if (kept.released_at_us) continue;
    // In order: a segment that takes back records of an older one must not go before that one, and
    // a number that is missing in the middle means damage.
    if (!IsCommitted(kept.segment, committed)) return;
    kept.released_at_us = now_us;
    released_bytes_ += kept.segment.bytes;
  }
}

std::optional<RecoveredSegment> Retention::TakeReleased(int64_t now_us, bool space_wanted) {
  const MutexLock lock(mutex_);
  if (segments_.empty() || !segments_.front().released_at_us) return std::nullopt;
  const int64_t age_us = now_us - *segments_.front().released_at_us;
  const bool over_age = age_us >= options_.age.count() * kMicrosPerSecond;
  const bool over_bytes = released_bytes_ > options_.released_bytes_max;
  if (!over_age && !over_bytes && !space_wanted) return std::nullopt;
  RecoveredSegment oldest = std::move(segments_.front().segment);
  segments_.pop_front();
  AddBytes(-static_cast<int64_t>(oldest.bytes));
  released_bytes_ -= oldest.bytes;
  return oldest;
}

void Retention::PutBack(RecoveredSegment segment) {
  const MutexLock lock(mutex_);
  AddBytes(static_cast<int64_t>(segment.bytes));
  released_bytes_ += segment.bytes;
  segments_.push_front({.segment = std::move(segment), .released_at_us = 0});
}

uint64_t Retention::bytes() const {
  const MutexLock lock(mutex_);
  return bytes_;
}

}  // namespace tarn::wal
