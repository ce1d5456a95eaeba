// std::mutex with clang's thread-safety annotations. GCC ignores them; `./dev tidy` runs clang over
// them and fails on a guarded member that is touched without its lock.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define TARN_THREAD(x) __attribute__((x))
#else
#define TARN_THREAD(x)
#endif

#define GUARDED_BY(x) TARN_THREAD(guarded_by(x))
#define REQUIRES(...) TARN_THREAD(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) TARN_THREAD(locks_excluded(__VA_ARGS__))

namespace tarn {

class TARN_THREAD(capability("mutex")) Mutex {
 public:
  void Lock() TARN_THREAD(acquire_capability()) { mutex_.lock(); }
  void Unlock() TARN_THREAD(release_capability()) { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

/// Holds a Mutex from here to the end of the scope.
class TARN_THREAD(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) TARN_THREAD(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() TARN_THREAD(release_capability()) { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits for a change under a Mutex. Spurious wake-ups happen: wait in a loop.
class CondVar {
 public:
  void Wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  /// returns  false when the time is over
  bool WaitFor(Mutex& mutex, std::chrono::nanoseconds duration) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const auto outcome = condition_.wait_for(lock, duration);
    lock.release();
    return outcome == std::cv_status::no_timeout;
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace tarn
