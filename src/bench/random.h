// A small random generator whose numbers are the same on every machine: integers only.
#pragma once

#include <cstdint>

namespace tarn::bench {

/// SplitMix64: good enough for test data, one multiplication chain a number.
/// source  Sebastiano Vigna, public domain
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  /// returns  0 … below - 1, with a bias under 2^-32. in  below: 1 … 2^32
  uint64_t Below(uint64_t below) { return ((Next() >> 32) * below) >> 32; }
  bool Percent(unsigned chance) { return Below(100) < chance; }

 private:
  uint64_t state_;
};

}  // namespace tarn::bench
