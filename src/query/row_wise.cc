#include <duckdb/parser/expression/columnref_expression.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>
#include <duckdb/planner/expression_iterator.hpp>
#include <duckdb/planner/operator/logical_get.hpp>
#include <string_view>

#include "query/live_scan_internal.h"
#include "query/row_wise_internal.h"
#include "schema/type.h"

namespace tarn::query {
namespace {

using duckdb::LogicalOperatorType;

constexpr std::string_view kAdvice = "functions of lists and maps, as list_sum, look inside them";

std::unexpected<Error> Refuse(std::string_view what, std::string_view advice = "") {
  return Fail(ErrorKind::kUnsupported,
              "{} is not supported: this SELECT makes one row, or none, of each record{}{}", what,
              advice.empty() ? "" : "; ", advice);
}

Status CheckTable(const duckdb::TableRef& from, const std::string& table) {
  const auto refuse = [&](std::string_view what) {
    return Refuse(what, Format("it is SELECT … FROM {} WHERE …", table));
  };
  if (from.type != duckdb::TableReferenceType::BASE_TABLE) {
    const bool is_missing = from.type == duckdb::TableReferenceType::EMPTY_FROM;
    return refuse(is_missing ? Format("SELECT without FROM {}", table)
                             : Format("FROM anything but the table {}", table));
  }
  const auto& base = from.Cast<duckdb::BaseTableRef>();
  const duckdb::QualifiedName& name = base.GetQualifiedName();
  const bool is_it =
      name.Path().size() == 1 && schema::FoldCase(name.Name().GetIdentifierName()) == table;
  if (!is_it) return refuse(Format("FROM {}", name.Name().GetIdentifierName()));
  if (base.at_clause) return refuse("AT");
  if (!base.column_name_alias.empty()) return refuse("a list of names behind the table");
  if (base.sample) return refuse("TABLESAMPLE");
  return {};
}

/// An operator in the words of SQL.
std::string NameOf(const duckdb::LogicalOperator& plan) {
  switch (plan.type) {
    case LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY:
      return "an aggregate";
    case LogicalOperatorType::LOGICAL_WINDOW:
      return "a window function";
    case LogicalOperatorType::LOGICAL_UNNEST:
      return "unnest";
    case LogicalOperatorType::LOGICAL_DELIM_JOIN:
    case LogicalOperatorType::LOGICAL_DEPENDENT_JOIN:
    case LogicalOperatorType::LOGICAL_COMPARISON_JOIN:
    case LogicalOperatorType::LOGICAL_ANY_JOIN:
    case LogicalOperatorType::LOGICAL_CROSS_PRODUCT:
      return "a query inside the SELECT";
    default:
      return plan.GetName();
  }
}

/// returns  the name of a function that gives something else each time; empty: there is none
std::string FindChanging(const duckdb::Expression& expression) {
  if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_FUNCTION) {
    const auto& call = expression.Cast<duckdb::BoundFunctionExpression>();
    const std::string name = call.Function().GetName().GetIdentifierName();
    // DuckDB takes the age of a moment, which is that of today, for a constant.
    const bool is_age_now = name == "age" && call.GetChildren().size() == 1;
    if (is_age_now || call.Function().GetStability() != duckdb::FunctionStability::CONSISTENT)
      return name;
  }
  std::string found;
  duckdb::ExpressionIterator::EnumerateChildren(expression, [&](const duckdb::Expression& child) {
    if (found.empty()) found = FindChanging(child);
  });
  return found;
}

}  // namespace

Status MakeRowWise(duckdb::SQLStatement& statement, const RowWise& row_wise) {
  if (statement.type != duckdb::StatementType::SELECT_STATEMENT) return Refuse("this statement");
  duckdb::QueryNode& node = *statement.Cast<duckdb::SelectStatement>().node;
  if (node.type != duckdb::QueryNodeType::SELECT_NODE) return Refuse("UNION and the like");
  if (!node.cte_map.map.empty()) {
    return Refuse("WITH", "a column may use the names of columns that stand before it");
  }
  if (!node.modifiers.empty()) return Refuse("ORDER BY, LIMIT or DISTINCT");
  auto& select = node.Cast<duckdb::SelectNode>();
  if (!select.groups.group_expressions.empty() || !select.groups.grouping_sets.empty() ||
      select.aggregate_handling != duckdb::AggregateHandling::STANDARD_HANDLING) {
    return Refuse("GROUP BY");
  }
  if (select.having) return Refuse("HAVING");
  if (select.qualify) return Refuse("QUALIFY");
  if (select.sample) return Refuse("SAMPLE");
  TRY(CheckTable(*select.from_table, row_wise.table));
  // With it an aggregate is what is wrong, and not that the number column is in no GROUP BY.
  select.aggregate_handling = duckdb::AggregateHandling::NO_AGGREGATES_ALLOWED;
  select.select_list.push_back(
      duckdb::make_uniq<duckdb::ColumnRefExpression>(duckdb::Identifier(row_wise.number_column)));
  return {};
}

Status AsRowWise(Status started) {
  if (started || !started.error().message().contains("Aggregates cannot be present"))
    return started;
  return Refuse("an aggregate", kAdvice);
}

Status CheckRowWisePlan(const duckdb::LogicalOperator& plan) {
  switch (plan.type) {
    case LogicalOperatorType::LOGICAL_PROJECTION:
    case LogicalOperatorType::LOGICAL_FILTER:
      break;
    case LogicalOperatorType::LOGICAL_GET:
      return {};
    default:
      return Refuse(NameOf(plan), kAdvice);
  }
  for (const auto& expression : plan.expressions) {
    const std::string function = FindChanging(*expression);
    if (function.empty()) continue;
    return Fail(ErrorKind::kUnsupported,
                "the function {} is not supported: a record makes the same row each time",
                function);
  }
  for (const auto& child : plan.children) TRY(CheckRowWisePlan(*child));
  return {};
}

std::vector<std::string> ColumnsRead(const duckdb::LogicalOperator& plan) {
  std::vector<std::string> columns;
  if (plan.type == LogicalOperatorType::LOGICAL_GET) {
    const auto& get = plan.Cast<duckdb::LogicalGet>();
    for (const duckdb::ColumnIndex& column : get.GetColumnIds()) {
      if (!column.IsVirtualColumn())
        columns.push_back(get.GetColumnName(column).GetIdentifierName());
    }
  }
  for (const auto& child : plan.children) {
    for (std::string& column : ColumnsRead(*child)) columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace tarn::query
