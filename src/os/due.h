// Waiting until something is due, on clocks that a test rules.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "os/clock.h"

namespace tarn::os {

/// The earlier of the two; without either it never is.
struct Due {
  std::optional<int64_t> wall_us;   ///< a moment, as of a cron line
  std::optional<int64_t> after_us;  ///< so long from now on, however the wall clock is set
  friend bool operator==(const Due&, const Due&) = default;
};

enum class Waited : uint8_t {
  kDue,
  kClockWentBack,  ///< before the wait's begin: what is due at a moment is to be found anew
  kStopped,
};

/// Wait. A wall clock that is set is seen within a fifth of a second. Threads: any.
Waited WaitUntilDue(const Due& due, Clock& clock, const std::stop_token& stop);

}  // namespace tarn::os
