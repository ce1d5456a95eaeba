#include "serve/router.h"

#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "codec/text.h"

namespace tarn::serve {
namespace {

/// Cut the part up to the next slash off `path`, and the slash.
std::string_view TakeSegment(std::string_view* path) {
  const size_t end = std::min(path->find('/'), path->size());
  const std::string_view segment = path->substr(0, end);
  path->remove_prefix(std::min(end + 1, path->size()));
  return segment;
}

bool IsParameter(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

using Parameters = std::vector<std::pair<std::string_view, std::string>>;

/// The parameters of a path that fits the pattern; none where it does not.
std::optional<Parameters> Fit(std::string_view pattern, std::string_view path) {
  const bool takes_rest = pattern.ends_with("*}");
  if (!takes_rest && std::ranges::count(pattern, '/') != std::ranges::count(path, '/')) {
    return std::nullopt;
  }
  Parameters parameters;
  while (!pattern.empty() || !path.empty()) {
    if (takes_rest && !pattern.contains('/')) {
      auto rest = codec::DecodePercent(path);
      if (!rest) return std::nullopt;
      parameters.emplace_back(pattern.substr(1, pattern.size() - 3), *std::move(rest));
      return parameters;
    }
    const std::string_view wanted = TakeSegment(&pattern);
    const std::string_view segment = TakeSegment(&path);
    if (!IsParameter(wanted)) {
      if (wanted != segment) return std::nullopt;
      continue;
    }
    auto decoded = codec::DecodePercent(segment);
    if (!decoded || decoded->empty()) return std::nullopt;
    parameters.emplace_back(wanted.substr(1, wanted.size() - 2), *std::move(decoded));
  }
  return parameters;
}

}  // namespace

void Router::Add(Route route) {
  INVARIANT(std::ranges::none_of(routes_,
                                 [&](const Route& other) {
                                   return other.method == route.method &&
                                          other.pattern == route.pattern;
                                 }),
            "a method and pattern has one route");
  routes_.push_back(std::move(route));
}

Router::Match Router::Find(Method method, std::string_view path) const {
  Match match;
  for (const Route& route : routes_) {
    auto parameters = Fit(route.pattern, path);
    if (!parameters) continue;
    if (!match.allowed.empty()) match.allowed += ", ";
    match.allowed += MethodName(route.method);
    if (route.method == method && match.route == nullptr) {
      match.route = &route;
      match.parameters = *std::move(parameters);
    }
  }
  return match;
}

}  // namespace tarn::serve
