#include "feed/timing.h"

#include <algorithm>

namespace tarn::feed {

int64_t Timing::NextAfter(int64_t ended_us, int failures) const {
  const int64_t regular_us = line ? line->NextAfter(ended_us) : ended_us + poll_us;
  if (failures == 0) return regular_us;
  const int doublings = std::min(failures - 1, 16);
  return std::min(regular_us, ended_us + std::min(kFirstRetryUs << doublings, kRetryUsMax));
}

}  // namespace tarn::feed
