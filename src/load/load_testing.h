// What tests of this room share: a directory, files in it, and what a conversion left there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "load/convert.h"

namespace tarn::load {

/// A directory of its own, removed at the end.
class TestDirectory {
 public:
  TestDirectory();
  ~TestDirectory();
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  /// returns  its path
  std::string Write(const std::string& name, const std::string& bytes) const;
  /// Everything in it at any depth, sorted, files and directories, relative.
  std::vector<std::string> Names() const;

 private:
  std::string path_;
};

/// NDJSON of `{"n":0,…}`, `{"n":1,…}`, …, with text of many lengths; every `bad_every`th line is
/// bad.
std::string NumberedLines(uint64_t begin, uint64_t end, uint64_t bad_every = 0);

}  // namespace tarn::load
