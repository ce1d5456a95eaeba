#include "feed/feeds.h"

#include <utility>

#include "base/log.h"

namespace tarn::feed {
namespace {

void LogFailure(const std::string& stream, const Error& error) {
  Log(LogLevel::kError, "feed", "a look at a source did not succeed; it is tried again",
      {{"stream", stream}, {"reason", error.message()}});
}

}  // namespace

Feeds::Feeds(std::vector<TimedFeed> feeds, os::Clock& clock)
    : feeds_(std::move(feeds)), clock_(clock) {
  for (const TimedFeed& feed : feeds_)
    threads_.emplace_back([this, &feed](const std::stop_token& stop) { Run(feed, stop); });
}

Feeds::~Feeds() { Stop(); }

void Feeds::Stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  for (std::jthread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Feeds::Run(const TimedFeed& feed, const std::stop_token& stop) {
  int failures = 0;
  do {
    const Status looked = feed.feed->Look(stop);
    if (stop.stop_requested()) return;
    failures = looked ? 0 : failures + 1;
    if (!looked) LogFailure(feed.feed->options().stream, looked.error());
  } while (Wait(feed.timing, failures, stop));
}

bool Feeds::Wait(const Timing& timing, int failures, const std::stop_token& stop) {
  os::Waited waited = os::Waited::kClockWentBack;
  while (waited == os::Waited::kClockWentBack)
    waited = os::WaitUntilDue(timing.NextAfter(clock_.NowMicros(), failures), clock_, stop);
  return waited == os::Waited::kDue;
}

const TimedFeed* Feeds::FindFeed(const std::string& stream) const {
  for (const TimedFeed& feed : feeds_) {
    if (feed.feed->options().stream == stream) return &feed;
  }
  return nullptr;
}

std::optional<FeedStatus> Feeds::Find(const std::string& stream) const {
  const TimedFeed* const feed = FindFeed(stream);
  if (feed == nullptr) return std::nullopt;
  return feed->feed->status();
}

Status Feeds::Health() const {
  for (const TimedFeed& feed : feeds_) {
    TRY(While(feed.feed->status().health, "source of stream '{}'", feed.feed->options().stream));
  }
  return {};
}

}  // namespace tarn::feed
