// A few threads that run what is handed to them. A table has at most two tasks, one that shapes and
// one that lands, so the queue is short.
#pragma once

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace tarn::flow {

/// Threads: Submit any.
class WorkPool {
 public:
  explicit WorkPool(size_t threads);
  ~WorkPool() { Stop(); }

  /// Drop what waits and what is still submitted, and wait for what runs.
  void Stop() EXCLUDES(mutex_);

  /// Run `task` on one of the threads, after those submitted before it have begun.
  void Submit(std::function<void()> task) EXCLUDES(mutex_);

 private:
  void Run();

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::jthread> threads_;
};

}  // namespace tarn::flow
