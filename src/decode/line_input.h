// One file, pipe or stdin as blocks of whole lines, inflated where its first bytes are gzip's or
// zstd's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "decode/byte_input.h"
#include "decode/line_block.h"

namespace tarn::decode {

/// An input, read in one of two ways: front to back by Next, or, where it is divisible, in ranges
/// by a RangeReader each.
/// Threads: one at a time; counters and RangeReaders: any.
class LineInput {
 public:
  /// in       path: `-` is stdin; stop: ends reads that wait for a pipe
  /// errors   kNotFound, kInvalid (a directory, UTF-16), kIo
  static Result<std::unique_ptr<LineInput>> Open(const std::string& path,
                                                 const std::stop_token& stop);
  /// in  input: nothing was read from it yet. errors  kInvalid (UTF-16)
  static Result<std::unique_ptr<LineInput>> Make(std::unique_ptr<ByteInput> input);

  const std::string& name() const { return input_->name(); }
  /// A file, no pipe.
  bool is_regular() const { return input_->is_regular(); }
  /// A regular file that is not compressed.
  bool is_divisible() const { return is_divisible_; }
  /// Of the file as it lies, compressed or not; 0: not known.
  uint64_t size_bytes() const { return input_->size_bytes(); }
  /// Read so far, counted as size_bytes counts.
  uint64_t bytes_read() const { return input_->bytes_read(); }

  /// Read the next lines, about kBlockBytes.
  ///
  /// returns  false at the end
  /// errors   all whole lines before it were given: kInvalid (compressed bytes that are not, or are
  ///          cut short), kTooLarge (a line over kLineBytesMax), kIo, kCancelled
  Result<bool> Next(LineBlock* block);

 private:
  friend class RangeReader;
  explicit LineInput(std::unique_ptr<ByteInput> input);

  const std::unique_ptr<ByteInput> input_;
  const bool is_divisible_;
  std::string carry_;    // the beginning of a line, after the last block
  uint64_t offset_ = 0;  // of carry_
  std::optional<Error> ended_by_;
};

/// The lines of a divisible input that begin within a range of its bytes. Adjacent ranges give
/// each line once.
/// Threads: one at a time.
class RangeReader {
 public:
  /// in  input: lent
  RangeReader(LineInput& input, uint64_t begin, uint64_t end);

  /// As LineInput::Next. errors  kIo: also where the file became shorter
  Result<bool> Next(LineBlock* block);

 private:
  Status FindFirstLine(LineBlock* block);
  Result<size_t> Read(uint64_t offset, char* out, size_t room);

  LineInput& input_;
  uint64_t position_;
  const uint64_t end_;
  bool at_line_ = false;  ///< a line begins at position_
};

}  // namespace tarn::decode
