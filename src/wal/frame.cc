#include "wal/frame.h"

#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/invariant.h"
#include "codec/checksum.h"

namespace tarn::wal {
namespace {

constexpr uint32_t kFrameMagic = 0x4d524654;  // "TFRM"
constexpr uint8_t kCodecNone = 0;
constexpr uint8_t kStartsEntry = 1;
constexpr size_t kVoidBodyBytes = 16;

/// Where the fields of a frame's header stand.
enum FrameOffset : size_t {
  kMagicAt = 0,
  kHeaderCrcAt = 4,
  kBodyBytesAt = 8,
  kRawBytesAt = 12,
  kRecordsAt = 16,
  kCodecAt = 20,
  kKindAt = 21,
  kReservedAt = 22,
  kSaltAt = 24,
  kFirstAt = 32,
  kDurableAt = 40,
  kPrevChainAt = 48,
  kBodyHashAt = 56,
};

uint64_t HashBody(std::string_view body, const SegmentUse& use) {
  return codec::Xxh3(body, use.salt + use.segno);
}

uint32_t HeaderCrc(std::string_view frame) {
  return codec::Crc32c(frame.substr(kBodyBytesAt, kFrameHeaderBytes - kBodyBytesAt));
}

/// The 38 bytes before each record of an entry, but for their length and flags the same.
std::array<char, kRecordHeaderBytes> RecordHeader(const Entry& entry) {
  std::array<char, kRecordHeaderBytes> out{};
  StoreLe(&out[4], entry.stream.number());
  StoreLe(&out[8], entry.stream_version);
  StoreLe(&out[10], static_cast<uint8_t>(entry.content));
  StoreLe(&out[12], static_cast<uint16_t>(entry.source));
  StoreLe(&out[14], entry.received_at_us);
  StoreLe(&out[22], entry.request.high);
  StoreLe(&out[30], entry.request.low);
  return out;
}

Entry EntryOf(const FrameRecord& record) {
  return {.stream = record.stream,
          .stream_version = record.stream_version,
          .content = record.content,
          .source = record.source,
          .received_at_us = record.received_at_us,
          .request = record.request,
          .block = nullptr};
}

}  // namespace

size_t EncodedBytes(const Entry& entry) {
  size_t bytes = 0;
  for (const auto& slice : entry.block->records) bytes += kRecordHeaderBytes + slice.length;
  return bytes;
}

void FrameBuilder::Clear() {
  bytes_.assign(kFrameHeaderBytes, '\0');
  records_ = 0;
}

void FrameBuilder::Add(const Entry& entry) {
  std::array<char, kRecordHeaderBytes> header = RecordHeader(entry);
  header[11] = kStartsEntry;
  for (size_t i = 0; i < entry.block->records.size(); ++i) {
    const std::string_view record = entry.block->record(i);
    StoreLe(&header[0], static_cast<uint32_t>(record.size()));
    bytes_.append(header.data(), header.size());
    bytes_.append(record);
    header[11] = 0;
  }
  records_ += static_cast<uint32_t>(entry.block->records.size());
}

void FrameBuilder::AddVoid(LsnRange range) {
  AppendLe(&bytes_, range.first.number());
  AppendLe(&bytes_, range.last.number());
}

std::string_view FrameBuilder::Finish(const SegmentUse& use, FrameHeader* header) {
  INVARIANT(std::in_range<uint32_t>(body_bytes()), "a frame's body is below 4 GiB");
  header->body_bytes = static_cast<uint32_t>(body_bytes());
  header->records = records_;
  header->salt = use.salt;
  header->body_hash = HashBody(std::string_view(bytes_).substr(kFrameHeaderBytes), use);
  char* at = bytes_.data();
  StoreLe(at + kMagicAt, kFrameMagic);
  StoreLe(at + kBodyBytesAt, header->body_bytes);
  StoreLe(at + kRawBytesAt, header->body_bytes);
  StoreLe(at + kRecordsAt, header->records);
  StoreLe(at + kCodecAt, kCodecNone);
  StoreLe(at + kKindAt, static_cast<uint8_t>(header->kind));
  StoreLe(at + kReservedAt, uint16_t{0});
  StoreLe(at + kSaltAt, header->salt);
  StoreLe(at + kFirstAt, header->first.number());
  StoreLe(at + kDurableAt, header->durable.number());
  StoreLe(at + kPrevChainAt, header->prev_chain);
  StoreLe(at + kBodyHashAt, header->body_hash);
  StoreLe(at + kHeaderCrcAt, HeaderCrc(bytes_));
  header->chain = codec::Xxh3(std::string_view(bytes_).substr(0, kFrameHeaderBytes));
  bytes_.resize(PaddedFrameBytes(header->body_bytes), '\0');
  return bytes_;
}

bool HasFrameMagic(std::string_view bytes) {
  return LoadLe<uint32_t>(bytes.data() + kMagicAt) == kFrameMagic;
}

Result<FrameHeader> DecodeFrameHeader(std::string_view bytes) {
  INVARIANT(bytes.size() >= kFrameHeaderBytes, "the caller reads whole blocks");
  const char* at = bytes.data();
  if (!HasFrameMagic(bytes)) {
    return Fail(ErrorKind::kCorrupt, "no frame begins here");
  }
  if (LoadLe<uint32_t>(at + kHeaderCrcAt) != HeaderCrc(bytes)) {
    return Fail(ErrorKind::kCorrupt, "the frame header's checksum does not match");
  }
  FrameHeader header;
  header.body_bytes = LoadLe<uint32_t>(at + kBodyBytesAt);
  header.records = LoadLe<uint32_t>(at + kRecordsAt);
  header.kind = static_cast<FrameKind>(LoadLe<uint8_t>(at + kKindAt));
  header.salt = LoadLe<uint64_t>(at + kSaltAt);
  header.first = Lsn(LoadLe<uint64_t>(at + kFirstAt));
  header.durable = Lsn(LoadLe<uint64_t>(at + kDurableAt));
  header.prev_chain = LoadLe<uint64_t>(at + kPrevChainAt);
  header.body_hash = LoadLe<uint64_t>(at + kBodyHashAt);
  header.chain = codec::Xxh3(bytes.substr(0, kFrameHeaderBytes));
  const uint8_t codec = LoadLe<uint8_t>(at + kCodecAt);
  if (codec != kCodecNone) {
    return Fail(ErrorKind::kCorrupt, "the frame is compressed by codec {}, unknown here", codec);
  }
  const bool holds_records = header.kind == FrameKind::kRecords;
  if (header.first.number() == 0 || holds_records != (header.records > 0)) {
    return Fail(ErrorKind::kCorrupt, "the frame header contradicts itself");
  }
  return header;
}

bool BodyMatches(const FrameHeader& header, std::string_view body, const SegmentUse& use) {
  return header.salt == use.salt && HashBody(body, use) == header.body_hash;
}

Result<FrameRecord> TakeRecord(std::string_view* body) {
  if (body->size() < kRecordHeaderBytes) {
    return Fail(ErrorKind::kCorrupt, "the frame ends inside a record's header");
  }
  const char* at = body->data();
  const auto length = LoadLe<uint32_t>(at);
  if (body->size() - kRecordHeaderBytes < length) {
    return Fail(ErrorKind::kCorrupt, "the frame ends inside a record of {} bytes", length);
  }
  FrameRecord record;
  record.stream = StreamId(LoadLe<uint32_t>(at + 4));
  record.stream_version = LoadLe<uint16_t>(at + 8);
  record.content = static_cast<Content>(LoadLe<uint8_t>(at + 10));
  record.starts_entry = (LoadLe<uint8_t>(at + 11) & kStartsEntry) != 0;
  record.source = static_cast<schema::Source>(LoadLe<uint16_t>(at + 12));
  record.received_at_us = LoadLe<int64_t>(at + 14);
  record.request = {.high = LoadLe<uint64_t>(at + 22), .low = LoadLe<uint64_t>(at + 30)};
  record.bytes = body->substr(kRecordHeaderBytes, length);
  body->remove_prefix(kRecordHeaderBytes + length);
  return record;
}

Result<std::vector<DurableEntry>> DecodeEntries(const FrameHeader& header, std::string_view body) {
  std::vector<DurableEntry> entries;
  std::shared_ptr<schema::RecordBlock> block;
  uint64_t lsn = header.first.number();
  for (; !body.empty(); ++lsn) {
    const FrameRecord record = TRY(TakeRecord(&body));
    if (record.starts_entry || entries.empty()) {
      block = std::make_shared<schema::RecordBlock>();
      entries.push_back({.entry = EntryOf(record), .first = Lsn(lsn), .last = Lsn(lsn)});
      entries.back().entry.block = block;
    }
    block->Add(record.bytes);
    entries.back().last = Lsn(lsn);
  }
  if (lsn - header.first.number() != header.records) {
    return Fail(ErrorKind::kCorrupt, "the frame says {} records and holds {}", header.records,
                lsn - header.first.number());
  }
  return entries;
}

Result<LsnRange> DecodeVoid(std::string_view body) {
  if (body.size() != kVoidBodyBytes) {
    return Fail(ErrorKind::kCorrupt, "a VOID frame of {} bytes", body.size());
  }
  const char* at = body.data();
  return LsnRange{Lsn(LoadLe<uint64_t>(at)), Lsn(LoadLe<uint64_t>(at + sizeof(uint64_t)))};
}

}  // namespace tarn::wal
