// Schemas as Arrow has them. Field ids travel as `PARQUET:field_id` metadata.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "base/error.h"
#include "schema/type.h"

namespace tarn::schema {

/// timestamp → timestamp[us], timestamptz → timestamp[us, UTC], uuid → fixed_size_binary[16],
/// decimal → decimal128, string → utf8, list → list<element>, map → map.
std::shared_ptr<arrow::Schema> ToArrowSchema(const TableSchema& schema);
std::shared_ptr<arrow::Field> ToArrowField(const Field& field);

/// errors  kUnsupported: names the column and its Arrow type
Result<TableSchema> FromArrowSchema(const arrow::Schema& schema);

}  // namespace tarn::schema
