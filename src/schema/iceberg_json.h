// Schemas and partition specs as Iceberg metadata JSON.
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "schema/partition.h"
#include "schema/type.h"

namespace tarn::schema {

Json TypeToIceberg(const Type& type);
/// errors  kUnsupported (a type of format v3: named), kCorrupt
Result<Type> TypeFromIceberg(const Json& json);

/// returns  {"type":"struct","schema-id":…,"fields":[…]}
Json SchemaToIceberg(const TableSchema& schema);
/// Members that are not known are ignored, but a non-null `initial-default` is kUnsupported: its
/// rows would read wrongly. Without schema-id (format v1) it is 0. Names are not checked.
///
/// errors  kUnsupported, kCorrupt (also: a field id twice); both name the field
Result<TableSchema> SchemaFromIceberg(const Json& json);

/// returns  {"spec-id":…,"fields":[…]}
Json SpecToIceberg(const PartitionSpec& spec);
/// Only the array of fields, as a manifest's metadata has it.
Json SpecFieldsToIceberg(const PartitionSpec& spec);
/// Reads a spec, or only its array of fields (spec id 0). Absent field ids count from 1000, as in
/// format v1.
///
/// errors  kUnsupported (a transform that is not known, several sources), kCorrupt
Result<PartitionSpec> SpecFromIceberg(const Json& json);

}  // namespace tarn::schema
