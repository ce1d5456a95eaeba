#include "os/clock.h"

#include <sys/random.h>
#include <time.h>

#include <cerrno>

#include "base/format.h"
#include "base/invariant.h"

namespace tarn::os {
namespace {

int64_t MicrosOf(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

class KernelClock final : public Clock {
 public:
  int64_t NowMicros() override { return MicrosOf(CLOCK_REALTIME); }
  int64_t SteadyMicros() override { return MicrosOf(CLOCK_MONOTONIC); }
};

class KernelEntropy final : public Entropy {
 public:
  uint64_t Random64() override {
    uint64_t value = 0;
    ssize_t got = 0;
    do {
      got = ::getrandom(&value, sizeof value, 0);
    } while (got < 0 && errno == EINTR);
    INVARIANT(got == sizeof value, "the kernel gives 8 random bytes at once");
    return value;
  }
};

}  // namespace

Clock& SystemClock() {
  static KernelClock clock;
  return clock;
}

Entropy& SystemEntropy() {
  static KernelEntropy entropy;
  return entropy;
}

std::string RandomUuid(Entropy& entropy) {
  const uint64_t high = (entropy.Random64() & ~0xF000ull) | 0x4000ull;       // version 4
  const uint64_t low = (entropy.Random64() & ~(3ull << 62)) | (2ull << 62);  // variant 10
  return Format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFF);
}

}  // namespace tarn::os
