#include "decode/byte_input.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/units.h"

namespace tarn::decode {
namespace {

constexpr size_t kHeadBytes = 4;
constexpr size_t kCompressedBytes = 256 * kKiB;  // read at a time

}  // namespace

Result<std::unique_ptr<ByteInput>> ByteInput::Open(const std::string& path,
                                                   const std::stop_token& stop) {
  return Make(path == "-" ? "stdin" : path, TRY(os::OpenInput(path, stop)));
}

Result<std::unique_ptr<ByteInput>> ByteInput::Make(std::string name,
                                                   std::unique_ptr<os::Input> file,
                                                   ReadBounds bounds) {
  std::unique_ptr<ByteInput> input(
      new ByteInput(std::move(name), std::move(file), std::move(bounds)));
  TRY(input->Recognize());
  return input;
}

Status ByteInput::Recognize() {
  head_.resize(kHeadBytes);
  size_t have = 0;
  while (have < kHeadBytes) {
    const size_t got = TRY(file_->Read(head_.data() + have, kHeadBytes - have));
    if (got == 0) break;
    have += got;
  }
  head_.resize(have);
  const auto compression = codec::RecognizeStream(head_);
  if (compression) {
    inflater_ = TRY(codec::StreamInflater::Make(*compression));
    compressed_ = std::make_unique_for_overwrite<char[]>(kCompressedBytes);
  }
  return {};
}

Status ByteInput::RequireUtf8() const {
  const std::string_view begin = peeked_.empty() ? head_ : peeked_;
  if (!begin.starts_with("\xff\xfe") && !begin.starts_with("\xfe\xff")) return {};
  return Fail(ErrorKind::kInvalid, "'{}' is UTF-16; only UTF-8 is read", name_);
}

/// A file that grows meanwhile ends where it ended when it was opened: else its last line could be
/// given out cut, and its rest as another one.
Result<size_t> ByteInput::ReadRaw(char* out, size_t room) {
  const bool is_sized = is_regular() && size_bytes() > 0;  // those of /proc say that they are empty
  if (is_sized) room = std::min(room, size_bytes() - std::min(size_bytes(), bytes_read()));
  size_t got = std::min(room, head_.size());
  if (got > 0) {
    std::memcpy(out, head_.data(), got);
    head_.erase(0, got);
  } else {
    got = TRY(file_->Read(out, room));
    if (got == 0 && is_sized && room > 0) {
      return Fail(ErrorKind::kIo, "'{}' became shorter while it was read", name_);
    }
  }
  AddBytesRead(got);
  return got;
}

std::string_view ByteInput::Peek(size_t size) {
  size_t have = peeked_.size();
  peeked_.resize(std::max(size, have));
  while (have < size && !behind_) {
    const auto got = ReadBounded(peeked_.data() + have, size - have);
    if (!got) behind_ = got.error();
    if (!got || *got == 0) break;
    have += *got;
  }
  peeked_.resize(have);
  return peeked_;
}

Result<size_t> ByteInput::Read(char* out, size_t room) {
  if (!peeked_.empty()) {
    const size_t given = peeked_.copy(out, room);
    peeked_.erase(0, given);
    return given;
  }
  if (behind_) return std::unexpected(*behind_);
  return ReadBounded(out, room);
}

/// A few compressed bytes may be very many inflated ones, so what bounds the input is seen to here.
Result<size_t> ByteInput::ReadBounded(char* out, size_t room) {
  if (bounds_.stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the reading is to end");
  const size_t got = TRY(ReadInflated(out, room));
  inflated_ += got;
  if (inflated_ <= bounds_.inflated_max) return got;
  return Fail(ErrorKind::kTooLarge, "'{}' has over {} bytes inflated", name_, bounds_.inflated_max);
}

Result<size_t> ByteInput::ReadInflated(char* out, size_t room) {
  if (inflater_ == nullptr) return ReadRaw(out, room);
  while (!at_end_) {
    const size_t got =
        TRY(While(inflater_->Inflate(&compressed_left_, out, room), "reading '{}'", name_));
    if (got > 0) return got;
    if (!compressed_left_.empty()) continue;
    const size_t read = TRY(ReadRaw(compressed_.get(), kCompressedBytes));
    compressed_left_ = {compressed_.get(), read};
    if (read == 0) {
      TRY(While(inflater_->Finish(), "reading '{}'", name_));
      at_end_ = true;
    }
  }
  return 0;
}

}  // namespace tarn::decode
