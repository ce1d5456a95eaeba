// The reference events: user sessions that walk a Markov chain, as NDJSON. Same seed, same bytes,
// on any machine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tarn::app {

inline constexpr uint64_t kSessionsMax =
    2'000'000;  ///< they are shuffled in memory, about 1.8 KB a session

/// Make the events of so many sessions, shuffled, each a line.
///
/// in       sessions: 1..kSessionsMax; write: gets the text in large pieces and may refuse
/// returns  how many events
/// errors   what `write` returned
Result<uint64_t> GenerateSessions(uint64_t sessions, uint64_t seed,
                                  const std::function<Status(std::string_view)>& write);

/// Ten sensors with 25,000 samples each (sensor_id, event_time, measure), each a line.
Result<uint64_t> GenerateSensors(uint64_t seed,
                                 const std::function<Status(std::string_view)>& write);

}  // namespace tarn::app
