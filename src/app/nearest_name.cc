#include "app/nearest_name.h"

#include <algorithm>
#include <vector>

namespace tarn::app {
namespace {

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string> NearestName(std::string_view name, std::span<const std::string> known,
                                       size_t changes_max) {
  const auto changes = [&](const std::string& other) { return EditDistance(name, other); };
  const auto nearest = std::ranges::min_element(known, {}, changes);
  if (nearest == known.end() || changes(*nearest) > changes_max) return std::nullopt;
  return *nearest;
}

}  // namespace tarn::app
