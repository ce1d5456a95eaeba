// Segments: the files that frames are appended to, their names, and their headers.
// docs/formats/wal.md, "Segment".
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "os/files.h"
#include "schema/ids.h"
#include "wal/frame.h"
#include "wal/segment_directory.h"

namespace tarn::wal {

using NodeId = std::array<char, 16>;

struct SegmentHeader {
  uint16_t shard = 0;
  uint32_t epoch = 0;
  NodeId node{};
  SegmentUse use;
  Lsn first;      ///< that the next record gets
  Lsn prev_last;  ///< highest durable LSN when this segment began
  uint64_t prev_chain = 0;

  /// The highest LSN that this header shows to have been durable before it.
  Lsn durable_before() const { return std::min(Lsn(first.number() - 1), prev_last); }
};

/// The smallest segment in which a frame with a body of this size has room.
constexpr size_t SegmentBytesMin(size_t body_bytes) {
  return kBlockBytes + PaddedFrameBytes(body_bytes) + kBlockBytes;
}

/// returns  one block
std::string EncodeSegmentHeader(const SegmentHeader& header);

/// in  block: any bytes. errors  kCorrupt, kUnsupported (written by a newer Tarn)
Result<SegmentHeader> DecodeSegmentHeader(std::string_view block);

/// `seg-000000000000002a.wal`
std::string SegmentFileName(uint64_t segno);
/// returns  the number, where this is a segment's name
std::optional<uint64_t> ParseSegmentFileName(std::string_view name);

/// The segment that is being written: appends frames, and is given up at the first error.
/// Threads: one.
class SegmentWriter {
 public:
  /// Turn a prepared file into a segment: header, sync, rename, sync of the directory.
  ///
  /// in       spare_path: a file of `segment_bytes`, in the directory
  /// durable  the segment is there, without frames
  /// errors   kIo: no segment; the file must not be used again
  static Result<std::unique_ptr<SegmentWriter>> Activate(os::Files& files,
                                                         SegmentDirectory& directory,
                                                         const std::string& spare_path,
                                                         size_t segment_bytes,
                                                         const SegmentHeader& header);

  /// The largest body that still fits; 0 where none does. The last block is kept for the frame that
  /// says the log was closed.
  size_t body_room() const {
    const size_t left = segment_bytes_ - offset_;
    return left < 2 * kBlockBytes ? 0 : left - kBlockBytes - kFrameHeaderBytes;
  }
  uint64_t segno() const { return use_.segno; }
  /// Of the last frame that is durable, here or before.
  uint64_t chain() const { return chain_; }

  /// Write what the builder holds as the next frame, and sync it. It must fit.
  ///
  /// in       kind, first, durable: see FrameHeader
  /// durable  yes
  /// errors   kIo: the frame may be there or not; this writer must not be used again
  Status Append(FrameBuilder* frame, FrameKind kind, Lsn first, Lsn durable);

 private:
  SegmentWriter(std::unique_ptr<os::File> file, size_t segment_bytes, const SegmentHeader& header)
      : file_(std::move(file)),
        segment_bytes_(segment_bytes),
        use_(header.use),
        chain_(header.prev_chain) {}

  const std::unique_ptr<os::File> file_;
  const size_t segment_bytes_;
  const SegmentUse use_;
  size_t offset_ = kBlockBytes;
  uint64_t chain_;
  bool poisoned_ = false;
};

}  // namespace tarn::wal
