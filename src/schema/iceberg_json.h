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
Result<TableSchema> SchemaFromIceberg(const Json& json);

/// returns  {"spec-id":…,"fields":[…]}
Json SpecToIceberg(const PartitionSpec& spec);
/// Only the array of fields, as a manifest's metadata has it.
Json SpecFieldsToIceberg(const PartitionSpec& spec);
Result<PartitionSpec> SpecFromIceberg(const Json& json);

}  // namespace tarn::schema
