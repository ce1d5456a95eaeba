// A bounded queue between threads: the only way values move from one to another here.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "base/mutex.h"

namespace tarn {

/// A first-in first-out queue with a limit.
/// Threads: any number may send and receive.
template <class T>
class Channel {
 public:
  explicit Channel(size_t items_max) : items_max_(items_max) {}

  /// Wait for room, then add. returns  false (item dropped) once the channel is closed
  bool Send(T item) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (!closed_ && items_.size() >= items_max_) changed_.Wait(mutex_);
    if (closed_) return false;
    items_.push_back(std::move(item));
    changed_.NotifyAll();
    return true;
  }

  /// Add if there is room now. returns  false where full or closed; the item is then untouched
  bool TrySend(T& item) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (closed_ || items_.size() >= items_max_) return false;
    items_.push_back(std::move(item));
    changed_.NotifyAll();
    return true;
  }

  /// Wait for the next item. returns  none once the channel is closed and empty
  std::optional<T> Receive() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (!closed_ && items_.empty()) changed_.Wait(mutex_);
    return TakeFront();
  }

  /// As Receive, but returns none when the time is over.
  std::optional<T> ReceiveFor(std::chrono::nanoseconds duration) EXCLUDES(mutex_) {
    const auto deadline = std::chrono::steady_clock::now() + duration;
    MutexLock lock(mutex_);
    while (!closed_ && items_.empty()) {
      const auto now = std::chrono::steady_clock::now();
      if (now >= deadline) break;
      changed_.WaitFor(mutex_, deadline - now);
    }
    return TakeFront();
  }

  /// Refuse further items; what is inside can still be received.
  void Close() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    closed_ = true;
    changed_.NotifyAll();
  }

  size_t size() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return items_.size();
  }

 private:
  std::optional<T> TakeFront() REQUIRES(mutex_) {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    changed_.NotifyAll();
    return item;
  }

  const size_t items_max_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<T> items_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace tarn
