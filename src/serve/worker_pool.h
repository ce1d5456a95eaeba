// A few threads for work that may wait (catalog, queries), so that the server's loops never do.
#pragma once

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

#include "base/channel.h"
#include "serve/http_message.h"

namespace tarn::serve {

/// Threads: any. The destructor finishes what was taken.
class WorkerPool {
 public:
  /// in  threads ≥ 1; waiting_max: tasks that may stand in line
  WorkerPool(size_t threads, size_t waiting_max);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  using Task = std::function<void()>;
  /// Run a task soon. returns  false (not taken) where the line is full
  bool TryRun(Task task);
  /// Run a task that answers; where the line is full, the answer is kOverloaded.
  void RunOrRefuse(const Responder& responder, Task task);

 private:
  Channel<Task> tasks_;
  std::vector<std::jthread> threads_;
};

}  // namespace tarn::serve
