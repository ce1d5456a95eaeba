#include "decode/line_input.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tarn::decode {
namespace {

constexpr size_t kHeadBytes = 4;
constexpr size_t kCompressedBytes = 256 * kKiB;  // read at a time
constexpr size_t kTailBytes = 4 * kKiB;          // beyond a range, for the end of its last line

std::unexpected<Error> LineTooLong(const std::string& name, uint64_t offset) {
  return Fail(ErrorKind::kTooLarge,
              "'{}': the line at byte {} has over {} MiB; a record a line is what is read", name,
              offset, kLineBytesMax / kMiB);
}

/// returns  the place after the last line end in `text`; 0 where there is none
size_t EndOfLines(std::string_view text) {
  const void* const last = ::memrchr(text.data(), '\n', text.size());
  if (last == nullptr) return 0;
  return static_cast<size_t>(static_cast<const char*>(last) - text.data()) + 1;
}

/// The memory that a block needs next, when `size` bytes hold no line end.
size_t GrownCapacity(size_t size) { return std::min(size * 2, kLineBytesMax + 1); }

}  // namespace

Result<std::unique_ptr<LineInput>> LineInput::Open(const std::string& path, std::stop_token stop) {
  auto opened = TRY(os::OpenInput(path, std::move(stop)));
  std::unique_ptr<LineInput> input(new LineInput(path == "-" ? "stdin" : path, std::move(opened)));
  TRY(input->Recognize());
  return input;
}

Status LineInput::Recognize() {
  head_.resize(kHeadBytes);
  size_t have = 0;
  while (have < kHeadBytes) {
    const size_t got = TRY(input_->Read(head_.data() + have, kHeadBytes - have));
    if (got == 0) break;
    have += got;
  }
  head_.resize(have);
  if (head_.starts_with("\xff\xfe") || head_.starts_with("\xfe\xff")) {
    return Fail(ErrorKind::kInvalid, "'{}' is UTF-16; only UTF-8 is read", name_);
  }
  const auto compression = codec::RecognizeStream(head_);
  if (compression) {
    inflater_ = TRY(codec::StreamInflater::Make(*compression));
    compressed_ = std::make_unique_for_overwrite<char[]>(kCompressedBytes);
  }
  // What the system says is empty may have bytes all the same (/proc).
  is_divisible_ = input_->is_regular() && input_->size_bytes() > 0 && !compression;
  return {};
}

Result<size_t> LineInput::ReadRaw(char* out, size_t room) {
  size_t got = std::min(room, head_.size());
  if (got > 0) {
    std::memcpy(out, head_.data(), got);
    head_.erase(0, got);
  } else {
    got = TRY(input_->Read(out, room));
  }
  bytes_read_.fetch_add(got, std::memory_order_relaxed);
  return got;
}

Result<size_t> LineInput::ReadInflated(char* out, size_t room) {
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

Result<bool> LineInput::Next(LineBlock* block) {
  block->Reserve(carry_.size() + kBlockBytes, 0);
  std::memcpy(block->memory(), carry_.data(), carry_.size());
  size_t size = carry_.size();
  size_t lines_end = 0;
  bool at_end = false;
  while (true) {
    while (size < block->capacity() && !at_end) {
      const size_t got = TRY(ReadInflated(block->memory() + size, block->capacity() - size));
      size += got;
      at_end = got == 0;
    }
    lines_end = at_end ? size : EndOfLines({block->memory(), size});
    if (lines_end > 0 || at_end) break;
    if (size > kLineBytesMax) return LineTooLong(name_, offset_);
    block->Reserve(GrownCapacity(size), size);
  }
  carry_.assign(block->memory() + lines_end, size - lines_end);
  block->text = {block->memory(), lines_end};
  block->offset = offset_;
  offset_ += lines_end;
  return lines_end > 0;
}

RangeReader::RangeReader(LineInput& input, uint64_t begin, uint64_t end)
    : input_(input),
      position_(begin),
      end_(std::min(end, input.size_bytes())),
      at_line_(begin == 0) {}

Result<size_t> RangeReader::Read(uint64_t offset, char* out, size_t room) {
  const uint64_t left = input_.size_bytes() - offset;
  const size_t wanted = std::min<uint64_t>(room, left);
  const size_t got = TRY(input_.input_->ReadAt(offset, out, wanted));
  if (got == wanted) return got;
  return Fail(ErrorKind::kIo, "'{}' became shorter while it was read", input_.name());
}

/// Move to the first line that begins in the range; to its end where none does.
Status RangeReader::FindFirstLine(LineBlock* block) {
  block->Reserve(kBlockBytes, 0);
  uint64_t at = position_ - 1;  // a line end there makes a line begin at position_
  while (at + 1 < end_) {
    const size_t got = TRY(Read(at, block->memory(), kTailBytes));
    const void* const found = std::memchr(block->memory(), '\n', got);
    if (found != nullptr) {
      at += static_cast<size_t>(static_cast<const char*>(found) - block->memory());
      break;
    }
    at += got;
  }
  position_ = at + 1;
  at_line_ = true;
  return {};
}

Result<bool> RangeReader::Next(LineBlock* block) {
  if (!at_line_) TRY(FindFirstLine(block));
  if (position_ >= end_) return false;
  block->Reserve(kBlockBytes, 0);
  // In the range's last block only a little more than the range is read.
  size_t room = std::min<uint64_t>(kBlockBytes, end_ - position_ + kTailBytes);
  size_t lines_end = 0;
  while (lines_end == 0) {
    const size_t size = TRY(Read(position_, block->memory(), room));
    const bool at_file_end = position_ + size == input_.size_bytes();
    const std::string_view text(block->memory(), size);
    const uint64_t to_range_end = end_ - position_;
    // The range's last line is the one that holds its last byte.
    const size_t last = size >= to_range_end ? text.find('\n', to_range_end - 1) : text.npos;
    if (last != text.npos) {
      lines_end = last + 1;
    } else {
      lines_end = at_file_end ? size : EndOfLines(text);
    }
    if (lines_end == 0 && size > kLineBytesMax) return LineTooLong(input_.name(), position_);
    if (lines_end == 0) room = GrownCapacity(std::max(size, kBlockBytes));
    if (lines_end == 0) block->Reserve(room, 0);
  }
  block->text = {block->memory(), lines_end};
  block->offset = position_;
  position_ += lines_end;
  input_.bytes_read_.fetch_add(lines_end, std::memory_order_relaxed);
  return true;
}

}  // namespace tarn::decode
