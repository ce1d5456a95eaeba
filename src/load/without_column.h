// Counts of values that have no column of their own, of several workers.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "shape/shaper.h"

namespace tarn::load {

/// Threads: one at a time.
class WithoutColumn {
 public:
  void Add(const shape::RestCounts& counts) {
    for (const auto& path : counts.paths) counts_[{path.path, path.why}] += path.count;
  }
  void Add(const WithoutColumn& other) {
    for (const auto& [name, count] : other.counts_) counts_[name] += count;
  }
  /// returns  most frequent first
  std::vector<shape::RestCounts::Path> Paths() const {
    std::vector<shape::RestCounts::Path> paths;
    for (const auto& [name, count] : counts_) paths.push_back({name.first, name.second, count});
    std::ranges::stable_sort(paths, std::ranges::greater(), &shape::RestCounts::Path::count);
    return paths;
  }

 private:
  std::map<std::pair<std::string, std::string>, uint64_t> counts_;
};

}  // namespace tarn::load
