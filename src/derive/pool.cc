#include "derive/pool.h"

#include <poll.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>

#include "derive/worker_process.h"

namespace tarn::derive {
namespace {

constexpr int kLookForStopMs = 100;

struct Attempt {
  size_t task = 0;
  size_t number = 1;
  std::unique_ptr<WorkerProcess> worker;
};

/// The last line that a worker said, without the program's name.
std::string LastLine(std::string_view said) {
  while (said.ends_with('\n')) said.remove_suffix(1);
  said.remove_prefix(said.rfind('\n') + 1);  // npos + 1 is 0
  constexpr std::string_view kProgram = "tarn: ";
  if (said.starts_with(kProgram)) said.remove_prefix(kProgram.size());
  return said.empty() ? "it did not say why" : std::string(said);
}

std::string EndText(const WorkerEnd& end) {
  if (end.signal == 0) return LastLine(end.said);
  const std::string last = end.said.empty() ? "" : Format("{}; ", LastLine(end.said));
  return Format("{}its worker was killed by signal {}", last, end.signal);
}

class Pool {
 public:
  Pool(size_t count, const PoolOptions& options) : options_(options) {
    for (size_t task = 0; task < count; ++task) waiting_.push_back({.task = task, .worker = {}});
  }

  Status Run(const std::stop_token& stop) {
    while (!waiting_.empty() || !running_.empty()) {
      if (stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the run was ended");
      TRY(StartSome());
      WaitForOne();
      TRY(TakeEnded());
    }
    return {};
  }

 private:
  Status StartSome() {
    while (running_.size() < std::max<size_t>(options_.workers, 1) && !waiting_.empty()) {
      Attempt attempt = std::move(waiting_.front());
      waiting_.pop_front();
      attempt.worker = TRY(WorkerProcess::Start(options_.command(attempt.task)));
      Tell({TaskEvent::Kind::kBegun, attempt.task, attempt.number, ""});
      running_.push_back(std::move(attempt));
    }
    return {};
  }

  void WaitForOne() {
    polled_.clear();
    for (const Attempt& attempt : running_)
      polled_.push_back({.fd = attempt.worker->ended(), .events = POLLIN, .revents = 0});
    poll(polled_.data(), polled_.size(), kLookForStopMs);
  }

  Status TakeEnded() {
    for (size_t i = running_.size(); i-- > 0;) {
      if (polled_[i].revents == 0) continue;
      Attempt attempt = std::move(running_[i]);
      running_.erase(running_.begin() + static_cast<ptrdiff_t>(i));
      TRY(Take(std::move(attempt)));
    }
    return {};
  }

  Status Take(Attempt attempt) {
    const WorkerEnd end = attempt.worker->Wait();
    if (end.signal == 0 && end.exit_status == kTaskDone) {
      Tell({TaskEvent::Kind::kDone, attempt.task, attempt.number, ""});
      return {};
    }
    const std::string problem = EndText(end);
    Tell({TaskEvent::Kind::kFailed, attempt.task, attempt.number, problem});
    const bool may_retry = end.signal != 0 || end.exit_status == kTaskRetryable;
    if (!may_retry) return Fail(ErrorKind::kInvalid, "task {}: {}", attempt.task, problem);
    if (attempt.number == options_.attempts_max) {
      return Fail(ErrorKind::kInvalid, "task {}: {}, in each of {} attempts", attempt.task, problem,
                  options_.attempts_max);
    }
    waiting_.push_back({.task = attempt.task, .number = attempt.number + 1, .worker = {}});
    return {};
  }

  void Tell(const TaskEvent& event) const {
    if (options_.tell) options_.tell(event);
  }

  const PoolOptions& options_;
  std::deque<Attempt> waiting_;
  std::vector<Attempt> running_;
  std::vector<pollfd> polled_;  // one a running attempt, in their order
};

}  // namespace

Status RunTasks(size_t count, const PoolOptions& options, const std::stop_token& stop) {
  return Pool(count, options).Run(stop);
}

}  // namespace tarn::derive
