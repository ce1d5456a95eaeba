#include "derive/object_input.h"

#include <algorithm>
#include <cstring>

#include "base/units.h"

namespace tarn::derive {
namespace {

constexpr size_t kRangeBytes = 4 * kMiB;

}  // namespace

Result<size_t> ObjectInput::Read(char* out, size_t room) {
  if (used_ == range_.size()) {
    const uint64_t left = size_bytes() - std::min(size_bytes(), next_offset_);
    if (left == 0) return size_t{0};
    range_ = TRY(store_.GetRange(key_, next_offset_, std::min<uint64_t>(left, kRangeBytes)));
    used_ = 0;
    next_offset_ += range_.size();
  }
  const size_t given = std::min(room, range_.size() - used_);
  std::memcpy(out, range_.data() + used_, given);
  used_ += given;
  return given;
}

Result<size_t> ObjectInput::ReadAt(uint64_t offset, char* out, size_t room) {
  const std::string bytes = TRY(store_.GetRange(key_, offset, room));
  return bytes.copy(out, room);
}

}  // namespace tarn::derive
