// A child process that does one task, and what it has said when it ends.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"

namespace tarn::derive {

/// How a worker ended.
struct WorkerEnd {
  int exit_status = 0;  ///< where `signal` is 0
  int signal = 0;       ///< that killed it
  std::string said;     ///< the end of what it wrote to stderr
};

/// Its stdout goes nowhere; its stderr is kept. Threads: one at a time.
class WorkerProcess {
 public:
  /// in       arguments: the first is the program's path
  /// errors   kNotFound (no such program), kIo
  static Result<std::unique_ptr<WorkerProcess>> Start(const std::vector<std::string>& arguments);
  /// Kills it where it has not ended.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// Becomes readable when the process has ended; for poll.
  int ended() const { return ended_; }
  /// Wait for its end.
  WorkerEnd Wait();

 private:
  WorkerProcess(pid_t process, int ended, int said)
      : process_(process), ended_(ended), said_(said) {}

  pid_t process_;
  int ended_;
  int said_;
};

}  // namespace tarn::derive
