#include "wal/segment.h"

#include <charconv>
#include <cstring>

#include "base/bytes.h"
#include "base/invariant.h"
#include "codec/checksum.h"

namespace tarn::wal {
namespace {

constexpr std::string_view kSegmentMagic = "TARNWAL1";
constexpr uint16_t kVersion = 1;
constexpr std::string_view kNamePrefix = "seg-";
constexpr std::string_view kNameSuffix = ".wal";
constexpr size_t kNameDigits = 16;

enum SegmentOffset : size_t {
  kVersionAt = 8,
  kShardAt = 10,
  kEpochAt = 12,
  kNodeAt = 16,
  kSegnoAt = 32,
  kSaltAt = 40,
  kFirstAt = 48,
  kPrevLastAt = 56,
  kPrevChainAt = 64,
  kCrcAt = 72,
  kHeaderEnd = 76,
};

}  // namespace

std::string EncodeSegmentHeader(const SegmentHeader& header) {
  std::string block(kBlockBytes, '\0');
  char* at = block.data();
  kSegmentMagic.copy(at, kSegmentMagic.size());
  StoreLe(at + kVersionAt, kVersion);
  StoreLe(at + kShardAt, header.shard);
  StoreLe(at + kEpochAt, header.epoch);
  std::memcpy(at + kNodeAt, header.node.data(), header.node.size());
  StoreLe(at + kSegnoAt, header.use.segno);
  StoreLe(at + kSaltAt, header.use.salt);
  StoreLe(at + kFirstAt, header.first.number());
  StoreLe(at + kPrevLastAt, header.prev_last.number());
  StoreLe(at + kPrevChainAt, header.prev_chain);
  StoreLe(at + kCrcAt, codec::Crc32c(std::string_view(block).substr(0, kCrcAt)));
  return block;
}

Result<SegmentHeader> DecodeSegmentHeader(std::string_view block) {
  if (block.size() < kHeaderEnd || !block.starts_with(kSegmentMagic)) {
    return Fail(ErrorKind::kCorrupt, "no segment header");
  }
  const char* at = block.data();
  if (LoadLe<uint32_t>(at + kCrcAt) != codec::Crc32c(block.substr(0, kCrcAt))) {
    return Fail(ErrorKind::kCorrupt, "the segment header's checksum does not match");
  }
  const auto version = LoadLe<uint16_t>(at + kVersionAt);
  if (version != kVersion) {
    return Fail(ErrorKind::kUnsupported,
                "the segment has format version {}; this Tarn reads version {}", version, kVersion);
  }
  SegmentHeader header;
  header.shard = LoadLe<uint16_t>(at + kShardAt);
  header.epoch = LoadLe<uint32_t>(at + kEpochAt);
  std::memcpy(header.node.data(), at + kNodeAt, header.node.size());
  header.use = {.segno = LoadLe<uint64_t>(at + kSegnoAt), .salt = LoadLe<uint64_t>(at + kSaltAt)};
  header.first = Lsn(LoadLe<uint64_t>(at + kFirstAt));
  header.prev_last = Lsn(LoadLe<uint64_t>(at + kPrevLastAt));
  header.prev_chain = LoadLe<uint64_t>(at + kPrevChainAt);
  return header;
}

std::string SegmentFileName(uint64_t segno) {
  return Format("{}{:016x}{}", kNamePrefix, segno, kNameSuffix);
}

std::optional<uint64_t> ParseSegmentFileName(std::string_view name) {
  if (name.size() != kNamePrefix.size() + kNameDigits + kNameSuffix.size() ||
      !name.starts_with(kNamePrefix) || !name.ends_with(kNameSuffix)) {
    return std::nullopt;
  }
  uint64_t segno = 0;
  const char* from = name.data() + kNamePrefix.size();
  const auto [end, error] = std::from_chars(from, from + kNameDigits, segno, 16);
  // Upper-case digits would be a second name for the same segment.
  if (error != std::errc() || end != from + kNameDigits || SegmentFileName(segno) != name) {
    return std::nullopt;
  }
  return segno;
}

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::Activate(os::Files& files,
                                                               SegmentDirectory& directory,
                                                               const std::string& spare_path,
                                                               size_t segment_bytes,
                                                               const SegmentHeader& header) {
  std::unique_ptr<os::File> file = TRY(files.Open(spare_path, os::OpenMode::kReadWrite));
  // The header is durable before the name: so a segment's header is always whole.
  TRY(file->WriteAt(0, EncodeSegmentHeader(header)));
  TRY(file->SyncData());
  TRY(directory.Rename(spare_path, directory.PathOf(SegmentFileName(header.use.segno))));
  return std::unique_ptr<SegmentWriter>(new SegmentWriter(std::move(file), segment_bytes, header));
}

Status SegmentWriter::Append(FrameBuilder* frame, FrameKind kind, Lsn first, Lsn durable) {
  INVARIANT(!poisoned_, "nothing is written to a segment after an error");
  INVARIANT(PaddedFrameBytes(frame->body_bytes()) <= segment_bytes_ - offset_,
            "a frame lies inside its segment");
  FrameHeader header;
  header.kind = kind;
  header.first = first;
  header.durable = durable;
  header.prev_chain = chain_;
  const std::string_view bytes = frame->Finish(use_, &header);
  Status written = file_->WriteAt(offset_, bytes);
  if (written) written = file_->SyncData();
  poisoned_ = !written;
  if (!written) return written;
  offset_ += bytes.size();
  chain_ = header.chain;
  return {};
}

}  // namespace tarn::wal
