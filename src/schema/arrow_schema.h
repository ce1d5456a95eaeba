// Schemas as Arrow has them. Field ids travel as `PARQUET:field_id` metadata.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "base/error.h"
#include "schema/type.h"

namespace tarn::schema {

/// timestamp → timestamp[us], timestamptz → timestamp[us, UTC], uuid → fixed_size_binary[16] (with
/// the metadata of Arrow's extension `arrow.uuid`), decimal → decimal128, string → utf8, list →
/// list<element>, map → map. Docs and the schema's id do not travel.
std::shared_ptr<arrow::Schema> ToArrowSchema(const TableSchema& schema);
std::shared_ptr<arrow::Field> ToArrowField(const Field& field);

/// The schema whose types hold every value of the Arrow types: also small and unsigned integers
/// that fit, coarser times, views, large and dictionary forms. Columns of such types need a cast to
/// ToArrowSchema of the result. Names are not checked (CheckColumns does), absent field ids are 0.
///
/// errors  kUnsupported: names the column and its Arrow type
Result<TableSchema> FromArrowSchema(const arrow::Schema& schema);

}  // namespace tarn::schema
