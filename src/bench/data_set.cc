#include "bench/data_set.h"

#include <utility>

#include "base/time.h"
#include "base/units.h"
#include "bench/random.h"

namespace tarn::bench {
namespace {

constexpr size_t kPieceBytes = 1 * kMiB;

}  // namespace

Status LineWriter::Line(std::string_view text) {
  piece_ += text;
  piece_ += '\n';
  if (piece_.size() < kPieceBytes) return {};
  return write_(std::exchange(piece_, {}));
}

Status LineWriter::Finish() { return write_(std::exchange(piece_, {})); }

std::string UserEvents::Next() {
  static constexpr std::string_view kTypes[] = {"page_view", "click", "api_call",
                                                "search",    "error", "purchase"};
  Random random(state_);
  state_ = random.Next();
  // One draw a statement: the order in which arguments are evaluated is the compiler's.
  const uint64_t draw = random.Below(100);
  const std::string_view type = draw < 5 ? kTypes[4] : kTypes[draw % 4];
  const uint64_t user = random.Below(kUsers);
  // In milliseconds: 32 bits of chance reach over 49 days of them.
  const auto at_us = static_cast<int64_t>(random.Below(static_cast<uint64_t>(span_us_ / 1000)));
  const uint64_t item = random.Below(50'000);
  const uint64_t thousandths = random.Below(2'000'000);
  const uint64_t high = random.Next();
  const uint64_t low = random.Next();
  return Format(
      R"({{"event_type":"{}","user_id":{},"event_timestamp":"{}","message":"item {} in /api/v1/orders","duration_ms":{}.{:03},"trace":"{:016x}{:016x}"}})",
      type, user, FormatTimestamp(first_us_ + at_us * 1000, TimeStyle::kIsoUtc), item,
      thousandths / 1000, thousandths % 1000, high, low);
}

}  // namespace tarn::bench
