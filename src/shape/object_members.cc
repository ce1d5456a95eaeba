#include "shape/object_members.h"

#include <algorithm>
#include <ranges>

namespace tarn::shape {

namespace {

/// Up to so many members each is compared with each.
constexpr size_t kPairwiseMax = 8;

bool IsFollowed(const JsonDocument& document, const std::vector<uint32_t>& names, size_t at) {
  for (size_t later = at + 1; later < names.size(); ++later) {
    if (document.text(names[later]) == document.text(names[at])) return true;
  }
  return false;
}

void FindPairwise(const JsonDocument& document, size_t from, const std::vector<uint32_t>& names,
                  std::vector<uint32_t>* dropped) {
  for (size_t at = from; at < names.size(); ++at) {
    if (IsFollowed(document, names, at)) dropped->push_back(names[at]);
  }
}

/// The same in n log n: a hostile record may have a million members.
void FindBySorting(const JsonDocument& document, size_t from, const std::vector<uint32_t>& names,
                   std::vector<uint32_t>* dropped) {
  std::vector<uint32_t> sorted(names.begin() + static_cast<std::ptrdiff_t>(from), names.end());
  std::ranges::sort(sorted, [&](uint32_t a, uint32_t b) {
    const int order = document.text(a).compare(document.text(b));
    return order != 0 ? order < 0 : a < b;
  });
  for (size_t i = 0; i + 1 < sorted.size(); ++i) {
    if (document.text(sorted[i]) == document.text(sorted[i + 1])) dropped->push_back(sorted[i]);
  }
  std::ranges::sort(*dropped);
}

}  // namespace

void FindMembers(const JsonDocument& document, uint32_t object, MemberNames* names,
                 std::vector<uint32_t>* members, std::vector<uint32_t>* others,
                 std::vector<uint32_t>* repeated) {
  repeated->clear();
  std::ranges::fill(*members, 0);
  int previous = MemberNames::kNone;
  const uint32_t end = document.after(object);
  for (uint32_t name = object + 1; name < end; name = document.after(name + 1)) {
    const int number = names->Find(document.text(name), previous);
    if (number == MemberNames::kNone) {
      others->push_back(name);
      continue;
    }
    previous = number;
    uint32_t& member = (*members)[static_cast<size_t>(number)];
    if (member != 0) repeated->push_back(member);
    member = name;
  }
}

void DropEarlierDuplicates(const JsonDocument& document, size_t from, std::vector<uint32_t>* names,
                           std::vector<uint32_t>* dropped) {
  dropped->clear();
  if (names->size() - from < 2) return;
  if (names->size() - from <= kPairwiseMax) {
    FindPairwise(document, from, *names, dropped);
  } else {
    FindBySorting(document, from, *names, dropped);
  }
  if (dropped->empty()) return;
  const auto first = names->begin() + static_cast<std::ptrdiff_t>(from);
  names->erase(
      std::remove_if(first, names->end(),
                     [&](uint32_t name) { return std::ranges::binary_search(*dropped, name); }),
      names->end());
}

void AppendMembers(const JsonDocument& document, uint32_t object, std::vector<uint32_t>* names,
                   std::vector<uint32_t>* dropped) {
  const size_t from = names->size();
  for (uint32_t name = object + 1; name < document.after(object); name = document.after(name + 1)) {
    names->push_back(name);
  }
  DropEarlierDuplicates(document, from, names, dropped);
}

}  // namespace tarn::shape
