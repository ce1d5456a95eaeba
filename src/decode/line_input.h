// One file, pipe or stdin as blocks of whole lines, inflated where its first bytes are gzip's or
// zstd's.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "codec/stream_inflater.h"
#include "decode/line_block.h"
#include "os/input.h"

namespace tarn::decode {

/// An input, read in one of two ways: front to back by Next, or, where it is divisible, in ranges
/// by a RangeReader each.
/// Threads: one at a time; counters and RangeReaders: any.
class LineInput {
 public:
  /// in       path: `-` is stdin; stop: ends reads that wait for a pipe
  /// errors   kNotFound, kInvalid (a directory, UTF-16), kIo
  static Result<std::unique_ptr<LineInput>> Open(const std::string& path, std::stop_token stop);

  const std::string& name() const { return name_; }
  /// A regular file that is not compressed.
  bool is_divisible() const { return is_divisible_; }
  /// Of the file as it lies, compressed or not; 0: not known.
  uint64_t size_bytes() const { return input_->size_bytes(); }
  /// Read so far, counted as size_bytes counts.
  uint64_t bytes_read() const { return bytes_read_.load(std::memory_order_relaxed); }

  /// Read the next lines, about kBlockBytes.
  ///
  /// returns  false at the end
  /// errors   kInvalid (compressed bytes that are not, or are cut short), kTooLarge (a line over
  ///          kLineBytesMax), kIo, kCancelled
  Result<bool> Next(LineBlock* block);

 private:
  friend class RangeReader;
  LineInput(std::string name, std::unique_ptr<os::Input> input)
      : name_(std::move(name)), input_(std::move(input)) {}

  Status Recognize();
  Result<size_t> ReadRaw(char* out, size_t room);
  Result<size_t> ReadInflated(char* out, size_t room);

  const std::string name_;
  const std::unique_ptr<os::Input> input_;
  bool is_divisible_ = false;
  std::atomic<uint64_t> bytes_read_ = 0;

  std::string head_;  // read to recognize the compression, not yet given out
  std::unique_ptr<codec::StreamInflater> inflater_;
  std::unique_ptr<char[]> compressed_;
  std::string_view compressed_left_;  // in compressed_
  bool at_end_ = false;

  std::string carry_;    // the beginning of a line, after the last block
  uint64_t offset_ = 0;  // of carry_
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
