// A piece of an input in memory that moves from front to back: as much as the reader asks for can
// be seen at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "decode/byte_input.h"

namespace tarn::decode {

/// An input that ends in an error has, until all before it was seen, ended. Threads: one at a time.
class ByteWindow {
 public:
  explicit ByteWindow(std::unique_ptr<ByteInput> input) : input_(std::move(input)) {}

  const ByteInput& input() const { return *input_; }
  /// Of the window's front in the input, inflated.
  uint64_t offset() const { return offset_; }
  /// What is in memory; valid until the next Fill.
  std::string_view view() const { return {memory_.get() + begin_, end_ - begin_}; }

  /// Have at least this many bytes in view, where the input has them. Memory is at most that, and
  /// a MiB.
  /// returns  false: the input ends before
  bool Fill(size_t size);

  /// Move the front. in  size: within the view
  void Skip(size_t size) {
    begin_ += size;
    offset_ += size;
  }

  /// The error that the input ended in, if it did; told once.
  Status TakeError();

 private:
  void MakeRoom(size_t wanted);

  const std::unique_ptr<ByteInput> input_;
  std::unique_ptr<char[]> memory_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t offset_ = 0;
  bool at_end_ = false;
  std::optional<Error> error_;
};

}  // namespace tarn::decode
