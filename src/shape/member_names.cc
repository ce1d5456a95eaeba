#include "shape/member_names.h"

#include "schema/type.h"

namespace tarn::shape {

int MemberNames::Add(std::string_view name) {
  const auto number = static_cast<int>(names_.size());
  const auto [at, is_new] = numbers_.emplace(name, number);
  if (!is_new) return at->second;
  names_.emplace_back(name);
  folded_.emplace(schema::FoldCase(name), number);
  follower_.push_back(kNone);
  return number;
}

bool MemberNames::HasFolded(std::string_view folded) const { return folded_.contains(folded); }

}  // namespace tarn::shape
