// Puts frames where they belong: gives records their LSNs, changes segments, and keeps to the
// policy for failed writes. docs/formats/wal.md; no threads here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/error.h"
#include "os/clock.h"
#include "os/files.h"
#include "wal/recovery.h"
#include "wal/retention.h"
#include "wal/segment.h"
#include "wal/spares.h"

namespace tarn::wal {

struct FrameWriterOptions {
  uint16_t shard = 0;
  size_t segment_bytes = 0;
  NodeId node{};
  uint32_t epoch = 0;
  uint64_t next_segno = 1;
  Lsn last;            ///< where recovery found the end
  uint64_t chain = 0;  ///< likewise
};

/// Threads: one.
class FrameWriter {
 public:
  /// in  directory, spares, retention: lent for this object's life
  FrameWriter(os::Files& files, os::Clock& clock, os::Entropy& entropy, SegmentDirectory& directory,
              Spares& spares, Retention& retention, const FrameWriterOptions& options);

  /// The largest body that fits into the current segment; 0 where there is none.
  size_t BodyRoom() const;

  /// Write the records that were added to the builder, as one frame.
  ///
  /// returns  their LSNs
  /// durable  yes
  /// errors   kUnavailable (nothing written: no spare, or failed before), kIo (they are void),
  ///          kUnknownOutcome (they may be found at the next start; this writer has failed for
  ///          good)
  Result<LsnRange> WriteRecords(FrameBuilder* frame);

  /// Say that nothing follows, where a segment is open: else the last frame's end stands.
  /// errors  kIo, kUnavailable
  Status WriteCleanShutdown();

  /// Why nothing can be written any more, until a restart.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  Status ChangeSegment();
  Status TakeNewSegment();
  Status AppendFrame(FrameBuilder* frame, FrameKind kind, Lsn first);
  Status WriteVoid(LsnRange range);
  void FailForGood(const Error& why);

  os::Files& files_;
  os::Clock& clock_;
  os::Entropy& entropy_;
  SegmentDirectory& directory_;
  Spares& spares_;
  Retention& retention_;
  const FrameWriterOptions options_;

  std::unique_ptr<SegmentWriter> segment_;
  uint64_t next_segno_;
  Lsn next_;
  Lsn durable_;
  uint64_t chain_;  ///< of the last durable frame
  std::optional<Error> failure_;
};

}  // namespace tarn::wal
