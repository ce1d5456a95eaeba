#include "decode/line_input.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tarn::decode {
namespace {

constexpr size_t kTailBytes = 4 * kKiB;  // beyond a range, for the end of its last line

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

// What the system says is empty may have bytes all the same (/proc).
LineInput::LineInput(std::unique_ptr<ByteInput> input)
    : input_(std::move(input)),
      is_divisible_(input_->is_regular() && input_->size_bytes() > 0 && !input_->is_compressed()) {}

Result<std::unique_ptr<LineInput>> LineInput::Open(const std::string& path,
                                                   const std::stop_token& stop) {
  return Make(TRY(ByteInput::Open(path, stop)));
}

Result<std::unique_ptr<LineInput>> LineInput::Make(std::unique_ptr<ByteInput> input) {
  TRY(input->RequireUtf8());
  return std::unique_ptr<LineInput>(new LineInput(std::move(input)));
}

Result<bool> LineInput::Next(LineBlock* block) {
  if (ended_by_) return std::unexpected(*ended_by_);
  block->Reserve(carry_.size() + kBlockBytes, 0);
  std::memcpy(block->memory(), carry_.data(), carry_.size());
  size_t size = carry_.size();
  size_t lines_end = 0;
  bool at_end = false;
  while (true) {
    while (size < block->capacity() && !at_end && !ended_by_) {
      const auto got = input_->Read(block->memory() + size, block->capacity() - size);
      if (!got) ended_by_ = got.error();
      size += got.value_or(0);
      at_end = got.value_or(1) == 0;
    }
    lines_end = at_end ? size : EndOfLines({block->memory(), size});
    if (lines_end > 0 || at_end) break;
    if (ended_by_) return std::unexpected(*ended_by_);
    if (size > kLineBytesMax) return LineTooLong(name(), offset_);
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
  const size_t got = TRY(input_.input_->file().ReadAt(offset, out, wanted));
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
  input_.input_->AddBytesRead(lines_end);
  return true;
}

}  // namespace tarn::decode
