// The inputs that a user named: paths, patterns, stdin.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "os/files.h"

namespace tarn::load {

struct InputPaths {
  std::vector<std::string> paths;  ///< of files and pipes; `-` is stdin
  uint64_t bytes_total = 0;        ///< as they lie; 0: not known
};

/// in       named: paths, or patterns with `*`, `?`, `[…]` where no file has that very name
/// errors   kNotFound (a path; a pattern that matches no file), kInvalid (none, a directory, one
///          named twice), kTooLarge (over kInputsMax), kIo
Result<InputPaths> FindInputs(const std::vector<std::string>& named, os::Files& files);

}  // namespace tarn::load
