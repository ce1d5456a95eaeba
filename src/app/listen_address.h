// HOST:PORT, as `--listen` and `server.listen` say it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tarn::app {

struct ListenAddress {
  std::string host;  ///< an IPv6 address without its brackets
  uint16_t port = 0;

  bool is_loopback() const {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
  }
  /// Where a client on this machine finds who listens here. in  port: not 0
  std::string Url() const;
};

/// in       text: `127.0.0.1:8080`, `[::1]:0`
/// errors   kInvalid
Result<ListenAddress> ParseListen(std::string_view text);

}  // namespace tarn::app
