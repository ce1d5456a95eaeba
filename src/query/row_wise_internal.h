// What holds a SELECT to one row, or none, for each row of a table: a gate of its own, behind the
// two that all queries pass (gate_internal.h).
#pragma once

#include <duckdb/parser/sql_statement.hpp>
#include <duckdb/planner/logical_operator.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "query/engine.h"

namespace tarn::query {

/// Look at the statement as it was parsed, and have it select the number column too, behind all
/// others.
///
/// errors  kUnsupported: it is more than SELECT … FROM the table WHERE …; says what
Status MakeRowWise(duckdb::SQLStatement& statement, const RowWise& row_wise);

/// Have DuckDB refuse, in row-wise queries, each call of a function that gives something else each
/// time, when it binds the call: where the call is an argument DuckDB may work it out right then,
/// and no plan shows it any more.
void RefuseChangingFunctions(duckdb::ClientContext& context);

/// Look at its plan, before it is optimized: what the text does not tell, such as an aggregate.
///
/// errors  kUnsupported: an operator that puts rows together or takes them apart; one that reads
/// the
///         number column, which says no more of a row than where in its batch it lies
Status CheckRowWisePlan(const duckdb::LogicalOperator& plan, const std::string& number_column);

/// Look at the types of what it selects.
///
/// errors  kInvalid: a type whose values Arrow cannot hold, so that they would come as others
Status CheckRowWiseTypes(const duckdb::vector<duckdb::Identifier>& names,
                         const duckdb::vector<duckdb::LogicalType>& types);

/// What DuckDB says where a statement of MakeRowWise has an aggregate, in the words of this gate.
Status AsRowWise(Status started);

/// Of an optimized plan: the columns that are still read.
std::vector<std::string> ColumnsRead(const duckdb::LogicalOperator& plan);

}  // namespace tarn::query
