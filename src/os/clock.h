// Time and randomness as interfaces: no room reads the machine's clock or entropy by itself, so
// tests can simulate both.
#pragma once

#include <cstdint>
#include <string>

namespace tarn::os {

/// Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall time, microseconds since 1970 UTC. It may jump either way: no decision about order or
  /// deletion rests on it.
  virtual int64_t NowMicros() = 0;
  /// Microseconds since some start, never going back.
  virtual int64_t SteadyMicros() = 0;
};

/// Threads: any.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual uint64_t Random64() = 0;
};

Clock& SystemClock();
Entropy& SystemEntropy();

/// A random UUID (version 4) in its 36-character text form.
std::string RandomUuid(Entropy& entropy);

}  // namespace tarn::os
