// What became of an object of a continuous source, as the catalog keeps it: a catalog::SourceState
// whose `hash` says it (docs/formats/catalog.md, "Sources").
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tarn::feed {

struct ObjectFate {
  enum class Kind { kLanded, kDead, kImported } kind = Kind::kLanded;
  std::string etag;  ///< empty where it is imported

  /// As the catalog keeps it: `landed:<etag>`, `dead:<etag>`, `imported`.
  std::string ToText() const {
    if (kind == Kind::kImported) return "imported";
    return (kind == Kind::kLanded ? "landed:" : "dead:") + etag;
  }

  /// Whether an object that has this etag now is another one than the catalog knows.
  static bool IsAnother(std::string_view text, std::string_view etag) {
    const size_t colon = text.find(':');
    return colon != text.npos && text.substr(colon + 1) != etag;
  }
};

}  // namespace tarn::feed
