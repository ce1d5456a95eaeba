// Raw copies of bytes that could not be read as frames, for a person to look at: <wal>/torn and
// <wal>/damaged.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "os/files.h"
#include "wal/segment_reader.h"

namespace tarn::wal {

/// A part of a segment's file.
struct RawPart {
  std::string path;  ///< of the segment
  uint64_t segno = 0;
  ByteRange range;
};

/// Copy the part to `<directory>/seg-<segno>-at-<offset>.raw`, in pieces of 1 MiB, without the
/// zeros at its end; unreadable blocks become zeros. A copy that is there already is kept.
///
/// returns  bytes of the part, without the zeros at its end
/// durable  when it returns
/// errors   kIo
Result<uint64_t> KeepRawCopy(os::Files& files, const RawPart& part, const std::string& directory);

/// Remove the oldest copies (by segment number) beyond `copies_max`. errors  kIo
Status PruneRawCopies(os::Files& files, const std::string& directory, size_t copies_max);

}  // namespace tarn::wal
