#include "os/due.h"

#include <algorithm>
#include <chrono>

#include "base/mutex.h"

namespace tarn::os {
namespace {

/// Nobody tells when a clock is set: they are looked at again after so long.
constexpr int64_t kLookEveryUs = 200'000;

}  // namespace

Waited WaitUntilDue(const Due& due, Clock& clock, const std::stop_token& stop) {
  Mutex mutex;
  CondVar stopped;
  const std::stop_callback wake(stop, [&] {
    MutexLock lock(mutex);
    stopped.NotifyAll();
  });
  const int64_t began_us = clock.NowMicros();
  const int64_t began_steady_us = clock.SteadyMicros();
  MutexLock lock(mutex);
  while (!stop.stop_requested()) {
    const int64_t now_us = clock.NowMicros();
    if (due.wall_us && now_us < began_us) return Waited::kClockWentBack;
    int64_t left_us = kLookEveryUs;
    if (due.wall_us) left_us = std::min(left_us, *due.wall_us - now_us);
    if (due.after_us)
      left_us = std::min(left_us, began_steady_us + *due.after_us - clock.SteadyMicros());
    if (left_us <= 0) return Waited::kDue;
    stopped.WaitFor(mutex, std::chrono::microseconds(left_us));
  }
  return Waited::kStopped;
}

}  // namespace tarn::os
