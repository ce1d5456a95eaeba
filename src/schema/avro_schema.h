// Avro's record schemas as columns: the form in which derived datasets say theirs.
// source  Apache Avro specification 1.12, "Schema Declaration", "Logical Types"
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "schema/type.h"

namespace tarn::schema {

/// The columns of a record, and how its times are counted.
struct AvroColumns {
  std::vector<Field> fields;  ///< ids 0; required where the type is no union with null
  /// One a leaf, depth first (a map's key before its value): what a number for it is multiplied
  /// with to be a column's value. 1,000 for milliseconds, else 1.
  std::vector<int64_t> leaf_factors;
};

/// Columns whose numbers are their values.
AvroColumns PlainColumns(std::vector<Field> fields);

inline constexpr size_t kAvroSchemaBytesMax = 4 << 20;

/// Read a schema. Types are Avro's own, with `null` in unions of two, arrays, maps, records, enums
/// (as string), fixed, names of types defined before, and the logical types date, time-*,
/// timestamp-* and local-timestamp-* in milliseconds or microseconds, decimal and uuid. Other
/// logical types count as what they are written as, as Avro asks. Defaults and aliases have no
/// meaning for a writer of rows and are passed over.
///
/// in       json: a record
/// errors   kInvalid: no Avro record, or columns that CheckColumns refuses; names the field by its
///          path. kUnsupported: unions of other types, nanoseconds, a type within itself. kTooLarge
Result<AvroColumns> ParseAvroRecord(std::string_view json);

}  // namespace tarn::schema
