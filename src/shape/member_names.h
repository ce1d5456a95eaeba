// The names of an object's members that have a place, found by expecting them in the order of the
// object before.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tarn::shape {

/// Names, numbered from 0 as they are added. The number 0 - 1, kNone, means none of them.
/// Threads: one at a time, Find too (it learns).
class MemberNames {
 public:
  static constexpr int kNone = -1;

  /// returns  the number of this name: a new one, or that which it has
  int Add(std::string_view name);

  /// in       previous: the number found before in this object; kNone at its beginning
  /// returns  the number of this name; kNone where it has none
  int Find(std::string_view name, int previous) {
    int& expected = follower_[static_cast<size_t>(previous) + 1];
    if (expected != kNone && names_[static_cast<size_t>(expected)] == name) return expected;
    const auto found = numbers_.find(name);
    if (found == numbers_.end()) return kNone;
    expected = found->second;
    return expected;
  }

  /// As Find, without regard to case.
  ///
  /// in  folded: by schema::FoldCase
  bool HasFolded(std::string_view folded) const;

  const std::string& name(int number) const { return names_[static_cast<size_t>(number)]; }
  size_t size() const { return names_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::vector<std::string> names_;
  std::unordered_map<std::string, int, Hash, std::equal_to<>> numbers_;
  std::unordered_map<std::string, int, Hash, std::equal_to<>> folded_;
  std::vector<int> follower_ = {kNone};  // by previous + 1
};

}  // namespace tarn::shape
