// How much memory a process may take.
#pragma once

#include <sys/resource.h>

#include <cstdint>

namespace tarn::os {

/// While it lives, this process's memory (RLIMIT_DATA: heap, stacks, what is mapped for writing)
/// grows by no more than so many bytes; what is beyond is refused, as bad_alloc. Programs that the
/// process starts have the limit too. In builds with AddressSanitizer, whose own memory has no
/// bounds, it does nothing.
/// Threads: one such object at a time, or one inside the other.
class DataLimit {
 public:
  explicit DataLimit(uint64_t bytes);
  ~DataLimit();
  DataLimit(const DataLimit&) = delete;
  DataLimit& operator=(const DataLimit&) = delete;

 private:
  rlimit before_{};
  bool is_set_ = false;
};

}  // namespace tarn::os
