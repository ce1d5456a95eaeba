// Frames, and inputs that give them piece by piece, for the tests of Heka's reader.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decode/heka_draft.h"
#include "decode/heka_frame.h"
#include "decode/heka_reader.h"
#include "os/input.h"

namespace tarn::decode {

/// Bytes in memory, given out so many at a time, with an error at the end where asked for.
class MemoryInput final : public os::Input {
 public:
  MemoryInput(std::string bytes, size_t piece, std::optional<Error> error = std::nullopt)
      : Input(false, 0), bytes_(std::move(bytes)), piece_(piece), error_(std::move(error)) {}

  Result<size_t> Read(char* out, size_t room) override {
    const size_t size = std::min({room, piece_, bytes_.size() - at_});
    if (size == 0 && error_) return std::unexpected(*error_);
    if (size > 0) std::memcpy(out, bytes_.data() + at_, size);
    at_ += size;
    return size;
  }
  Result<size_t> ReadAt(uint64_t /*offset*/, char* /*out*/, size_t /*room*/) override {
    return Fail(ErrorKind::kUnsupported, "memory is read from front to back");
  }

 private:
  const std::string bytes_;
  const size_t piece_;
  const std::optional<Error> error_;
  size_t at_ = 0;
};

/// A message of every kind of value; `number` tells it from others.
HekaDraft MakeHekaDraft(int number);
/// Its frame.
std::string MakeHekaFrame(int number, const HekaFrameOptions& options = {});
/// A frame around any body, and a frame with a header that is given.
std::string MakeHekaFrameOf(std::string_view body);
std::string MakeHekaFrameOf(std::string_view header, std::string_view body);

struct ReadMessage {
  uint64_t offset = 0;
  std::string frame;
  std::string json;
  bool is_snappy = false;
  friend bool operator==(const ReadMessage&, const ReadMessage&) = default;
};

/// All that a reader gives of a stream.
struct ReadStream {
  std::vector<ReadMessage> messages;
  HekaCounts counts;
  std::optional<Error> error;

  std::vector<uint64_t> offsets() const;
};
ReadStream ReadHeka(std::string bytes, const HekaReaderOptions& options = {},
                    size_t piece = 1 << 20, std::optional<Error> error = std::nullopt);

}  // namespace tarn::decode
