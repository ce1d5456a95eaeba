// One value of a result as text: as JSON, or as a person reads it in a table or a CSV file.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <string>

#include "base/error.h"

namespace tarn::query {

/// Whether text of this type can be made. errors  kUnsupported: names the column and its type
Status CheckHasText(const arrow::Field& field);

/// As CheckHasText, of all columns.
Status CheckHaveText(const arrow::RecordBatch& batch);

/// True for types whose text stands on the right in a table.
bool IsNumber(const arrow::DataType& type);

/// Append a value as JSON.
///
/// in       array: of a type that CheckHasText takes
/// returns  null for null, NaN and infinities; numbers as digits; decimals as text, but those
/// without a fraction that fit 64 bits as digits, since sum(bigint) comes as one; times ISO 8601;
/// binary as base64; maps as objects with their keys as text
void AppendJson(const arrow::Array& array, int64_t row, std::string* out);

/// Append a value that is not null as plain text: strings as they are, NaN and infinities as `nan`,
/// `inf`, `-inf`, nested values as JSON, the rest as in JSON without quotes.
void AppendPlain(const arrow::Array& array, int64_t row, std::string* out);

}  // namespace tarn::query
