#include "decode/byte_window.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/units.h"

namespace tarn::decode {
namespace {

constexpr size_t kSpareBytes = kMiB;  // beyond what is asked for: read at a time

}  // namespace

/// Room after end_: by moving what is in view to the front, or, where that is most of the memory,
/// by more memory. It grows with what was really read, not with what a length claims.
void ByteWindow::MakeRoom(size_t wanted) {
  const size_t size = end_ - begin_;
  const size_t grown_capacity =
      std::min(std::max(2 * capacity_, kSpareBytes), wanted + kSpareBytes);
  if (size >= capacity_ / 2 && grown_capacity > capacity_) {
    auto grown = std::make_unique_for_overwrite<char[]>(grown_capacity);
    if (size > 0) std::memcpy(grown.get(), memory_.get() + begin_, size);
    memory_ = std::move(grown);
    capacity_ = grown_capacity;
  } else if (size > 0) {
    std::memmove(memory_.get(), memory_.get() + begin_, size);
  }
  begin_ = 0;
  end_ = size;
}

bool ByteWindow::Fill(size_t size) {
  while (end_ - begin_ < size && !at_end_) {
    if (end_ == capacity_) MakeRoom(size);
    const Result<size_t> got = input_->Read(memory_.get() + end_, capacity_ - end_);
    if (!got) error_ = got.error();
    at_end_ = !got || *got == 0;
    if (got) end_ += *got;
  }
  return end_ - begin_ >= size;
}

Status ByteWindow::TakeError() {
  if (!error_) return {};
  return std::unexpected(*std::exchange(error_, std::nullopt));
}

}  // namespace tarn::decode
