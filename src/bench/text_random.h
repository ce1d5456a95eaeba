// Random texts for records. Integers only, so that they are the same on every machine.
#pragma once

#include <iterator>
#include <string>
#include <string_view>

#include "bench/random.h"

namespace tarn::bench {

/// Threads: one at a time.
class TextRandom : public Random {
 public:
  using Random::Random;

  uint64_t Between(uint64_t low, uint64_t high) { return low + Below(high - low + 1); }
  std::string_view Of(const auto& texts) { return texts[Below(std::size(texts))]; }
  const char* Truth(unsigned chance_percent) { return Percent(chance_percent) ? "true" : "false"; }

  /// returns  so many hexadecimal digits; digits: 1..16
  std::string Hex(size_t digits);
  std::string Uuid();
  std::string Address();
  /// returns  2026-03-01T00:00:00.123Z
  std::string Time(uint64_t milliseconds_since_1970);
  /// returns  0 up to below, with so many decimals; decimals: 1..6
  std::string Real(uint64_t below, int decimals);
  /// As Real, but half of them in the lowest eighth, as latencies are.
  std::string Latency(uint64_t below, int decimals);
};

}  // namespace tarn::bench
