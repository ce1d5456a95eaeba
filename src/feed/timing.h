// When a source is looked at: every so often, or on a cron line; sooner again after a look that
// failed.
#pragma once

#include <cstdint>
#include <optional>

#include "base/cron_line.h"
#include "base/time.h"
#include "os/due.h"

namespace tarn::feed {

inline constexpr int64_t kFirstRetryUs = 5 * kMicrosPerSecond;
inline constexpr int64_t kRetryUsMax = 300 * kMicrosPerSecond;

/// A value. Threads: as any.
struct Timing {
  int64_t poll_us = 60 * kMicrosPerSecond;  ///< where there is no line
  std::optional<CronLine> line;

  /// When the next look is due: only a line depends on the wall clock.
  ///
  /// in  now_us: of the wall clock, the last look has just ended; failures: in a row, up to it
  os::Due NextAfter(int64_t now_us, int failures) const;
};

}  // namespace tarn::feed
