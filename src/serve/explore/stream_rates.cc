#include "serve/explore/stream_rates.h"

#include <chrono>
#include <utility>

namespace tarn::serve {

void StreamRates::Sample() {
  Look look;
  for (const flow::StreamInfo& stream : streams_.List()) {
    look.streams[stream.id] = {stream.records, stream.bytes_received};
  }
  look.at_us = clock_.SteadyMicros();
  MutexLock lock(mutex_);
  while (!looks_.empty() && looks_.front().at_us < look.at_us - kSpanMicros) looks_.pop_front();
  looks_.push_back(std::move(look));
}

StreamRate StreamRates::Of(StreamId stream) const {
  MutexLock lock(mutex_);
  const Look* oldest = nullptr;
  for (const Look& look : looks_) {
    if (oldest == nullptr && look.streams.contains(stream)) oldest = &look;
  }
  if (oldest == nullptr || !looks_.back().streams.contains(stream)) return {};
  const double seconds = static_cast<double>(looks_.back().at_us - oldest->at_us) / 1e6;
  if (seconds <= 0) return {};
  const Counters& first = oldest->streams.at(stream);
  const Counters& last = looks_.back().streams.at(stream);
  return {static_cast<double>(last.records - first.records) / seconds,
          static_cast<double>(last.bytes - first.bytes) / seconds};
}

RateSampler::RateSampler(StreamRates& rates)
    : thread_([this, &rates] {
        while (true) {
          rates.Sample();
          MutexLock lock(mutex_);
          if (!stopping_) changed_.WaitFor(mutex_, std::chrono::seconds(1));
          if (stopping_) return;
        }
      }) {}

RateSampler::~RateSampler() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

}  // namespace tarn::serve
