#include "shape/rest_counter.h"

#include <algorithm>
#include <utility>

namespace tarn::shape {

void RestCounter::EnterMember(std::string_view name) {
  lengths_.push_back(path_.size());
  if (!path_.empty()) path_ += '.';
  path_ += name;
}

void RestCounter::Enter(std::string_view step) {
  lengths_.push_back(path_.size());
  path_ += step;
}

void RestCounter::Leave() {
  path_.resize(lengths_.back());
  lengths_.pop_back();
}

void RestCounter::Count(std::string_view member, std::string_view why) {
  EnterMember(member);
  const size_t length = path_.size();
  path_ += '\n';
  path_ += why;
  auto found = counts_.find(path_);
  if (found == counts_.end()) {
    const bool has_room = counts_.size() < kPathsMax && length <= kPathBytesMax;
    found = counts_.try_emplace(has_room ? path_ : "…\n" + std::string(why), 0).first;
  }
  of_this_record_.push_back(&found->second);
  path_.resize(length);
  Leave();
}

uint64_t* RestCounter::Find(std::string_view path, std::string_view why) {
  std::string key(path);
  key += '\n';
  key += why;
  const auto found = counts_.find(key);
  return found == counts_.end() ? nullptr : &found->second;
}

void RestCounter::Keep() {
  for (uint64_t* const count : of_this_record_) ++*count;
  of_this_record_.clear();
}

void RestCounter::Drop() { of_this_record_.clear(); }

RestCounts RestCounter::Take() {
  RestCounts taken;
  for (const auto& [key, count] : counts_) {
    const size_t split = key.rfind('\n');
    if (count > 0) taken.paths.push_back({key.substr(0, split), key.substr(split + 1), count});
  }
  counts_.clear();
  std::ranges::sort(taken.paths, {}, [](const RestCounts::Path& path) {
    return std::pair<const std::string&, const std::string&>(path.path, path.why);
  });
  return taken;
}

}  // namespace tarn::shape
