#include "query/watchdog.h"

#include <utility>

namespace tarn::query {
namespace {
using Clock = std::chrono::steady_clock;
}

struct Watchdog::State {
  struct Entry {
    Clock::time_point due;
    std::function<void()> act;
  };

  Mutex mutex;
  CondVar changed;
  uint64_t next_id GUARDED_BY(mutex) = 0;
  std::map<uint64_t, Entry> entries GUARDED_BY(mutex);
  bool stopped GUARDED_BY(mutex) = false;

  /// Act where it is time. returns  when to look again
  Clock::time_point ActOnDue() REQUIRES(mutex) {
    const Clock::time_point now = Clock::now();
    Clock::time_point next = now + std::chrono::hours(1);
    for (auto& [id, entry] : entries) {
      if (entry.due <= now) {
        entry.act();
        entry.due = now + kRepeat;
      }
      next = std::min(next, entry.due);
    }
    return next;
  }

  void Run() EXCLUDES(mutex) {
    MutexLock lock(mutex);
    while (!stopped) {
      const Clock::time_point next = ActOnDue();
      changed.WaitFor(mutex, next - Clock::now());
    }
  }
};

Watchdog::Watchdog()
    : state_(std::make_shared<State>()), thread_([state = state_] { state->Run(); }) {}

Watchdog::~Watchdog() {
  {
    MutexLock lock(state_->mutex);
    state_->stopped = true;
    state_->changed.NotifyAll();
  }
  thread_.join();
}

std::shared_ptr<void> Watchdog::Watch(std::chrono::milliseconds time, std::function<void()> act) {
  MutexLock lock(state_->mutex);
  const uint64_t id = state_->next_id++;
  state_->entries.emplace(id, State::Entry{Clock::now() + time, std::move(act)});
  state_->changed.NotifyAll();
  return std::shared_ptr<void>(nullptr, [state = state_, id](std::nullptr_t) {
    MutexLock drop(state->mutex);
    state->entries.erase(id);
  });
}

}  // namespace tarn::query
