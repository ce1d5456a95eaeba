// What has a name, looked up as users write names: exactly, else without regard to case.
#pragma once

#include <algorithm>
#include <functional>
#include <ranges>
#include <string>
#include <string_view>

#include "schema/type.h"

namespace tarn::schema {

/// The one of this name, else the first of a name that differs by case only, as FoldCase has it.
///
/// in       name_of: a name, or the member that is one, of an element of `all`
/// returns  the end where there is none
template <std::ranges::forward_range Range, class NameOf = std::identity>
auto FindByName(Range& all, std::string_view name, NameOf name_of = {}) {
  const auto exact = std::ranges::find(all, name, name_of);
  if (exact != std::ranges::end(all)) return exact;
  const std::string folded = FoldCase(name);
  return std::ranges::find_if(
      all, [&](const std::string& other) { return FoldCase(other) == folded; }, name_of);
}

}  // namespace tarn::schema
