#include "wal/frame_writer.h"

#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "base/time.h"

namespace tarn::wal {
namespace {

constexpr uint64_t kCounterMask = (uint64_t{1} << kLsnCounterBits) - 1;
constexpr int kSegmentAttemptsMax = 2;

struct WriterMetrics {
  Counter& frames = Metrics().GetCounter("tarn_wal_frames_total", "Frames that were made durable");
  Counter& records =
      Metrics().GetCounter("tarn_wal_records_total", "Records that were made durable");
  Counter& errors = Metrics().GetCounter("tarn_wal_errors_total", "I/O errors of the log");
  Histogram& sync_seconds =
      Metrics().GetHistogram("tarn_wal_sync_seconds", "Time to write and sync one frame");
};

WriterMetrics& Counts() {
  static WriterMetrics metrics;
  return metrics;
}

void NoteError(std::string_view what, uint64_t segno, const Error& why) {
  Counts().errors.Add(1);
  tarn::Log(LogLevel::kError, "wal", what, {{"segno", segno}, {"why", why.message()}});
}

}  // namespace

FrameWriter::FrameWriter(os::Files& files, os::Clock& clock, os::Entropy& entropy,
                         SegmentDirectory& directory, Spares& spares, Retention& retention,
                         const FrameWriterOptions& options)
    : files_(files),
      clock_(clock),
      entropy_(entropy),
      directory_(directory),
      spares_(spares),
      retention_(retention),
      options_(options),
      next_segno_(options.next_segno),
      next_((uint64_t{options.epoch} << kLsnCounterBits) + 1),
      durable_(options.last),
      chain_(options.chain) {}

size_t FrameWriter::BodyRoom() const { return segment_ ? segment_->body_room() : 0; }

Result<LsnRange> FrameWriter::WriteRecords(FrameBuilder* frame) {
  if (failure_) return std::unexpected(*failure_);
  if (kCounterMask - (next_.number() & kCounterMask) < frame->records()) {
    FailForGood(Error(ErrorKind::kUnavailable, "this epoch has no LSNs left"));
    return std::unexpected(*failure_);
  }
  if (frame->body_bytes() > BodyRoom()) TRY(ChangeSegment());
  const LsnRange range{next_, Lsn(next_.number() + frame->records() - 1)};
  // Whatever comes of this frame, its LSNs are used.
  next_ = Lsn(range.last.number() + 1);
  const Status written = AppendFrame(frame, FrameKind::kRecords, range.first);
  if (written) {
    durable_ = range.last;
    Counts().records.Add(frame->records());
    return range;
  }
  const Status voided = WriteVoid(range);
  if (voided) {
    return Fail(ErrorKind::kIo, "the log could not be written: {}", written.error().message());
  }
  FailForGood(Error(voided.error()).While("after a failed write ({})", written.error().message()));
  return Fail(ErrorKind::kUnknownOutcome, "{}", failure_->message());
}

Status FrameWriter::WriteCleanShutdown() {
  if (failure_) return std::unexpected(*failure_);
  if (!segment_) return {};  // nothing was appended in this epoch, or its segment was given up
  FrameBuilder frame;
  return AppendFrame(&frame, FrameKind::kCleanShutdown, next_);
}

/// Go on in a new segment. errors  kUnavailable: not now; kIo: failed for good
Status FrameWriter::ChangeSegment() {
  Status taken = TakeNewSegment();
  if (!taken && taken.error().kind() != ErrorKind::kUnavailable) {
    FailForGood(taken.error());
    return Fail(ErrorKind::kIo, "{}", failure_->message());
  }
  return taken;
}

Status FrameWriter::TakeNewSegment() {
  segment_.reset();
  Status failed;
  for (int attempt = 0; attempt < kSegmentAttemptsMax; ++attempt) {
    const std::string spare = TRY(spares_.Take());
    const SegmentHeader header{
        .shard = options_.shard,
        .epoch = options_.epoch,
        .node = options_.node,
        .use = {.segno = next_segno_++, .salt = entropy_.Random64()},
        .first = next_,
        .prev_last = durable_,
        .prev_chain = chain_,
    };
    RecoveredSegment kept{.segno = header.use.segno,
                          .path = directory_.PathOf(SegmentFileName(header.use.segno))};
    auto segment =
        SegmentWriter::Activate(files_, directory_, spare, options_.segment_bytes, header);
    if (segment) {
      segment_ = *std::move(segment);
      kept.bytes = options_.segment_bytes;
      retention_.AddWriting(std::move(kept));
      return {};
    }
    NoteError("a spare segment could not be taken into use", header.use.segno, segment.error());
    failed = std::unexpected(std::move(segment).error());
    // It may have its new name all the same, and must then be gone before the segments around it.
    retention_.Add(std::move(kept));
    const Status removed = RemoveIfPresent(files_, spare);
    if (!removed) Ignore(removed, "the disk has failed already; a restart looks at the file again");
  }
  return failed;
}

Status FrameWriter::AppendFrame(FrameBuilder* frame, FrameKind kind, Lsn first) {
  const int64_t from_us = clock_.SteadyMicros();
  Status written = segment_->Append(frame, kind, first, durable_);
  Counts().sync_seconds.Observe(static_cast<double>(clock_.SteadyMicros() - from_us) /
                                static_cast<double>(kMicrosPerSecond));
  if (written) {
    Counts().frames.Add(1);
    chain_ = segment_->chain();
    return {};
  }
  // What the file holds is unknown from here on. It is closed, and never synced again.
  NoteError("a segment is given up after a failed write", segment_->segno(), written.error());
  segment_.reset();
  return written;
}

/// Take back records whose write has failed, so that a client's retry is no second copy.
Status FrameWriter::WriteVoid(LsnRange range) {
  TRY(TakeNewSegment());
  FrameBuilder frame;
  frame.AddVoid(range);
  return AppendFrame(&frame, FrameKind::kVoid, next_);
}

void FrameWriter::FailForGood(const Error& why) {
  failure_ = Error(ErrorKind::kUnavailable,
                   Format("the log has stopped and needs a restart: {}", why.message()));
  tarn::Log(LogLevel::kError, "wal", "the log has stopped", {{"why", why.message()}});
}

}  // namespace tarn::wal
