// Which connections bring their request too slowly, or too much of it. Arithmetic only: the server
// tells what it sees.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace tarn::serve {

struct SlowClientLimits {
  std::chrono::seconds slow_after{10};
  size_t bytes_per_second_min = 1000;
  size_t request_bytes_max = 0;  ///< headers and body
};

/// The connections of one event loop.
/// Threads: its loop's only.
class SlowClients {
 public:
  using ConnectionId = const void*;

  explicit SlowClients(SlowClientLimits limits) : limits_(limits) {}

  void Opened(ConnectionId connection) { connections_.emplace(connection, Progress{}); }
  void Closed(ConnectionId connection) { connections_.erase(connection); }
  /// A request is complete. in  bytes_received: by the connection, in all
  void GotRequest(ConnectionId connection, uint64_t bytes_received);

  /// Look at one connection, about once a second.
  /// returns  true where it is to be closed
  bool IsTooSlow(ConnectionId connection, uint64_t bytes_received, int64_t now_us);

  std::vector<ConnectionId> All() const;

 private:
  struct Progress {
    uint64_t complete_bytes = 0;  ///< of whole requests
    int64_t partial_since_us =
        -1;  ///< when bytes of an incomplete request were first seen; -1: none
  };

  const SlowClientLimits limits_;
  std::unordered_map<ConnectionId, Progress> connections_;
};

}  // namespace tarn::serve
