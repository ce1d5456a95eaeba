// One value of a result as text: as JSON, or as a person reads it in a table or a CSV file.
#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
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

/// Who reads the JSON.
enum class JsonForm : uint8_t {
  kData,  ///< programs that know the columns' types
  kPage,  ///< JavaScript: integers beyond 2^53 - 1 are text, times have all six digits, binary says
          ///< that it is base64: {"base64":"…"}
};

/// Append a value as JSON.
///
/// in       array: of a type that CheckHasText takes
/// returns  null for null, NaN and infinities; numbers as digits; decimals as text, but those
/// without a fraction that fit 64 bits as digits, since sum(bigint) comes as one; times ISO 8601;
/// binary as base64; maps as objects with their keys as text
void AppendJson(const arrow::Array& array, int64_t row, std::string* out,
                JsonForm form = JsonForm::kData);

inline constexpr size_t kPageCellBytesMax = size_t{64} << 10;

/// Append a value in the form kPage. Of one over kPageCellBytesMax there is only its start:
/// {"cut":"…","bytes":N} for text and nested values (N: of its JSON), {"base64":"…","bytes":N} for
/// binary ones.
void AppendPageCell(const arrow::Array& array, int64_t row, std::string* out);

/// Append a value that is not null as plain text: strings as they are, NaN and infinities as `nan`,
/// `inf`, `-inf`, nested values as JSON, the rest as in JSON without quotes.
void AppendPlain(const arrow::Array& array, int64_t row, std::string* out);

}  // namespace tarn::query
