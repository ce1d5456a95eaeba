// All continuous sources of a server, each with a thread of its own: one that waits for its store
// stops no other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "feed/feed.h"
#include "feed/timing.h"
#include "os/clock.h"

namespace tarn::feed {

/// One source and when it is looked at.
struct TimedFeed {
  std::unique_ptr<Feed> feed;
  Timing timing;
};

/// Threads: any.
class Feeds {
 public:
  /// Begin: each source is looked at now, and then when it is due. in  clock: lent
  Feeds(std::vector<TimedFeed> feeds, os::Clock& clock);
  /// As Stop.
  ~Feeds();

  /// End looks under way at their next object, and wait for them.
  void Stop();

  /// returns  how the source of a stream does; none: it has none
  std::optional<FeedStatus> Find(const std::string& stream) const;
  /// errors  of the first source whose last look did not succeed
  Status Health() const;

 private:
  const TimedFeed* FindFeed(const std::string& stream) const;
  void Run(const TimedFeed& feed, const std::stop_token& stop);
  /// returns  false: the server stops
  bool Wait(const Timing& timing, int failures, const std::stop_token& stop);

  const std::vector<TimedFeed> feeds_;
  os::Clock& clock_;
  std::vector<std::jthread> threads_;  // last: they use all of it
};

}  // namespace tarn::feed
