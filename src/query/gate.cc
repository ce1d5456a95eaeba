#include "query/gate_internal.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <duckdb/main/config.hpp>
#include <duckdb/optimizer/optimizer_extension.hpp>
#include <duckdb/parser/parser.hpp>
#include <duckdb/parser/query_node.hpp>
#include <duckdb/parser/statement/create_statement.hpp>
#include <duckdb/parser/statement/explain_statement.hpp>
#include <duckdb/parser/statement/multi_statement.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/planner/operator/logical_get.hpp>
#include <utility>
#include <vector>

#include "query/engine.h"
#include "query/file_scan_internal.h"
#include "query/live_scan_internal.h"
#include "query/query_tables_internal.h"
#include "query/row_wise_internal.h"

namespace tarn::query {
namespace {

using duckdb::LogicalOperatorType;
using duckdb::StatementType;

constexpr std::string_view kWhatReads =
    "SELECT, WITH, VALUES, FROM, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN and PIVOT";

// --- the statement as parsed ----------------------------------------------------------------

/// A piece of SQL text as DuckDB's own scanner cuts it, so that strings, quoted names, comments and
/// dollar quotes are what DuckDB takes them for.
struct Token {
  duckdb::SimplifiedTokenType type;
  size_t start;
  size_t end;
};

std::vector<Token> CutIntoTokens(const std::string& sql) {
  std::vector<Token> tokens;
  for (const duckdb::SimplifiedToken& token : duckdb::Parser::Tokenize(sql)) {
    if (!tokens.empty()) tokens.back().end = token.start;
    if (token.type == duckdb::SimplifiedTokenType::SIMPLIFIED_TOKEN_COMMENT) continue;
    tokens.push_back({token.type, token.start, sql.size()});
  }
  return tokens;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char c, char expected) {
    return (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) == expected;
  });
}

bool IsWord(const Token& token) {
  return token.type == duckdb::SimplifiedTokenType::SIMPLIFIED_TOKEN_KEYWORD ||
         token.type == duckdb::SimplifiedTokenType::SIMPLIFIED_TOKEN_IDENTIFIER;
}

/// `default` is a name where a dot follows it, and where it stands behind FROM or IN (SHOW TABLES
/// FROM default): the grammar has no other use for it there.
std::string QuoteDefaultDatabase(std::string_view sql) {
  const std::string text(sql);
  const std::vector<Token> tokens = CutIntoTokens(text);
  const auto starts_with = [&](size_t i, std::string_view word) {
    return i < tokens.size() && EqualsIgnoringCase(sql.substr(tokens[i].start, word.size()), word);
  };
  std::string quoted;
  size_t copied = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    constexpr std::string_view kName = schema::kDefaultDatabase;
    if (!IsWord(tokens[i]) || !starts_with(i, kName)) continue;
    const size_t end = tokens[i].start + kName.size();
    const bool is_whole = end == sql.size() || end == tokens[i].end ||
                          std::string_view(" \t\r\n.;,)-/").contains(sql[end]);
    const bool behind_from =
        i > 0 && IsWord(tokens[i - 1]) && (starts_with(i - 1, "from") || starts_with(i - 1, "in"));
    const bool before_dot = i + 1 < tokens.size() && sql[tokens[i + 1].start] == '.';
    if (!is_whole || !(before_dot || behind_from)) continue;
    quoted.append(sql.substr(copied, tokens[i].start - copied));
    quoted.append(QuoteIdentifier(sql.substr(tokens[i].start, kName.size())));
    copied = end;
  }
  quoted.append(sql.substr(copied));
  return quoted;
}

