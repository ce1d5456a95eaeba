// The tables that a dataset's rows and rejects go to: made where they are missing, and checked
// where they are there.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/catalog.h"
#include "derive/plan.h"
#include "schema/type.h"

namespace tarn::derive {

struct WantedOutput {
  schema::TableName name;
  std::vector<schema::Field> columns;   ///< of the class, ids 0
  std::vector<std::string> dimensions;  ///< columns of the partitions, strings after the class's
  std::string location;                 ///< of the rows: a URI
  std::string rejects_location;
};

struct OutputTables {
  catalog::Table rows;
  catalog::Table rejects;
};

/// The spec by which the rows lie in directories. in  schema: with field ids
/// errors  kInvalid: names the dimension
Result<schema::PartitionSpec> SpecOf(const std::vector<std::string>& dimensions,
                                     const schema::TableSchema& schema);

/// The columns of the table, ids 0.
std::vector<schema::Field> ColumnsOf(const WantedOutput& wanted);

/// errors  kInvalid: a table of this name has other columns or partitions, or lies elsewhere: says
///         which, and what to do; those of the catalog
Result<OutputTables> OpenOutputTables(catalog::Catalog& catalog, const WantedOutput& wanted);

}  // namespace tarn::derive
