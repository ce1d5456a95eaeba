#include "feed/timing.h"

#include <algorithm>

namespace tarn::feed {

os::Due Timing::NextAfter(int64_t now_us, int failures) const {
  os::Due due;
  if (line) {
    due.wall_us = line->NextAfter(now_us);
  } else {
    due.after_us = poll_us;
  }
  if (failures == 0) return due;
  const int doublings = std::min(failures - 1, 16);
  const int64_t retry_us = std::min(kFirstRetryUs << doublings, kRetryUsMax);
  due.after_us = std::min(due.after_us.value_or(retry_us), retry_us);
  return due;
}

}  // namespace tarn::feed