/// `CREATE_STATEMENT` as `CREATE`, `VARIABLE_SET_STATEMENT` as `VARIABLE SET`.
std::string StatementName(StatementType type) {
  std::string name = duckdb::StatementTypeToString(type);
  constexpr std::string_view kSuffix = "_STATEMENT";
  if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::unexpected<Error> Refuse(std::string_view what) {
  return Fail(ErrorKind::kUnsupported, "{} is not supported: SQL here only reads the lake ({})",
              what, kWhatReads);
}

/// The name of what a WITH clause holds where it is no query; empty where it is one.
std::string_view WriteName(duckdb::QueryNodeType type) {
  switch (type) {
    case duckdb::QueryNodeType::UPDATE_QUERY_NODE:
      return "UPDATE";
    case duckdb::QueryNodeType::DELETE_QUERY_NODE:
      return "DELETE";
    case duckdb::QueryNodeType::INSERT_QUERY_NODE:
      return "INSERT";
    case duckdb::QueryNodeType::MERGE_QUERY_NODE:
      return "MERGE";
    case duckdb::QueryNodeType::COPY_QUERY_NODE:
      return "COPY";
    case duckdb::QueryNodeType::STATEMENT_NODE:
      return "a statement";
    default:
      return {};
  }
}

/// DuckDB takes a WITH clause that writes at the top of a statement only.
Status CheckSelectReads(const duckdb::SelectStatement& select) {
  for (const auto& part : select.node->cte_map.map) {
    const std::string_view write = WriteName(part.second->query_node->type);
    if (!write.empty()) return Refuse(Format("{} inside WITH", write));
  }
  return {};
}

/// A PIVOT without a list of values is a type of those values that DuckDB makes first, then a
/// query.
bool IsPartOfPivot(const duckdb::SQLStatement& statement) {
  if (statement.type != StatementType::CREATE_STATEMENT) return false;
  const duckdb::CreateInfo& made = *statement.Cast<duckdb::CreateStatement>().info;
  return made.type == duckdb::CatalogType::TYPE_ENTRY && made.temporary;
}

Status CheckReads(const duckdb::SQLStatement& statement) {
  switch (statement.type) {
    case StatementType::SELECT_STATEMENT:
      return CheckSelectReads(statement.Cast<duckdb::SelectStatement>());
    case StatementType::EXPLAIN_STATEMENT:
      return CheckReads(*statement.Cast<duckdb::ExplainStatement>().stmt);
    case StatementType::MULTI_STATEMENT:
      for (const auto& part : statement.Cast<duckdb::MultiStatement>().statements) {
        if (!IsPartOfPivot(*part)) TRY(CheckReads(*part));
      }
      return {};
    default:
      return Refuse(StatementName(statement.type));
  }
}

// --- the plan before it runs ----------------------------------------------------------------

/// Table functions that a query may use where it may not leave the lake. The others read files,
/// show what other queries or the process do, or run SQL of their own.
constexpr std::array kFunctionsInTheLake = std::to_array<std::string_view>({
    kFileScanFunction,
    kLiveScanFunction,
    "duckdb_columns",
    "duckdb_constraints",
    "duckdb_coordinate_systems",
    "duckdb_databases",
    "duckdb_dependencies",
    "duckdb_functions",
    "duckdb_indexes",
    "duckdb_keywords",
    "duckdb_schemas",
    "duckdb_sequences",
    "duckdb_tables",
    "duckdb_types",
    "duckdb_views",
    "generate_series",
    "icu_calendar_names",
    "json_each",
    "json_tree",
    "pg_timezone_names",
    "pragma_collations",
    "pragma_database_list",
    "pragma_show",
    "pragma_table_info",
    "pragma_version",
    "range",
    "repeat",
    "repeat_row",
    "summary",
    "test_all_types",
    "unnest",
});

/// Table functions that no query may use: they run SQL that these gates do not see, or change the
/// process.
constexpr std::array kFunctionsOfNobody = std::to_array<std::string_view>({
    "arrow_scan",
    "arrow_scan_dumb",
    "checkpoint",
    "disable_logging",
    "enable_logging",
    "force_checkpoint",
    "json_execute_serialized_sql",
    "set_log_level",
    "truncate_duckdb_logs",
});

bool OnlyReads(LogicalOperatorType type) {
  switch (type) {
    case LogicalOperatorType::LOGICAL_PROJECTION:
    case LogicalOperatorType::LOGICAL_FILTER:
    case LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY:
    case LogicalOperatorType::LOGICAL_WINDOW:
    case LogicalOperatorType::LOGICAL_UNNEST:
    case LogicalOperatorType::LOGICAL_LIMIT:
    case LogicalOperatorType::LOGICAL_ORDER_BY:
    case LogicalOperatorType::LOGICAL_TOP_N:
    case LogicalOperatorType::LOGICAL_DISTINCT:
    case LogicalOperatorType::LOGICAL_SAMPLE:
    case LogicalOperatorType::LOGICAL_PIVOT:
    case LogicalOperatorType::LOGICAL_GET:
    case LogicalOperatorType::LOGICAL_CHUNK_GET:
    case LogicalOperatorType::LOGICAL_DELIM_GET:
    case LogicalOperatorType::LOGICAL_EXPRESSION_GET:
    case LogicalOperatorType::LOGICAL_DUMMY_SCAN:
    case LogicalOperatorType::LOGICAL_EMPTY_RESULT:
    case LogicalOperatorType::LOGICAL_CTE_REF:
    case LogicalOperatorType::LOGICAL_JOIN:
    case LogicalOperatorType::LOGICAL_DELIM_JOIN:
    case LogicalOperatorType::LOGICAL_COMPARISON_JOIN:
    case LogicalOperatorType::LOGICAL_ANY_JOIN:
    case LogicalOperatorType::LOGICAL_CROSS_PRODUCT:
    case LogicalOperatorType::LOGICAL_POSITIONAL_JOIN:
    case LogicalOperatorType::LOGICAL_ASOF_JOIN:
    case LogicalOperatorType::LOGICAL_DEPENDENT_JOIN:
    case LogicalOperatorType::LOGICAL_UNION:
    case LogicalOperatorType::LOGICAL_EXCEPT:
    case LogicalOperatorType::LOGICAL_INTERSECT:
    case LogicalOperatorType::LOGICAL_RECURSIVE_CTE:
    case LogicalOperatorType::LOGICAL_MATERIALIZED_CTE:
    case LogicalOperatorType::LOGICAL_EXPLAIN:
    // PIVOT without a list of values makes itself a type first. CREATE TYPE of a user's is refused
    // as a statement.
    case LogicalOperatorType::LOGICAL_CREATE_TYPE:
      return true;
    default:
      return false;
  }
}

/// returns  why a function may not be used; empty where it may
std::string WhyNot(const std::string& function, bool external_access) {
  if (std::ranges::contains(kFunctionsOfNobody, function)) {
    return Format("the table function {} is not supported", function);
  }
  if (external_access || std::ranges::contains(kFunctionsInTheLake, function)) return {};
  return Format("the table function {} is not supported: SQL here reads only tables of the lake",
                function);
}

}  // namespace

