#include "bench/text_random.h"

#include "base/format.h"
#include "base/time.h"

namespace tarn::bench {

std::string TextRandom::Hex(size_t digits) { return Format("{:016x}", Next()).substr(0, digits); }

std::string TextRandom::Uuid() {
  const std::string a = Hex(16);
  const std::string b = Hex(16);
  return Format("{}-{}-4{}-{}-{}", a.substr(0, 8), a.substr(8, 4), a.substr(13), b.substr(0, 4),
                b.substr(4));
}

std::string TextRandom::Address() {
  const uint64_t bits = Next();
  return Format("{}.{}.{}.{}", 1 + bits % 223, (bits >> 16) % 256, (bits >> 32) % 256,
                1 + (bits >> 48) % 254);
}

std::string TextRandom::Time(uint64_t milliseconds_since_1970) {
  return FormatTimestamp(static_cast<int64_t>(milliseconds_since_1970) * 1000, TimeStyle::kIsoUtc)
             .substr(0, 23) +
         "Z";
}

std::string TextRandom::Real(uint64_t below, int decimals) {
  uint64_t units = 1;
  for (int i = 0; i < decimals; ++i) units *= 10;
  const uint64_t whole = Below(below);
  const uint64_t part = Below(units);
  // Without trailing zeros, as programs print doubles.
  std::string text = Format("{}.{:0{}}", whole, part, decimals);
  while (text.ends_with('0') && text[text.size() - 2] != '.') text.pop_back();
  return text;
}

std::string TextRandom::Latency(uint64_t below, int decimals) {
  return Percent(50) ? Real(below / 8 + 1, decimals) : Real(below, decimals);
}

}  // namespace tarn::bench
