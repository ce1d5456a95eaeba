// A file or stdout that a command writes to, compressed where asked for.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "codec/compression.h"

namespace tarn::app {

/// Gathers what is written in a few MiB. Compressed output is a gzip member, or a zstd frame, for
/// each of those, which readers take as one stream. Threads: one at a time.
class OutputFile {
 public:
  /// in  path: `-` is stdout. A file appears, or is replaced, by Finish: until then it is
  ///     `<path>.part`. Of a symbolic link that is the file it leads to. What is no regular file, a
  ///     pipe or a device, is written to as it is
  /// errors  kNotFound, kIo
  static Result<std::unique_ptr<OutputFile>> Open(const std::string& path,
                                                  codec::Compression compression);
  ~OutputFile();  ///< without Finish nothing is left of a file
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// errors   kIo
  Status Write(std::string_view bytes);
  /// Write what is left. errors  kIo
  Status Finish();

 private:
  OutputFile(std::string path, std::string part, codec::Compression compression, std::FILE* file)
      : path_(std::move(path)), part_(std::move(part)), compression_(compression), file_(file) {}

  Status Flush();
  std::unexpected<Error> FailToWrite() const;

  const std::string path_;
  const std::string part_;  // the name until Finish; empty: path_ is written to directly
  const codec::Compression compression_;
  std::FILE* file_;  // nullptr once finished
  std::string gathered_;
  bool has_written_ = false;
};

}  // namespace tarn::app
