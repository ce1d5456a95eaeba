#include <algorithm>
#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/scalar_function_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/schema_catalog_entry.hpp>
#include <duckdb/common/type_visitor.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/parser/expression/columnref_expression.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>
#include <duckdb/planner/expression/bound_columnref_expression.hpp>
#include <duckdb/planner/expression_iterator.hpp>
#include <duckdb/planner/operator/logical_get.hpp>
#include <duckdb/planner/operator/logical_projection.hpp>
#include <optional>
#include <ranges>
#include <string_view>

#include "query/live_scan_internal.h"
#include "query/query_tables_internal.h"
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

/// Whether a function may give something else each time.
bool IsChanging(const duckdb::ScalarFunction& function) {
  if (function.GetStability() != duckdb::FunctionStability::CONSISTENT) return true;
  // DuckDB says of these that they are none; the age of one moment is that of today.
  const std::string& name = function.GetName().GetIdentifierName();
  return name == "current_localtime" || name == "current_localtimestamp" ||
         (name == "age" && function.GetSignature().GetParameterCount() == 1);
}

/// Called by DuckDB where it binds a call of a function. returns  none: as without this
duckdb::unique_ptr<duckdb::Expression> RefuseInRowWise(duckdb::FunctionBindExpressionInput& call) {
  const auto tables = QueryTables::Find(call.context);
  if (!tables || !tables->row_wise()) return nullptr;
  tables->Throw(Error(ErrorKind::kUnsupported,
                      Format("the function {} is not supported: a record makes the same row each "
                             "time",
                             call.bound_function.GetName().GetIdentifierName())));
}

void RefuseWhereChanging(duckdb::CatalogEntry& entry) {
  if (entry.type != duckdb::CatalogType::SCALAR_FUNCTION_ENTRY) return;  // an aggregate, a macro
  duckdb::ScalarFunctionSet& overloads = entry.Cast<duckdb::ScalarFunctionCatalogEntry>().functions;
  if (!std::ranges::any_of(overloads.functions, [](const auto& one) { return IsChanging(*one); }))
    return;
  overloads.ApplyToFunctions([](duckdb::ScalarFunction& function) {
    // The one that has such a callback is getvariable; here nobody can set a variable.
    if (IsChanging(function) && !function.HasBindExpressionCallback())
      function.SetBindExpressionCallback(RefuseInRowWise);
  });
}

/// Where a scan has a column. none: it does not read it
std::optional<duckdb::ColumnBinding> NumberIn(const duckdb::LogicalGet& scan,
                                              const std::string& column) {
  const auto& read = scan.GetColumnIds();
  for (size_t i = 0; i < read.size(); ++i) {
    if (!read[i].IsVirtualColumn() && scan.GetColumnName(read[i]).GetIdentifierName() == column)
      return duckdb::ColumnBinding(scan.table_index, duckdb::ProjectionIndex(i));
  }
  return std::nullopt;
}

bool IsColumn(const duckdb::Expression& expression, const duckdb::ColumnBinding& column) {
  return expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_COLUMN_REF &&
         expression.Cast<duckdb::BoundColumnRefExpression>().Binding() == column;
}

bool Reads(const duckdb::Expression& expression, const duckdb::ColumnBinding& column) {
  bool reads = IsColumn(expression, column);
  duckdb::ExpressionIterator::EnumerateChildren(
      expression, [&](const duckdb::Expression& child) { reads = reads || Reads(child, column); });
  return reads;
}

/// Where a projection or a filter hands a column on. none: it does more with it, or hands it on
/// twice
std::optional<duckdb::ColumnBinding> HandOn(const duckdb::LogicalOperator& step,
                                            const duckdb::ColumnBinding& column) {
  const bool is_filter = step.type == LogicalOperatorType::LOGICAL_FILTER;
  std::optional<duckdb::ColumnBinding> out;
  if (is_filter) out = column;
  for (size_t i = 0; i < step.expressions.size(); ++i) {
    if (!Reads(*step.expressions[i], column)) continue;
    if (out || !IsColumn(*step.expressions[i], column)) return std::nullopt;
    const auto& projection = step.Cast<duckdb::LogicalProjection>();
    out = duckdb::ColumnBinding(projection.table_index, duckdb::ProjectionIndex(i));
  }
  return out;
}

}  // namespace

void RefuseChangingFunctions(duckdb::ClientContext& context) {
  context.RunFunctionInTransaction([&] {
    auto& functions = duckdb::Catalog::GetSystemCatalog(context);
    for (duckdb::SchemaCatalogEntry& schema : functions.GetSchemas(context))
      schema.Scan(context, duckdb::CatalogType::SCALAR_FUNCTION_ENTRY, RefuseWhereChanging);
  });
}

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

Status CheckRowWisePlan(const duckdb::LogicalOperator& plan, const std::string& number_column) {
  std::vector<const duckdb::LogicalOperator*> chain;
  const duckdb::LogicalOperator* at = &plan;
  for (; at->type != LogicalOperatorType::LOGICAL_GET; at = at->children[0].get()) {
    const bool is_row_wise = at->type == LogicalOperatorType::LOGICAL_PROJECTION ||
                             at->type == LogicalOperatorType::LOGICAL_FILTER;
    if (!is_row_wise) return Refuse(NameOf(*at), kAdvice);
    chain.push_back(at);
  }
  std::optional<duckdb::ColumnBinding> number =
      NumberIn(at->Cast<duckdb::LogicalGet>(), number_column);
  for (const auto* const step : chain | std::views::reverse) {
    // MakeRowWise has put it behind the columns; nothing else reads it.
    if (number) number = HandOn(*step, *number);
  }
  if (!number) {
    return Fail(ErrorKind::kUnsupported,
                "to read {} is not supported: it numbers records for the moment, {}; * has it, and "
                "the name of the table as a value: say SELECT * EXCLUDE ({}), or the columns",
                number_column, "and other runs give other numbers", number_column);
  }
  return {};
}

Status CheckRowWiseTypes(const duckdb::vector<duckdb::Identifier>& names,
                         const duckdb::vector<duckdb::LogicalType>& types) {
  using duckdb::LogicalTypeId;
  // An offset would be lost, a sign be found, and bytes of DuckDB's own taken for the value.
  constexpr LogicalTypeId kUntold[] = {LogicalTypeId::TIME_TZ, LogicalTypeId::UHUGEINT,
                                       LogicalTypeId::BIT, LogicalTypeId::BIGNUM};
  for (size_t i = 0; i < types.size(); ++i) {
    const bool is_untold = std::ranges::any_of(
        kUntold, [&](LogicalTypeId type) { return duckdb::TypeVisitor::Contains(types[i], type); });
    if (!is_untold) continue;
    return Fail(ErrorKind::kInvalid,
                "column '{}' is {}, which no column of a table can be: CAST it",
                names[i].GetIdentifierName(), types[i].ToString());
  }
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
