// The dashboard's page: `GET /ui/…`, out of the program itself.
#pragma once

#include <span>

#include "serve/http_message.h"
#include "serve/ui/assets.h"

namespace tarn::serve {

/// Threads: any.
class Dashboard {
 public:
  /// in  assets: live as long as this; empty: the page says that this build has none
  explicit Dashboard(std::span<const Asset> assets) : assets_(assets) {}

  /// A file, in the form that the client takes; for a path outside assets/ that is no file the page
  /// itself, which has an address for each of its views (a table's name may hold a dot).
  void Show(const Request& request, const Responder& responder) const;

 private:
  const Asset* Find(std::string_view path) const;

  const std::span<const Asset> assets_;
};

/// `GET /`: leads to /ui/.
void LeadToDashboard(const Request& request, const Responder& responder);

}  // namespace tarn::serve
