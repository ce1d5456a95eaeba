// What is read from front to back, or in ranges by several threads: files, pipes, stdin. Unlike
// File it reads into its caller's buffer, and a read that waits for a pipe can be ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"

namespace tarn::os {

/// An opened input.
/// Threads: one at a time for Read; any for ReadAt.
class Input {
 public:
  virtual ~Input() = default;

  /// Read the next bytes. returns  how many, 0 only at the end
  /// errors   kIo; kCancelled (a stop was asked for while a pipe had nothing)
  virtual Result<size_t> Read(char* out, size_t room) = 0;
  /// Regular files only. returns  fewer than `room` only at the end of the file; errors  kIo
  virtual Result<size_t> ReadAt(uint64_t offset, char* out, size_t room) = 0;

  bool is_regular() const { return is_regular_; }
  /// Of a regular file, as it was opened; else 0.
  uint64_t size_bytes() const { return size_bytes_; }

 protected:
  Input(bool is_regular, uint64_t size_bytes) : is_regular_(is_regular), size_bytes_(size_bytes) {}

 private:
  const bool is_regular_;
  const uint64_t size_bytes_;
};

/// in       path: `-` is stdin; stop: ends reads that wait
/// errors   kNotFound, kInvalid (a directory), kIo (not readable)
Result<std::unique_ptr<Input>> OpenInput(const std::string& path, const std::stop_token& stop);

/// The paths that a shell's pattern (`*`, `?`, `[…]`) matches, sorted.
/// errors   kNotFound: none; kIo
Result<std::vector<std::string>> MatchPaths(const std::string& pattern);

}  // namespace tarn::os
