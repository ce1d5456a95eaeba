// A table with the table of its rejects: where rows of streams and loads land.
#pragma once

#include <vector>

#include "base/error.h"
#include "catalog/catalog.h"
#include "schema/ids.h"
#include "schema/type.h"

namespace tarn::catalog {

/// How a table is partitioned whose maker did not say, and every table of rejects.
inline constexpr const char* kPartitionsByReceipt = "day(_received_at) as _day";

/// The table of the rejects of a table.
schema::TableName RejectsOf(const schema::TableName& table);

struct TableWithRejects {
  Table rows;
  Table rejects;
};

/// What is to be there.
struct WantedTables {
  /// As it is made where it is missing; an existing one is given its columns, and must have the
  /// sort order and the bloom filters that are named.
  NewTable rows;
  std::vector<schema::Field> reject_columns;  ///< what every table of rejects has
  bool may_create = true;                     ///< the table of rows
  bool may_add_columns = true;
  /// An existing table must be partitioned as `rows` says.
  bool partitions_must_be_so = false;
};

/// Load both tables, made in one transaction where both are missing.
///
/// errors  kInvalid (a missing table that may not be made; other partitions or columns than the
///         wanted ones), those of the catalog
Result<TableWithRejects> OpenTables(Catalog& catalog, const WantedTables& wanted);

/// Give an existing table the columns, and the members of structs, that it lacks.
///
/// errors  kInvalid (partitions differ; a column has another type; one is missing and may not be
///         added), those of the catalog
Result<Table> FitTable(Catalog& catalog, Table table, const WantedTables& wanted);

}  // namespace tarn::catalog
