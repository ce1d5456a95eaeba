#include "serve/client_presence.h"

#include <utility>

namespace tarn::serve {

bool ClientPresence::is_gone() const {
  MutexLock lock(mutex_);
  return gone_;
}

std::shared_ptr<void> ClientPresence::WhenGone(std::function<void()> act) {
  MutexLock lock(mutex_);
  if (gone_) {
    act();
    return nullptr;
  }
  const uint64_t number = next_++;
  watches_.emplace(number, std::move(act));
  return {nullptr, [this, number](void*) {
            MutexLock relock(mutex_);
            watches_.erase(number);
          }};
}

void ClientPresence::Leave() {
  MutexLock lock(mutex_);
  gone_ = true;
  for (const auto& [number, act] : watches_) act();
}

}  // namespace tarn::serve
