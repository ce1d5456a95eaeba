// One file, pipe or stdin as JSON values one after another, with or without white space between
// them: what Firehose leaves in a bucket, and what pretty-printers write.
#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "decode/byte_window.h"
#include "schema/record.h"

namespace tarn::decode {

inline constexpr size_t kValueBytesMax =
    32 * kMiB;  ///< of one value; a longer one ends the reading

/// Values are found by their quotes and brackets alone; what stands between them is for whoever
/// shapes it. What is no value, a word or a bracket too many, is a record all the same, up to the
/// next white space, quote or opening bracket; so is a value that the input's end cuts short.
/// Threads: one at a time.
class ValueInput {
 public:
  /// in       path: plain, gzip or zstd by its first bytes; `-` is stdin
  ///          stop: ends reads that wait for a pipe
  /// errors   kNotFound, kInvalid (a directory, UTF-16), kIo, kCancelled
  static Result<std::unique_ptr<ValueInput>> Open(const std::string& path,
                                                  const std::stop_token& stop);
  /// in  input: nothing was read from it yet. errors  kInvalid (UTF-16)
  static Result<std::unique_ptr<ValueInput>> Make(std::unique_ptr<ByteInput> input);

  const std::string& name() const { return window_.input().name(); }
  /// Of the file as it lies, and how much of that was read.
  uint64_t size_bytes() const { return window_.input().size_bytes(); }
  uint64_t bytes_read() const { return window_.input().bytes_read(); }

  /// Read some more values, about a MiB of them.
  ///
  /// in       records: replaced; each is valid until the next call, its `lsn` holds its offset in
  ///          the input
  /// returns  false at the end
  /// errors   all values before it were given: kInvalid (compressed bytes that are not, or are cut
  ///          short), kTooLarge (a value over kValueBytesMax), kIo, kCancelled
  Result<bool> Next(std::vector<schema::RecordView>* records);

 private:
  explicit ValueInput(std::unique_ptr<ByteInput> input) : window_(std::move(input)) {}

  Status CheckSize(size_t begin, size_t end) const;

  ByteWindow window_;
  size_t given_bytes_ = 0;  // at the window's front, that the last records lie in
};

}  // namespace tarn::decode
