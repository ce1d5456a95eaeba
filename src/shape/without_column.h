// Counts of values that have no column of their own, of several shapers or of a shaper's whole
// life.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "shape/rest_counter.h"
#include "shape/shaper.h"

namespace tarn::shape {

/// Bounded as RestCounts is: so many paths are told apart, the rest are counted under `…`.
/// Threads: one at a time.
class WithoutColumn {
 public:
  void Add(const RestCounts& counts) {
    for (const auto& path : counts.paths) Add({path.path, path.why}, path.count);
  }
  void Add(const WithoutColumn& other) {
    for (const auto& [name, count] : other.counts_) Add(name, count);
  }
  /// returns  most frequent first
  std::vector<RestCounts::Path> Paths() const {
    std::vector<RestCounts::Path> paths;
    for (const auto& [name, count] : counts_) paths.push_back({name.first, name.second, count});
    std::ranges::stable_sort(paths, std::ranges::greater(), &RestCounts::Path::count);
    return paths;
  }

 private:
  using Name = std::pair<std::string, std::string>;  // path, why

  void Add(const Name& name, uint64_t count) {
    const bool is_told_apart = counts_.size() < RestCounter::kPathsMax || counts_.contains(name);
    counts_[is_told_apart ? name : Name("…", name.second)] += count;
  }

  std::map<Name, uint64_t> counts_;
};

}  // namespace tarn::shape
