// One file, pipe or stdin as bytes from front to back, inflated where its first bytes are gzip's or
// zstd's.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "codec/stream_inflater.h"
#include "os/input.h"

namespace tarn::decode {

/// Bounds of one input.
struct ReadBounds {
  uint64_t inflated_max = std::numeric_limits<uint64_t>::max();
  std::stop_token stop;  ///< looked at with each read
};

/// Threads: one at a time; bytes_read, AddBytesRead and file().ReadAt: any.
class ByteInput {
 public:
  /// in       path: `-` is stdin; stop: ends reads that wait for a pipe
  /// errors   kNotFound, kInvalid (a directory), kIo
  static Result<std::unique_ptr<ByteInput>> Open(const std::string& path,
                                                 const std::stop_token& stop);
  /// in  name: for messages; file: nothing was read from it yet. errors  kIo, kCancelled
  static Result<std::unique_ptr<ByteInput>> Make(std::string name, std::unique_ptr<os::Input> file,
                                                 ReadBounds bounds = {});

  const std::string& name() const { return name_; }
  bool is_compressed() const { return inflater_ != nullptr; }
  bool is_regular() const { return file_->is_regular(); }
  /// Of the file as it lies, compressed or not; 0: not known.
  uint64_t size_bytes() const { return file_->size_bytes(); }
  /// Read so far, counted as size_bytes counts.
  uint64_t bytes_read() const { return bytes_read_.load(std::memory_order_relaxed); }

  /// The next bytes, inflated.
  ///
  /// returns  how many, 0 only at the end
  /// errors   kInvalid (compressed bytes that are not, or are cut short; all before them was
  ///          given), kTooLarge (zstd's window; more than `inflated_max`), kIo (also: the file
  ///          became shorter), kCancelled
  Result<size_t> Read(char* out, size_t room);

  /// How it begins, inflated; before the first Read, which gives the same bytes again.
  ///
  /// returns  at most `size` bytes, valid until that Read; fewer at the end, and before an error,
  ///          which is told by the Read that gets there
  std::string_view Peek(size_t size);

  /// For readers of text, before the first Read. errors  kInvalid: it is UTF-16
  Status RequireUtf8() const;
  /// The file itself, for reads at places of the reader's own choice, which it then counts.
  os::Input& file() { return *file_; }
  void AddBytesRead(uint64_t count) { bytes_read_.fetch_add(count, std::memory_order_relaxed); }

 private:
  ByteInput(std::string name, std::unique_ptr<os::Input> file, ReadBounds bounds)
      : name_(std::move(name)), file_(std::move(file)), bounds_(std::move(bounds)) {}

  Status Recognize();
  Result<size_t> ReadBounded(char* out, size_t room);
  Result<size_t> ReadInflated(char* out, size_t room);
  Result<size_t> ReadRaw(char* out, size_t room);

  const std::string name_;
  const std::unique_ptr<os::Input> file_;
  const ReadBounds bounds_;
  uint64_t inflated_ = 0;  // so far
  std::atomic<uint64_t> bytes_read_ = 0;

  std::string head_;  // read to recognize the compression, not yet given out
  std::unique_ptr<codec::StreamInflater> inflater_;
  std::unique_ptr<char[]> compressed_;
  std::string_view compressed_left_;  // in compressed_
  bool at_end_ = false;

  std::string peeked_;           // inflated, not yet given out
  std::optional<Error> behind_;  // what ended the peeking
};

}  // namespace tarn::decode
