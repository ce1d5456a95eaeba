#include "load/worker_threads.h"

#include <optional>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace tarn::load {
namespace {

class FirstError {
 public:
  void Note(const Error& error) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (!error_) error_ = error;
  }
  Status Take() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (error_) return std::unexpected(*error_);
    return {};
  }

 private:
  Mutex mutex_;
  std::optional<Error> error_ GUARDED_BY(mutex_);
};

}  // namespace

Status RunOnThreads(size_t count, std::stop_source stop,
                    const std::function<Status(size_t)>& work) {
  FirstError failed;
  const auto run = [&](size_t number) {
    const auto done = Guard(ErrorKind::kInternal, [&] { return work(number); });
    const Status status = done ? *done : Status(std::unexpected(done.error()));
    if (status) return;
    failed.Note(status.error());  // before others end because of it
    stop.request_stop();
  };
  {
    std::vector<std::jthread> others;
    for (size_t i = 1; i < count; ++i) others.emplace_back([&run, i] { run(i); });
    run(0);
  }
  return failed.Take();
}

}  // namespace tarn::load
