#include "wal/segment_reader.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/units.h"

namespace tarn::wal {
namespace {

constexpr size_t kWindowBytes = kMiB;
/// How much of a torn frame is kept where its length cannot be read.
constexpr uint64_t kBegunBytesMax = kMiB;
constexpr size_t kSaltOffset = 24;

}  // namespace

Result<std::unique_ptr<SegmentReader>> SegmentReader::Open(os::Files& files,
                                                           const std::string& path, uint64_t segno,
                                                           std::optional<uint64_t> salt) {
  std::unique_ptr<os::File> file = TRY(files.Open(path, os::OpenMode::kRead));
  const uint64_t file_bytes = TRY(file->Size());
  return std::unique_ptr<SegmentReader>(
      new SegmentReader(std::move(file), file_bytes, segno, salt));
}

std::optional<FoundFrame> SegmentReader::Next(Lsn above, bool search) {
  const uint64_t from = offset_;
  while (offset_ + kBlockBytes <= file_bytes_) {
    const std::optional<FrameHeader> header = HeaderAt(offset_);
    if (header) {
      const SegmentUse use{.segno = segno_, .salt = header->salt};
      const std::string_view body = View(offset_ + kFrameHeaderBytes, header->body_bytes);
      if (header->first > above && BodyMatches(*header, body, use)) {
        const ByteRange skipped{.from = from, .to = offset_};
        salt_ = header->salt;
        offset_ += PaddedFrameBytes(header->body_bytes);
        frames_end_ = offset_;
        return FoundFrame{.header = *header,
                          .body = body,
                          .bytes = {.from = skipped.to, .to = offset_},
                          .skipped = skipped};
      }
    }
    if (!search) return std::nullopt;
    // A good header tells where the next frame was put, even if its body is gone.
    offset_ += header && salt_ ? PaddedFrameBytes(header->body_bytes) : kBlockBytes;
  }
  return std::nullopt;
}

/// The header at a block, where it may be one of this use and its frame lies within the file.
std::optional<FrameHeader> SegmentReader::HeaderAt(uint64_t offset) {
  const Result<FrameHeader> header = DecodeFrameHeader(View(offset, kBlockBytes));
  if (!header || (salt_ && header->salt != *salt_)) return std::nullopt;
  if (PaddedFrameBytes(header->body_bytes) > file_bytes_ - offset) return std::nullopt;
  return *header;
}

TailKind SegmentReader::tail_kind() {
  if (frames_end_ + kBlockBytes > file_bytes_) return TailKind::kUnused;
  const std::string_view block = View(frames_end_, kBlockBytes);
  if (salt_ && LoadLe<uint64_t>(block.data() + kSaltOffset) == *salt_) return TailKind::kBegun;
  // A whole header with another salt is of an earlier use; a broken one may be of this use.
  const bool broken_header = HasFrameMagic(block) && !DecodeFrameHeader(block);
  return broken_header ? TailKind::kBegun : TailKind::kUnused;
}

ByteRange SegmentReader::begun_frame() {
  const std::optional<FrameHeader> header = HeaderAt(frames_end_);
  const uint64_t bytes = header ? PaddedFrameBytes(header->body_bytes) : kBegunBytesMax;
  return {.from = frames_end_, .to = std::min(frames_end_ + bytes, file_bytes_)};
}

/// returns  exactly `size` bytes, which must lie within the file
std::string_view SegmentReader::View(uint64_t offset, size_t size) {
  const bool inside = offset >= window_offset_ && offset + size <= window_offset_ + window_.size();
  if (!inside) {
    const uint64_t left = file_bytes_ - offset;
    const auto want = static_cast<size_t>(std::min<uint64_t>(std::max(size, kWindowBytes), left));
    window_ = ReadAround(offset, want);
    window_offset_ = offset;
  }
  return std::string_view(window_).substr(static_cast<size_t>(offset - window_offset_), size);
}

/// Read; where that fails, block by block, with zeros for the blocks that cannot be read.
std::string SegmentReader::ReadAround(uint64_t offset, size_t size) {
  Result<std::string> whole = file_->ReadAt(offset, size);
  if (whole && whole->size() == size) return *std::move(whole);
  std::string bytes;
  while (bytes.size() < size) {
    const size_t piece = std::min(kBlockBytes, size - bytes.size());
    Result<std::string> block = file_->ReadAt(offset + bytes.size(), piece);
    if (!block || block->size() != piece) {
      unreadable_bytes_ += piece;
      block = std::string(piece, '\0');
    }
    bytes += *block;
  }
  return bytes;
}

}  // namespace tarn::wal
