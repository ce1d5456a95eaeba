#include <algorithm>
#include <duckdb/planner/expression/bound_comparison_expression.hpp>
#include <duckdb/planner/expression/bound_conjunction_expression.hpp>
#include <duckdb/planner/expression/bound_constant_expression.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>
#include <duckdb/planner/expression/bound_operator_expression.hpp>
#include <duckdb/planner/filter/expression_filter.hpp>
#include <duckdb/planner/filter/table_filter_functions.hpp>
#include <functional>

#include "query/partition_match_internal.h"

namespace tarn::query {
namespace {

using duckdb::ExpressionType;
using schema::TypeKind;

/// A constant as a value of the column; null where buckets of its type are not looked at.
schema::Value ToValue(const schema::Type& type, const duckdb::Value& constant) {
  if (constant.IsNull()) return {};
  switch (type.kind) {
    case TypeKind::kString:
      if (constant.type().id() != duckdb::LogicalTypeId::VARCHAR) return {};
      return duckdb::StringValue::Get(constant);
    case TypeKind::kInt:
      if (constant.type().id() != duckdb::LogicalTypeId::INTEGER) return {};
      return duckdb::IntegerValue::Get(constant);
    case TypeKind::kLong:
      if (constant.type().id() != duckdb::LogicalTypeId::BIGINT) return {};
      return int64_t{duckdb::BigIntValue::Get(constant)};
    default:
      return {};
  }
}

using CanBe = std::function<bool(const duckdb::Value&)>;

bool CanMatch(const duckdb::Expression& filter, const CanBe& can_be);

bool IsColumn(const duckdb::Expression& expression) {
  return duckdb::ExpressionFilter::IsSimpleFilterColumnRef(expression);
}

/// `column IN (constants)`
bool ListCanMatch(const duckdb::BoundOperatorExpression& list, const CanBe& can_be) {
  const auto& children = list.GetChildren();
  if (children.empty() || !IsColumn(*children[0])) return true;
  return std::any_of(children.begin() + 1, children.end(), [&](const auto& child) {
    if (child->GetExpressionClass() != duckdb::ExpressionClass::BOUND_CONSTANT) return true;
    return can_be(child->template Cast<duckdb::BoundConstantExpression>().GetValue());
  });
}

bool ConjunctionCanMatch(const duckdb::BoundConjunctionExpression& conjunction,
                         const CanBe& can_be) {
  const auto& children = conjunction.GetChildren();
  const auto can_match = [&](const auto& child) { return CanMatch(*child, can_be); };
  if (conjunction.GetExpressionType() == ExpressionType::CONJUNCTION_AND) {
    return std::all_of(children.begin(), children.end(), can_match);
  }
  return std::any_of(children.begin(), children.end(), can_match);
}

/// What DuckDB offers beside a filter that it applies itself: lists and alternatives come so.
const duckdb::Expression* OfferedFilter(const duckdb::Expression& filter) {
  if (filter.GetExpressionClass() != duckdb::ExpressionClass::BOUND_FUNCTION) return nullptr;
  const auto& function = filter.Cast<duckdb::BoundFunctionExpression>();
  if (function.Function().GetName() != duckdb::OptionalFilterScalarFun::NAME) return nullptr;
  if (!function.BindInfo()) return nullptr;
  return function.BindInfo()->Cast<duckdb::OptionalFilterFunctionData>().child_filter_expr.get();
}

/// in  can_be: whether the column has this value in some row
bool CanMatch(const duckdb::Expression& filter, const CanBe& can_be) {
  if (duckdb::BoundComparisonExpression::IsComparison(filter)) {
    auto type = filter.GetExpressionType();
    const auto constant = duckdb::ExpressionFilter::TryGetColumnConstantComparison(
        filter.Cast<duckdb::BoundFunctionExpression>(), type);
    return !constant || type != ExpressionType::COMPARE_EQUAL || can_be(constant->GetValue());
  }
  if (const auto* offered = OfferedFilter(filter)) return CanMatch(*offered, can_be);
  switch (filter.GetExpressionClass()) {
    case duckdb::ExpressionClass::BOUND_OPERATOR:
      if (filter.GetExpressionType() != ExpressionType::COMPARE_IN) return true;
      return ListCanMatch(filter.Cast<duckdb::BoundOperatorExpression>(), can_be);
    case duckdb::ExpressionClass::BOUND_CONJUNCTION:
      return ConjunctionCanMatch(filter.Cast<duckdb::BoundConjunctionExpression>(), can_be);
    default:
      return true;
  }
}

}  // namespace

bool BucketsCanMatch(const duckdb::Expression& filter, const schema::DataFile& file,
                     const schema::PartitionSpec* spec, const schema::Field& column) {
  if (spec == nullptr) return true;
  const size_t fields = std::min(spec->fields.size(), file.partition.size());
  for (size_t i = 0; i < fields; ++i) {
    const schema::PartitionField& field = spec->fields[i];
    if (field.source != column.id || field.transform.kind != schema::TransformKind::kBucket) {
      continue;
    }
    const bool can_match = CanMatch(filter, [&](const duckdb::Value& constant) {
      const schema::Value value = ToValue(column.type, constant);
      return schema::IsNull(value) ||
             schema::Apply(field.transform, column.type, value) == file.partition[i];
    });
    if (!can_match) return false;
  }
  return true;
}

}  // namespace tarn::query
