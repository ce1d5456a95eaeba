// Why a member has no column: docs/formats/shaping.md, section 5.
#pragma once

#include <string_view>

#include "shape/member_names.h"
#include "shape/plan.h"
#include "shape/shaper.h"

namespace tarn::shape {

/// in       names: of the members of its object that have a place
/// returns  the why of RestCounts, a literal; empty where it depends on the member's value
std::string_view WhyByName(std::string_view name, const MemberNames& names, const Shaping& shaping,
                           const RowPlan& plan);

/// As WhyByName, where that depends on the value.
///
/// in  decides_type: as DecidesType says of the value
std::string_view WhyByValue(bool decides_type, const RowPlan& plan);

}  // namespace tarn::shape
