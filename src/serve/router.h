// Which handler answers which method and path.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http_message.h"

namespace tarn::serve {

/// A handler and where it stands. `api` and `operation` name it in metrics.
struct Route {
  Method method = Method::kGet;
  std::string pattern;  ///< `/v1/streams/{stream}/records`; a {name} takes one path segment, a
                        ///< {name*} at the end all that is left, also nothing
  std::string api;
  std::string operation;
  Handler handler;
};

/// Threads: Add before the first Find; then any.
class Router {
 public:
  /// in  a route whose method and pattern no earlier one has
  void Add(Route route);

  /// What a path leads to.
  struct Match {
    const Route* route = nullptr;  ///< none: nothing answers this method here
    std::vector<std::pair<std::string_view, std::string>> parameters;  ///< names live in the route
    std::string allowed;  ///< methods that this path answers, `GET, POST`; empty: an unknown path
  };
  Match Find(Method method, std::string_view path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace tarn::serve
