#include "serve/slow_clients.h"

namespace tarn::serve {

void SlowClients::GotRequest(ConnectionId connection, uint64_t bytes_received) {
  const auto found = connections_.find(connection);
  if (found != connections_.end()) found->second = {bytes_received, -1};
}

bool SlowClients::IsTooSlow(ConnectionId connection, uint64_t bytes_received, int64_t now_us) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return false;
  Progress& progress = found->second;
  const uint64_t partial_bytes = bytes_received - progress.complete_bytes;
  if (partial_bytes == 0) return false;
  if (partial_bytes > limits_.request_bytes_max) return true;
  if (progress.partial_since_us < 0) {
    progress.partial_since_us = now_us;
    return false;
  }
  const int64_t elapsed_us = now_us - progress.partial_since_us;
  if (elapsed_us < std::chrono::microseconds(limits_.slow_after).count()) return false;
  return partial_bytes <
         limits_.bytes_per_second_min * static_cast<uint64_t>(elapsed_us) / 1'000'000;
}

std::vector<SlowClients::ConnectionId> SlowClients::All() const {
  std::vector<ConnectionId> all;
  all.reserve(connections_.size());
  for (const auto& [connection, progress] : connections_) all.push_back(connection);
  return all;
}

}  // namespace tarn::serve
