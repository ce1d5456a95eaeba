#include "shape/unknown_member.h"

#include <algorithm>

#include "shape/type_sketch.h"

namespace tarn::shape {

std::string_view WhyByName(std::string_view name, const MemberNames& names, const Shaping& shaping,
                           const RowPlan& plan) {
  const bool is_top_level = &names == &plan.names;
  if (is_top_level && schema::IsReservedColumn(name)) return "reserved";
  if (!shaping.inferred) return "unknown";
  const std::string folded = schema::FoldCase(name);
  if (is_top_level && std::ranges::contains(plan.folded_partitions, folded)) {
    return "partition_name";
  }
  if (!IsColumnName(name)) return "bad_name";
  const bool has_twin = is_top_level ? plan.HasColumn(folded) : names.HasFolded(folded);
  if (has_twin) {
    // A column of just this name is filled from elsewhere.
    return is_top_level && plan.layout->schema().Find(name) != nullptr ? "unknown" : "case_clash";
  }
  return shaping.may_evolve ? "" : "unknown";
}

std::string_view WhyByValue(bool decides_type, const RowPlan& plan) {
  if (!decides_type) return "no_type";
  const bool is_full =
      plan.layout->leaves().size() >= schema::kColumnsMax || plan.fields >= schema::kFieldsMax;
  return is_full ? "too_many_columns" : "unknown";
}

}  // namespace tarn::shape
