#include "app/paths_text.h"

#include <algorithm>
#include <cstdio>

namespace tarn::app {
namespace {

constexpr size_t kPathsShown = 10;

}  // namespace

Json PathsJson(const std::vector<shape::RestCounts::Path>& paths) {
  Json json = Json::MakeArray();
  for (const auto& path : paths) {
    json.Push(Json::MakeObject(
        {{"path", path.path}, {"why", path.why}, {"count", static_cast<int64_t>(path.count)}}));
  }
  return json;
}

void PrintPaths(const std::vector<shape::RestCounts::Path>& paths, const std::string& fate) {
  if (paths.empty()) return;
  std::printf("without a column, %s:\n", fate.c_str());
  for (size_t i = 0; i < std::min(paths.size(), kPathsShown); ++i) {
    std::printf("  %s  %s  %llu\n", paths[i].path.c_str(), paths[i].why.c_str(),
                static_cast<unsigned long long>(paths[i].count));
  }
  if (paths.size() > kPathsShown)
    std::printf("  and %zu other paths\n", paths.size() - kPathsShown);
}

}  // namespace tarn::app
