#include "os/data_limit.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace tarn::os {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kHasSanitizer = true;
#elif defined(__has_feature)
constexpr bool kHasSanitizer = __has_feature(address_sanitizer);
#else
constexpr bool kHasSanitizer = false;
#endif

/// What the kernel counts against the limit, in bytes. returns  0: it does not say
uint64_t DataBytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  unsigned long long pages = 0;  // size, resident, shared, text, library, then data and stacks
  const int read = std::fscanf(file, "%*u %*u %*u %*u %*u %llu", &pages);
  std::fclose(file);
  return read == 1 ? pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace

DataLimit::DataLimit(uint64_t bytes) {
  const uint64_t now = DataBytes();
  if (kHasSanitizer || now == 0 || ::getrlimit(RLIMIT_DATA, &before_) != 0) return;
  rlimit limit = before_;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_cur, now + bytes);
  is_set_ = ::setrlimit(RLIMIT_DATA, &limit) == 0;
}

DataLimit::~DataLimit() {
  if (is_set_) ::setrlimit(RLIMIT_DATA, &before_);
}

}  // namespace tarn::os
