// What a recipe's SELECT gives, as values for the columns of its schema.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "schema/type.h"
#include "tarn/derived_stream.h"

namespace tarn::derive {

/// Which selected column fills which column of a schema.
///
/// in       selected: without the record's number; columns: the schema's
/// returns  for each column the place of the selected one
/// errors   kInvalid: one is missing, is too many or there twice, or has values of a type that
///          would have to be cast; says which, and both types
Result<std::vector<int>> MatchColumns(const arrow::Schema& selected,
                                      const std::vector<schema::Field>& columns);

/// One value. What does not fit the column is left for RowWriter to refuse.
///
/// in  array: of a type that MatchColumns takes for `wanted`
Value SelectedValue(const arrow::Array& array, int64_t row, const schema::Type& wanted);

}  // namespace tarn::derive
