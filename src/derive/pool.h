// The launcher that is always there: tasks in processes of this machine, some at a time.
#pragma once

#include <cstddef>
#include <cstdint>
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

/// What has become of a task's attempt.
struct TaskEvent {
  enum class Kind : uint8_t {
    kBegun,
    kDone,
    kFailed,  ///< another attempt may follow
  };
  Kind kind = Kind::kBegun;
  size_t task = 0;
  size_t attempt = 1;
  std::string problem;  ///< of a failed one: what the worker said, or which signal killed it
};

struct PoolOptions {
  /// Program and arguments of a task's worker.
  std::function<std::vector<std::string>(size_t task)> command;
  size_t workers = 1;       ///< at a time
  size_t attempts_max = 3;  ///< of a task whose worker was killed, or said that it may succeed yet
  std::function<void(const TaskEvent&)> tell;  ///< in the order of events; empty: nobody looks
};

/// Run tasks 0..count-1. The first one that fails for good ends the run: the other workers are
/// killed.
///
/// in       stop: ends the run too
/// errors   kInvalid: what the worker said, or by which signal it was killed each time; kCancelled;
///          kIo, kNotFound: no worker could be started
Status RunTasks(size_t count, const PoolOptions& options, const std::stop_token& stop);

}  // namespace tarn::derive
