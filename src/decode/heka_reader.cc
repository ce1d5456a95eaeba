#include "decode/heka_reader.h"

#include <cstring>
#include <utility>

#include "codec/compression.h"
#include "decode/protobuf_internal.h"

namespace tarn::decode {
namespace {

constexpr size_t kSeparatorAndLengthBytes = 2;
constexpr Damage kCutShort = "the stream ends inside a frame";

}  // namespace

Result<std::unique_ptr<HekaReader>> HekaReader::Open(const std::string& path,
                                                     const HekaReaderOptions& options,
                                                     const std::stop_token& stop) {
  return std::make_unique<HekaReader>(TRY(ByteInput::Open(path, stop)), options);
}

/// Go past bytes that belong to no frame.
void HekaReader::Skip(size_t size) {
  window_.Skip(size);
  counts_.bytes += size;
  counts_.skipped_bytes += size;
}

/// Go to the next record separator. returns  false: there is none
bool HekaReader::FindSeparator() {
  while (window_.Fill(1)) {
    const std::string_view view = window_.view();
    const void* const found = std::memchr(view.data(), kHekaRecordSeparator, view.size());
    if (found != nullptr) {
      Skip(static_cast<size_t>(static_cast<const char*>(found) - view.data()));
      return true;
    }
    Skip(view.size());
  }
  return false;
}

/// The frame that begins with the window. returns  why it is none, nullptr where it is
Damage HekaReader::ReadFrame(HekaRecord* record) {
  record->body = {};
  if (!window_.Fill(kSeparatorAndLengthBytes)) return kCutShort;
  const size_t header_size = static_cast<unsigned char>(window_.view()[1]);
  const size_t header_end = kSeparatorAndLengthBytes + header_size;
  if (!window_.Fill(header_end + 1)) return kCutShort;
  if (window_.view()[header_end] != kHekaUnitSeparator) return "no unit separator after the header";
  Damage damage = record->header.Read(window_.view().substr(kSeparatorAndLengthBytes, header_size));
  if (damage != nullptr) return damage;
  const size_t message_size = record->header.message_length;
  if (message_size > options_.message_bytes_max) return "a message over the limit";
  const size_t frame_size = header_end + 1 + message_size;
  if (!window_.Fill(frame_size)) return kCutShort;
  // Filling may have moved the header.
  record->frame = window_.view().substr(0, frame_size);
  damage = record->header.Read(record->frame.substr(kSeparatorAndLengthBytes, header_size));
  record->body = record->frame.substr(header_end + 1);
  return damage != nullptr ? damage : ReadBody(record);
}

/// Nothing says whether a body is compressed: it is where it inflates to a message.
Damage HekaReader::ReadBody(HekaRecord* record) {
  record->is_snappy = codec::TryInflateSnappy(record->body, kHekaInflatedBytesMax, &inflated_) &&
                      record->message.Read(inflated_) == nullptr;
  record->plain = record->is_snappy ? std::string_view(inflated_) : record->body;
  return record->is_snappy ? nullptr : record->message.Read(record->body);
}

/// in  body_bytes: of a frame that is none
Status HekaReader::CountTry(size_t body_bytes) {
  tried_bytes_ += body_bytes;
  if (tried_bytes_ / kHekaTriesMax <= counts_.bytes + options_.message_bytes_max) return {};
  is_over_ = true;
  return Fail(ErrorKind::kTooLarge,
              "'{}': looking for messages behind byte {} takes too long: separators in front of "
              "what is almost a message are all over it",
              name(), window_.offset());
}

std::unexpected<Error> HekaReader::StopAt(Damage damage) {
  is_over_ = true;
  ++counts_.damaged;
  if (damage == kCutShort) TRY(window_.TakeError());  // says more
  return Fail(ErrorKind::kCorrupt, "'{}' is damaged at byte {}: {}", name(), window_.offset(),
              damage);
}

Result<bool> HekaReader::Next(HekaRecord* record) {
  window_.Skip(std::exchange(frame_in_view_, 0));
  while (!is_over_) {
    if (options_.strict && window_.Fill(1) && window_.view().front() != kHekaRecordSeparator) {
      return StopAt("no record separator");
    }
    if (!FindSeparator()) break;
    const uint64_t offset = window_.offset();
    const Damage damage = ReadFrame(record);
    if (damage != nullptr && options_.strict) return StopAt(damage);
    if (damage != nullptr) {
      // Its length cannot be trusted: a whole frame may begin at the very next byte.
      ++counts_.damaged;
      Skip(1);
      TRY(CountTry(record->body.size()));
      continue;
    }
    counts_.bytes += record->frame.size();
    if (options_.keys != nullptr && !record->header.IsAuthentic(record->body, *options_.keys)) {
      ++counts_.hmac_failed;
      window_.Skip(record->frame.size());
      continue;
    }
    record->offset = offset;
    frame_in_view_ = record->frame.size();
    ++counts_.records;
    return true;
  }
  is_over_ = true;
  TRY(window_.TakeError());
  return false;
}

}  // namespace tarn::decode
