// What records held that has no column of its own, in summaries.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "shape/shaper.h"

namespace tarn::app {

/// returns  [{"path":…,"why":…,"count":…}]
Json PathsJson(const std::vector<shape::RestCounts::Path>& paths);
/// On stdout, the first ones. in  fate: what became of them
void PrintPaths(const std::vector<shape::RestCounts::Path>& paths, const std::string& fate);

}  // namespace tarn::app
