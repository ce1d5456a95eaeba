// Whether the client of a request is still there: work for one that has left is stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/mutex.h"

namespace tarn::serve {

/// Threads: any.
class ClientPresence {
 public:
  bool is_gone() const EXCLUDES(mutex_);

  /// Call `act` once when the client leaves; now, where it has left.
  ///
  /// in       act: quick, does not throw, does not touch this object
  /// returns  the watch; once it is gone, `act` neither runs nor will run. It must not outlive this
  ///          object
  [[nodiscard]] std::shared_ptr<void> WhenGone(std::function<void()> act) EXCLUDES(mutex_);

  /// The client has left: say it to all who watch.
  void Leave() EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  bool gone_ GUARDED_BY(mutex_) = false;
  uint64_t next_ GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, std::function<void()>> watches_ GUARDED_BY(mutex_);
};

}  // namespace tarn::serve
