// Which Host and Origin headers are answered. A web page of anyone's can make a browser send
// requests to this machine: the Host check stops those that come through a name that was made to
// point here (DNS rebinding), the Origin check those that come straight.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tarn::collect {

/// Host headers that are answered: loopback's names, IP addresses (nobody can point an address
/// elsewhere), and the configured names.
/// Threads: any.
class HostPolicy {
 public:
  /// in  names: without port, any case; `*` allows every name
  explicit HostPolicy(const std::vector<std::string>& names);

  /// in  host: the header, with or without a port
  bool Allows(std::string_view host) const;

 private:
  bool allows_all_ = false;
  std::vector<std::string> names_;  ///< lower case
};

/// Origins whose pages may call across.
/// Threads: any.
class OriginPolicy {
 public:
  /// in  origins: `https://app.example.org`, exactly as browsers send them; `*` allows every one
  explicit OriginPolicy(std::vector<std::string> origins);

  /// True where a page of this origin may send requests and read the answers.
  bool Allows(std::string_view origin) const;

  /// True where the origin is this server itself. in  host: the request's Host header
  static bool IsSameOrigin(std::string_view origin, std::string_view host);

 private:
  bool allows_all_ = false;
  std::vector<std::string> origins_;
};

}  // namespace tarn::collect
