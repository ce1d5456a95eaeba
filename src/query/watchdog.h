// Ends what has run too long: one thread watches every deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>

#include "base/mutex.h"

namespace tarn::query {

/// Threads: any.
class Watchdog {
 public:
  Watchdog();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Call `act` from the watchdog's thread once `time` is over, and again every kRepeat until the
  /// watch is dropped: a query that is just starting forgets an interrupt.
  ///
  /// in       act: quick, does not throw, does not touch the watchdog
  /// returns  the watch; once it is gone, `act` neither runs nor will run. It may outlive the
  /// watchdog
  std::shared_ptr<void> Watch(std::chrono::milliseconds time, std::function<void()> act);

  static constexpr std::chrono::milliseconds kRepeat{50};

 private:
  struct State;
  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace tarn::query
