#include "app/listen_address.h"

#include <arpa/inet.h>

#include "base/whole_number.h"

namespace tarn::app {
namespace {

bool IsIpAddress(const std::string& host) {
  in6_addr address{};
  return inet_pton(host.contains(':') ? AF_INET6 : AF_INET, host.c_str(), &address) == 1;
}

}  // namespace

std::string ListenAddress::Url() const {
  if (host == "0.0.0.0") return Format("http://127.0.0.1:{}", port);
  if (host == "::") return Format("http://[::1]:{}", port);
  return host.contains(':') ? Format("http://[{}]:{}", host, port)
                            : Format("http://{}:{}", host, port);
}

Result<ListenAddress> ParseListen(std::string_view text) {
  const size_t colon = text.rfind(':');
  ListenAddress address;
  if (colon != std::string_view::npos) {
    const auto port = ParseWhole<uint16_t>(text.substr(colon + 1));
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    address.host = host;
    if (port && !host.empty()) {
      address.port = *port;
      if (address.host == "localhost" || IsIpAddress(address.host)) return address;
      return Fail(ErrorKind::kInvalid,
                  "'{}': its host is neither an IP address nor localhost: 127.0.0.1:8080 would do",
                  text);
    }
  }
  return Fail(ErrorKind::kInvalid, "'{}': HOST:PORT is expected, as in 127.0.0.1:8080", text);
}

}  // namespace tarn::app
