// Makes a live batch's columns fit those of a snapshot, as reading a file of another schema does:
// members are found by field id, what is missing is null, int widens to long and float to double.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "base/error.h"
#include "schema/type.h"

namespace tarn::query {

/// One column of the snapshot out of a batch.
///
/// in       batch: fields carry `PARQUET:field_id`; those without are found by name
/// returns  an array of the column's Arrow type, as long as the batch; shares its buffers where the
/// types agree
/// errors   kInvalid: the batch's column is of a type that does not widen to the snapshot's
Result<std::shared_ptr<arrow::Array>> ConformColumn(const arrow::RecordBatch& batch,
                                                    const schema::Field& column);

}  // namespace tarn::query
