#include "feed/feeds.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"

namespace tarn::feed {
namespace {

/// The wall clock may be set meanwhile: it is looked at again after so long.
constexpr int64_t kWaitUsMax = kMicrosPerSecond;

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
  {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  }
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
  } while (WaitUntil(feed.timing.NextAfter(clock_.NowMicros(), failures), stop));
}

bool Feeds::WaitUntil(int64_t due_us, const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (!stop.stop_requested()) {
    const int64_t left_us = due_us - clock_.NowMicros();
    if (left_us <= 0) return true;
    changed_.WaitFor(mutex_, std::chrono::microseconds(std::min(left_us, kWaitUsMax)));
  }
  return false;
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
