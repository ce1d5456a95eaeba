// The launcher that is always there: tasks in processes of this machine, some at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"

namespace tarn::derive {

// What a worker's exit status says of its task.
inline constexpr int kTaskDone = 0;
inline constexpr int kTaskRetryable = 10;
inline constexpr int kTaskPermanent = 42;

struct PoolOptions {
  /// Program and arguments of a task's worker.
  std::function<std::vector<std::string>(size_t task)> command;
  size_t workers = 1;       ///< at a time
  size_t attempts_max = 3;  ///< of a task whose worker was killed, or said that it may succeed yet
  std::function<void(size_t task)> progress;  ///< called when one is done; empty: nobody looks
};

/// Run tasks 0..count-1. The first one that fails for good ends the run: the other workers are
/// killed.
///
/// in       stop: ends the run too
/// errors   kInvalid: what the worker said, or by which signal it was killed each time; kCancelled;
///          kIo, kNotFound: no worker could be started
Status RunTasks(size_t count, const PoolOptions& options, const std::stop_token& stop);

}  // namespace tarn::derive