struct PlanGate::State : duckdb::OptimizerExtensionInfo {
  bool external_access = false;
  std::atomic<bool> closed = false;

  void Check(QueryTables& tables, const duckdb::LogicalOperator& plan) const {
    if (!OnlyReads(plan.type)) {
      tables.Throw(Error(ErrorKind::kUnsupported,
                         Format("{} inside a query is not supported: SQL here only reads the lake",
                                plan.GetName())));
    }
    if (plan.type == LogicalOperatorType::LOGICAL_GET) {
      const auto& get = plan.Cast<duckdb::LogicalGet>();
      std::string why = WhyNot(get.function.GetName().GetIdentifierName(), external_access);
      if (!why.empty()) tables.Throw(Error(ErrorKind::kUnsupported, std::move(why)));
    }
    for (const auto& child : plan.children) Check(tables, *child);
  }

  static void Hook(duckdb::OptimizerExtensionInput& input,
                   duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
    const auto& state = static_cast<const State&>(*input.info);
    if (!state.closed) return;
    const auto tables = QueryTables::Find(input.context);
    if (!tables) throw duckdb::PermissionException("SQL inside SQL is not run here");
    state.Check(*tables, *plan);
    if (!tables->row_wise()) return;
    const Status row_wise = CheckRowWisePlan(*plan, tables->row_wise()->number_column);
    if (!row_wise) tables->Throw(row_wise.error());
  }

  static void AfterOptimizing(duckdb::OptimizerExtensionInput& input,
                              duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
    const auto tables = QueryTables::Find(input.context);
    if (tables && tables->row_wise()) tables->NoteColumnsRead(ColumnsRead(*plan));
  }
};

PlanGate::PlanGate(duckdb::DBConfig& config, bool external_access)
    : state_(duckdb::make_shared_ptr<State>()) {
  state_->external_access = external_access;
  duckdb::OptimizerExtension extension;
  extension.pre_optimize_function = State::Hook;
  extension.optimize_function = State::AfterOptimizing;
  extension.optimizer_info = state_;
  duckdb::OptimizerExtension::Register(config, std::move(extension));
}

void PlanGate::Close() { state_->closed = true; }

std::string QuoteIdentifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  quoted += '"';
  return quoted;
}

Result<duckdb::unique_ptr<duckdb::SQLStatement>> ParseReadingStatement(
    duckdb::Connection& connection, std::string_view sql) {
  if (sql.size() > kSqlBytesMax) {
    return Fail(ErrorKind::kTooLarge, "the SQL text has {} bytes; at most {} are taken", sql.size(),
                kSqlBytesMax);
  }
  auto statements = connection.ExtractStatements(QuoteDefaultDatabase(sql));
  if (statements.size() != 1) {
    return Fail(ErrorKind::kInvalid, "expected one SQL statement, found {}", statements.size());
  }
  TRY(CheckReads(*statements[0]));
  return std::move(statements[0]);
}

}  // namespace tarn::query
