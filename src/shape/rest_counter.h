// Counts of what went to _rest, by path and why, bounded in memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shape/shaper.h"

namespace tarn::shape {

/// Counts by path and why. What a record counts stands only once the record has become a row.
class RestCounter {
 public:
  static constexpr size_t kPathsMax = 1000;
  static constexpr size_t kPathBytesMax = 1024;

  // The path of the value being walked, without the member that is counted.
  void EnterMember(std::string_view name);
  void EnterElement() { Enter("[]"); }
  void EnterMapValue() { Enter(".*"); }
  void Leave();

  /// in  why: one of RestCounts::Path's words, a literal
  void Count(std::string_view member, std::string_view why);

  /// The count of a path that has one already, of its own; null: none. Valid until Take. Adding to
  /// it counts as Count and Keep do.
  uint64_t* Find(std::string_view path, std::string_view why);

  /// The record has become a row, or a reject.
  void Keep();
  void Drop();

  RestCounts Take();

 private:
  void Enter(std::string_view step);

  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::string path_;
  std::vector<size_t> lengths_;  // of path_ before each step
  // By path, a line feed, why.
  std::unordered_map<std::string, uint64_t, Hash, std::equal_to<>> counts_;
  std::vector<uint64_t*> of_this_record_;
};

}  // namespace tarn::shape
