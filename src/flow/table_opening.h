// A stream's tables in the catalog: loaded, made where they are missing and may be, and given the
// columns that the stream's rows need.
#pragma once

#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/rejects_table.h"
#include "flow/streams.h"
#include "schema/ids.h"

namespace tarn::flow {

using catalog::RejectsOf;

/// Whether the stream's creator said how its table is partitioned, so that an existing table must
/// be so, or took what comes.
enum class Partitions { kAsGiven, kAsTheyAre };

/// Load or make both tables of a stream.
///
/// errors  kInvalid (a missing table that the stream may not make; other partitions or columns than
///         the stream's), those of the catalog
Result<catalog::TableWithRejects> OpenTables(catalog::Catalog& catalog,
                                             const StreamDefinition& definition,
                                             Partitions partitions);

/// Give an existing table the columns, and the members of structs, that a stream's rows need.
///
/// errors  kInvalid (partitions differ; a column has another type; may_evolve is off and one is
///         missing), those of the catalog
Result<catalog::Table> FitTable(catalog::Catalog& catalog, catalog::Table table,
                                const StreamDefinition& definition, Partitions partitions);

/// Up to which LSN a table's snapshot covers what a node and shard brought; 0: nothing.
Lsn WatermarkOf(const catalog::Table& table, const std::string& progress_key);

/// errors  kNotFound: another table has the name now. Rows that the log holds for the one are not
///         for the other, and its watermark says nothing of them
Status CheckSameTable(const catalog::Table& ours, const catalog::Table& found);

}  // namespace tarn::flow
