// How many records and bytes a second each stream takes: counters, looked at once a second.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <thread>

#include "base/mutex.h"
#include "flow/streams.h"
#include "os/clock.h"

namespace tarn::serve {

struct StreamRate {
  double records_per_second = 0;
  double bytes_per_second = 0;
};

/// Threads: any.
class StreamRates {
 public:
  static constexpr int64_t kSpanMicros = 10'000'000;  ///< that rates are taken over

  /// in  streams, clock: lent for this object's life
  StreamRates(flow::Streams& streams, os::Clock& clock) : streams_(streams), clock_(clock) {}

  /// Look at the counters now.
  void Sample() EXCLUDES(mutex_);
  /// Between the newest look and the oldest one in the span; zero for a stream that is not known.
  StreamRate Of(StreamId stream) const EXCLUDES(mutex_);

 private:
  struct Counters {
    uint64_t records = 0;
    uint64_t bytes = 0;
  };
  struct Look {
    int64_t at_us = 0;
    std::map<StreamId, Counters> streams;
  };

  flow::Streams& streams_;
  os::Clock& clock_;
  mutable Mutex mutex_;
  std::deque<Look> looks_ GUARDED_BY(mutex_);
};

/// Calls Sample once a second, from a thread of its own, as long as it lives.
class RateSampler {
 public:
  explicit RateSampler(StreamRates& rates);
  ~RateSampler();
  RateSampler(const RateSampler&) = delete;
  RateSampler& operator=(const RateSampler&) = delete;

 private:
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace tarn::serve
