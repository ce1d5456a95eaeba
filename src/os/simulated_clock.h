// Time and randomness that a test rules: the clock moves only when told to, the entropy repeats for
// the same seed.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/clock.h"

namespace tarn::os {

/// Threads: any.
class FakeClock final : public Clock {
 public:
  /// in  now_us: the first wall time; 2026-01-01 where a test does not care
  explicit FakeClock(int64_t now_us = 1'767'225'600'000'000) : now_us_(now_us) {}

  int64_t NowMicros() override { return now_us_.load(); }
  int64_t SteadyMicros() override { return steady_us_.load(); }

  /// Let time pass: both clocks move.
  void Advance(int64_t micros) {
    now_us_.fetch_add(micros);
    steady_us_.fetch_add(micros);
  }
  /// Set the wall clock alone, forwards or backwards, as an operator or NTP does.
  void SetNow(int64_t now_us) { now_us_.store(now_us); }

 private:
  std::atomic<int64_t> now_us_;
  std::atomic<int64_t> steady_us_{0};
};

/// Threads: any; what each thread gets then depends on their order.
/// source   Sebastiano Vigna's splitmix64 (public domain)
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(uint64_t seed) : state_(seed) {}

  uint64_t Random64() override {
    uint64_t z = state_.fetch_add(kStep) + kStep;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

 private:
  static constexpr uint64_t kStep = 0x9E3779B97F4A7C15ull;
  std::atomic<uint64_t> state_;
};

}  // namespace tarn::os
