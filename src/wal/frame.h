// Frames: one group commit each, header and body from a block boundary. This file turns entries
// into frames' bytes and back; it reads and writes no file. docs/formats/wal.md, "Frame" and
// "Record".
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "schema/ids.h"
#include "wal/log.h"

namespace tarn::wal {

inline constexpr size_t kBlockBytes = 4096;
inline constexpr size_t kFrameHeaderBytes = 64;
inline constexpr size_t kRecordHeaderBytes = 38;

enum class FrameKind : uint8_t { kRecords = 1, kVoid = 2, kCleanShutdown = 3 };

/// One use of one segment file. Frames of another use fail its hashes.
struct SegmentUse {
  uint64_t segno = 0;
  uint64_t salt = 0;
};

/// LSNs from first to last, both inside.
struct LsnRange {
  Lsn first;
  Lsn last;
  friend bool operator==(const LsnRange&, const LsnRange&) = default;
};

struct FrameHeader {
  uint32_t body_bytes = 0;
  uint32_t records = 0;
  FrameKind kind = FrameKind::kRecords;
  uint64_t salt = 0;
  Lsn first;    ///< of its first record; of the next record where it has none
  Lsn durable;  ///< highest durable LSN when it was built
  uint64_t prev_chain = 0;
  uint64_t body_hash = 0;
  uint64_t chain = 0;  ///< of this frame; computed, not stored

  /// The LSN of its last record; just before `first` where it has none.
  Lsn last() const { return Lsn(first.number() + records - 1); }
  /// The highest LSN that this frame shows to have been durable before it.
  Lsn durable_before() const { return std::min(Lsn(first.number() - 1), durable); }
};

/// Header, body and zeros up to the next block.
constexpr size_t PaddedFrameBytes(size_t body_bytes) {
  return (kFrameHeaderBytes + body_bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
}

/// The bytes that an entry's records take in a body.
size_t EncodedBytes(const Entry& entry);

/// Collects what goes into one frame, and makes its bytes.
/// Threads: one.
class FrameBuilder {
 public:
  FrameBuilder() { Clear(); }

  void Clear();
  /// Append an entry's records. The body stays below 4 GiB: the caller keeps the limits.
  void Add(const Entry& entry);
  void AddVoid(LsnRange range);

  size_t body_bytes() const { return bytes_.size() - kFrameHeaderBytes; }
  uint32_t records() const { return records_; }

  /// Fill the header in and pad to a block.
  ///
  /// in       header: kind, first, durable and prev_chain; the rest is filled here
  /// returns  the frame's bytes, valid until the next call of Clear
  std::string_view Finish(const SegmentUse& use, FrameHeader* header);

 private:
  std::string bytes_;
  uint32_t records_ = 0;
};

/// True where these bytes begin as a frame's header does. in  bytes: at least kFrameHeaderBytes
bool HasFrameMagic(std::string_view bytes);

/// Read a frame's header and check its CRC and what it says about itself.
///
/// in       bytes: at least kFrameHeaderBytes
/// errors   kCorrupt
Result<FrameHeader> DecodeFrameHeader(std::string_view bytes);

/// True where this is the body that the header was made for, in this use of the segment.
bool BodyMatches(const FrameHeader& header, std::string_view body, const SegmentUse& use);

/// One record in a body; `bytes` is valid as long as the body.
struct FrameRecord {
  StreamId stream;
  uint16_t stream_version = 1;
  Content content = Content::kJson;
  schema::Source source = schema::Source::kHttp;
  bool starts_entry = true;
  int64_t received_at_us = 0;
  RequestKey request;
  std::string_view bytes;
};

/// Take the first record off a body's bytes. errors  kCorrupt: they end inside it
Result<FrameRecord> TakeRecord(std::string_view* body);

/// The entries of a RECORDS frame, in LSN order. errors  kCorrupt: the records are not n_records
Result<std::vector<DurableEntry>> DecodeEntries(const FrameHeader& header, std::string_view body);

/// errors  kCorrupt
Result<LsnRange> DecodeVoid(std::string_view body);

}  // namespace tarn::wal
