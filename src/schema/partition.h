// How rows are grouped into directories: transforms of columns, and the text `name,
// day(_received_at) as d`. source  Iceberg spec v2, "Partitioning"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "schema/type.h"
#include "schema/value.h"

namespace tarn::schema {

enum class TransformKind : uint8_t {
  kIdentity,
  kYear,
  kMonth,
  kDay,
  kHour,
  kBucket,
  kTruncate,
  kVoid
};

struct Transform {
  TransformKind kind = TransformKind::kIdentity;
  int parameter = 0;  ///< buckets, or truncated width
  friend bool operator==(const Transform&, const Transform&) = default;
};

/// returns  `identity`, `day`, `bucket[16]`, … as Iceberg metadata has it
std::string TransformText(Transform transform);
/// errors  kUnsupported: names the transform
Result<Transform> ParseTransform(std::string_view text);

/// The type of the transformed value: day gives a date; year, month, hour and bucket an int;
/// identity, truncate and void the source's. errors  kInvalid: this transform does not take this
/// type
Result<Type> TransformedType(Transform transform, const Type& source);

/// Apply to one value; null stays null. in  source: a type that the transform takes
/// source  Iceberg spec, "Partition Transforms" and Appendix B; PyIceberg and Java give the same
Value Apply(Transform transform, const Type& source, const Value& value);

struct PartitionField {
  FieldId source;
  int32_t field_id = 0;  ///< from 1000 up
  std::string name;      ///< also the directory's: `d` in `d=2026-11-21`
  Transform transform;
  friend bool operator==(const PartitionField&, const PartitionField&) = default;
};

struct PartitionSpec {
  int32_t spec_id = 0;
  std::vector<PartitionField> fields;  ///< empty: not partitioned
  friend bool operator==(const PartitionSpec&, const PartitionSpec&) = default;
};

inline constexpr size_t kPartitionFieldsMax = 20;
inline constexpr int kTransformParameterMax = 1'000'000;  ///< that a partition text may ask for
inline constexpr size_t kPartitionTextBytesMax = 64 << 10;
inline constexpr int32_t kFirstPartitionFieldId = 1000;

/// Parse `name, day(_received_at) as d, bucket(16, user_id), truncate(4, city) as c`.
///
/// in       text: white space alone is no partitioning. Names with other characters than letters,
///          digits, _ and . stand in double quotes or backticks; case of columns does not matter
/// in       schema: with field ids; only its top-level primitive columns are sources
/// returns  a spec with id 0 and field ids from 1000; without `as`, Iceberg's names (`ts_day`,
///          `user_id_bucket`); a lone identity keeps the column's
/// errors   kInvalid: says which part, and what would do. kTooLarge: over kPartitionTextBytesMax
Result<PartitionSpec> ParsePartitionSpec(std::string_view text, const TableSchema& schema);

/// The columns that a partition text names as they are, without a transform, and that the schema
/// lacks: as optional strings, ids 0. Reserved names are not among them.
///
/// in, errors  as ParsePartitionSpec
Result<std::vector<Field>> MissingPartitionColumns(std::string_view text,
                                                   const TableSchema& schema);

/// The reverse, for showing. in  schema that knows the sources
std::string PartitionSpecText(const PartitionSpec& spec, const TableSchema& schema);

/// The directories of a partition, `name=start/d=2026-11-21`: null is __HIVE_DEFAULT_PARTITION__,
/// an empty text is nothing (`name=`), bytes outside A-Z a-z 0-9 _ - . are percent-encoded as Hive
/// does, a component over 200 bytes is cut and hashed (docs/formats/columns.md, "Directories").
/// Different values have different directories.
///
/// in       values: one a field, of the transformed types
/// returns  without a slash at the end; empty for an unpartitioned spec
std::string PartitionPath(const PartitionSpec& spec, const TableSchema& schema,
                          const std::vector<Value>& values);

}  // namespace tarn::schema
