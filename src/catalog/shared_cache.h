// Immutable things by name, kept up to a budget of bytes; what was used longest ago goes first.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/mutex.h"

namespace tarn::catalog {

/// Threads: any.
template <class T>
class SharedCache {
 public:
  explicit SharedCache(size_t bytes_max) : bytes_max_(bytes_max) {}

  /// returns  nullptr where it is not (any more) here
  std::shared_ptr<const T> Find(const std::string& name) {
    MutexLock lock(mutex_);
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return nullptr;
    used_.splice(used_.begin(), used_, found->second);
    return found->second->thing;
  }

  /// Keep it, unless it is larger than the budget. A name that is here already stays as it is.
  void Add(const std::string& name, std::shared_ptr<const T> thing, size_t bytes) {
    MutexLock lock(mutex_);
    if (bytes > bytes_max_ || by_name_.contains(name)) return;
    used_.push_front({name, std::move(thing), bytes});
    by_name_[name] = used_.begin();
    bytes_ += bytes;
    while (bytes_ > bytes_max_) {
      bytes_ -= used_.back().bytes;
      by_name_.erase(used_.back().name);
      used_.pop_back();
    }
  }

 private:
  struct Entry {
    std::string name;
    std::shared_ptr<const T> thing;
    size_t bytes;
  };

  const size_t bytes_max_;
  Mutex mutex_;
  std::list<Entry> used_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, typename std::list<Entry>::iterator> by_name_ GUARDED_BY(mutex_);
  size_t bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace tarn::catalog
