#include "collect/host_check.h"

#include <algorithm>
#include <optional>

#include "collect/header_text.h"

namespace tarn::collect {
namespace {

bool IsDigits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The name or address of a Host header, without its port; none where it is malformed.
std::optional<std::string_view> HostWithoutPort(std::string_view host) {
  size_t end = 0;
  if (host.starts_with('[')) {
    const size_t close = host.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    end = close + 1;
  } else {
    end = std::min(host.find(':'), host.size());
  }
  const std::string_view port = host.substr(end);
  if (!port.empty() && (port[0] != ':' || !IsDigits(port.substr(1)))) return std::nullopt;
  if (end == 0) return std::nullopt;
  return host.substr(0, end);
}

bool IsIpv4(std::string_view host) {
  int dots = 0;
  size_t digits = 0;
  for (const char c : host) {
    if (c == '.') {
      if (digits == 0) return false;
      ++dots;
      digits = 0;
    } else if (c < '0' || c > '9' || ++digits > 3) {
      return false;
    }
  }
  return dots == 3 && digits > 0;
}

bool IsIpv6InBrackets(std::string_view host) {
  return host.size() > 3 && host.front() == '[' && host.back() == ']' &&
         std::ranges::all_of(host.substr(1, host.size() - 2), [](char c) {
           return (c >= '0' && c <= '9') || (LowerAscii(c) >= 'a' && LowerAscii(c) <= 'f') ||
                  c == ':' || c == '.';
         });
}

bool IsLoopbackName(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost");
}

}  // namespace

HostPolicy::HostPolicy(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name == "*") allows_all_ = true;
    names_.push_back(LowerAsciiText(name));
  }
}

bool HostPolicy::Allows(std::string_view host) const {
  const auto name = HostWithoutPort(TrimBlanks(host));
  if (!name) return false;
  const std::string lower = LowerAsciiText(*name);
  return allows_all_ || IsLoopbackName(lower) || IsIpv4(lower) || IsIpv6InBrackets(lower) ||
         std::ranges::find(names_, lower) != names_.end();
}

OriginPolicy::OriginPolicy(std::vector<std::string> origins) : origins_(std::move(origins)) {
  allows_all_ = std::ranges::find(origins_, "*") != origins_.end();
}

bool OriginPolicy::Allows(std::string_view origin) const {
  return !origin.empty() && (allows_all_ || std::ranges::find(origins_, origin) != origins_.end());
}

bool OriginPolicy::IsSameOrigin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) {
      return EqualsIgnoringCase(origin.substr(scheme.size()), TrimBlanks(host));
    }
  }
  return false;
}

}  // namespace tarn::collect
