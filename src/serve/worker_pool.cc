#include "serve/worker_pool.h"

#include <utility>

#include "base/error.h"
#include "base/log.h"

namespace tarn::serve {
namespace {

void RunTasks(Channel<WorkerPool::Task>* tasks) {
  while (auto task = tasks->Receive()) {
    const auto outcome = Guard(ErrorKind::kInternal, *task);
    if (!outcome) {
      Log(LogLevel::kError, "serve", "a task threw", {{"error", outcome.error().message()}});
    }
  }
}

}  // namespace

WorkerPool::WorkerPool(size_t threads, size_t waiting_max) : tasks_(waiting_max) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { RunTasks(&tasks_); });
}

WorkerPool::~WorkerPool() { tasks_.Close(); }

bool WorkerPool::TryRun(Task task) { return tasks_.TrySend(task); }

void WorkerPool::RunOrRefuse(const Responder& responder, Task task) {
  if (TryRun(std::move(task))) return;
  responder.Send(
      ErrorReply(Error(ErrorKind::kOverloaded, "too many questions at once: try again")));
}

}  // namespace tarn::serve
