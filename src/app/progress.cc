#include "app/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "base/format.h"
#include "os/clock.h"

namespace tarn::app {
namespace {

constexpr int64_t kDrawEveryUs = 100'000;
constexpr uint64_t kBarWidth = 24;

}  // namespace

std::string ByteText(uint64_t bytes) {
  if (bytes < 1000) return Format("{} B", bytes);
  double value = static_cast<double>(bytes);
  const char* unit = "B";
  for (const char* next : {"KB", "MB", "GB", "TB"}) {
    if (value < 1000) break;
    value /= 1000;
    unit = next;
  }
  return Format("{:.1f} {}", value, unit);
}

Progress::Progress(std::string title, uint64_t total, std::string unit)
    : title_(std::move(title)),
      total_(total),
      unit_(std::move(unit)),
      visible_(isatty(STDERR_FILENO) == 1),
      begin_us_(os::SystemClock().SteadyMicros()) {}

Progress::~Progress() {
  if (visible_ && drawn_us_ != 0) std::fputs("\r\x1b[K", stderr);
}

void Progress::Update(uint64_t done) {
  done_ = done;
  if (!visible_) return;
  const int64_t now_us = os::SystemClock().SteadyMicros();
  if (now_us - drawn_us_ < kDrawEveryUs) return;
  drawn_us_ = now_us;
  Draw(now_us);
}

void Progress::Draw(int64_t now_us) {
  const double seconds = static_cast<double>(now_us - begin_us_) / 1e6 + 1e-9;
  const double rate = static_cast<double>(done_) / seconds;
  const auto amount = [&](double value) {
    return unit_ == "B" ? ByteText(static_cast<uint64_t>(value))
                        : Format("{:.0f} {}", value, unit_);
  };
  std::string line = title_;
  if (total_ > 0) {
    const uint64_t filled = kBarWidth * done_ / total_;
    line += Format(" [{}{}] {:3} %", std::string(filled, '#'), std::string(kBarWidth - filled, '-'),
                   100 * done_ / total_);
  } else {
    line += " " + amount(static_cast<double>(done_));
  }
  line += Format("  {}/s", amount(rate));
  if (total_ > 0 && rate > 0)
    line += Format("  {:.0f} s left", static_cast<double>(total_ - done_) / rate);
  std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
  std::fflush(stderr);
}

}  // namespace tarn::app
