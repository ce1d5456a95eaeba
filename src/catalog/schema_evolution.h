// Adding columns to a schema, at any depth. A pure function; columns_change.h commits it.
#pragma once

#include <optional>
#include <vector>

#include "base/error.h"
#include "schema/type.h"

namespace tarn::catalog {

/// A schema with more columns.
struct EvolvedSchema {
  schema::TableSchema schema;  ///< schema_id as before: the caller gives a new one
  FieldId last;                ///< the highest id given
};

/// Add columns to a schema; members of structs too, also of those in lists and map values. Columns
/// that are there with the same type are left alone.
///
/// in       last: the highest field id that the table ever gave; columns: ids 0
/// returns  none: all columns are there already
/// errors   kInvalid: a type that differs, a name that differs only by case, a required column;
/// the path is named
Result<std::optional<EvolvedSchema>> AddColumnsTo(const schema::TableSchema& current, FieldId last,
                                                  const std::vector<schema::Field>& columns);

}  // namespace tarn::catalog
