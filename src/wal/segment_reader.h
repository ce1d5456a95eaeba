// Reads the frames of one segment front to back, and finds the next good one after damage.
// docs/formats/wal.md, "Reading it back".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "os/files.h"
#include "wal/frame.h"

namespace tarn::wal {

/// Bytes of a file, `to` not inside.
struct ByteRange {
  uint64_t from = 0;
  uint64_t to = 0;
  bool empty() const { return from >= to; }
};

struct FoundFrame {
  FrameHeader header;
  std::string_view body;  ///< valid until the reader's next call
  ByteRange bytes;        ///< the whole frame
  ByteRange skipped;      ///< what was stepped over before it, empty where nothing was
};

/// What stands where a frame should be.
enum class TailKind {
  kUnused,  ///< zeros, or what an earlier use left
  kBegun,   ///< a frame of this use that is not whole
};

/// Memory: the larger of 1 MiB and the largest frame.
/// Threads: one.
class SegmentReader {
 public:
  /// in       salt: of the segment's header; none where that is damaged: the first frame tells it
  /// errors   kNotFound, kIo
  static Result<std::unique_ptr<SegmentReader>> Open(os::Files& files, const std::string& path,
                                                     uint64_t segno, std::optional<uint64_t> salt);

  /// Go to the next good frame with LSNs above `above`.
  ///
  /// in       search: step over blocks that begin no good frame; else stop at the first one
  /// returns  none at the end, or where the search may not go on. Unreadable blocks read as zeros
  std::optional<FoundFrame> Next(Lsn above, bool search);

  /// After Next has returned none: what stands behind the last good frame, and how far it matters.
  TailKind tail_kind();
  ByteRange tail() const { return {frames_end_, file_bytes_}; }
  /// The part of the tail that the frame begun there takes, as far as that can be told.
  ByteRange begun_frame();

  uint64_t file_bytes() const { return file_bytes_; }
  uint64_t unreadable_bytes() const { return unreadable_bytes_; }

 private:
  SegmentReader(std::unique_ptr<os::File> file, uint64_t file_bytes, uint64_t segno,
                std::optional<uint64_t> salt)
      : file_(std::move(file)), file_bytes_(file_bytes), segno_(segno), salt_(salt) {}

  std::string_view View(uint64_t offset, size_t size);
  std::string ReadAround(uint64_t offset, size_t size);
  std::optional<FrameHeader> HeaderAt(uint64_t offset);

  const std::unique_ptr<os::File> file_;
  const uint64_t file_bytes_;
  const uint64_t segno_;
  std::optional<uint64_t> salt_;
  uint64_t offset_ = kBlockBytes;
  uint64_t frames_end_ = kBlockBytes;  ///< of the last good frame
  std::string window_;
  uint64_t window_offset_ = 0;
  uint64_t unreadable_bytes_ = 0;
};

}  // namespace tarn::wal
