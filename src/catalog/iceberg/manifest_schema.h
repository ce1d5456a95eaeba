// The Avro schemas that Tarn writes manifests with. Record names, field ids and which fields are
// optional matter to readers: docs/formats/catalog.md lists what went wrong elsewhere.
#pragma once

#include <span>
#include <string>

#include "schema/partition.h"
#include "schema/type.h"

namespace tarn::catalog::iceberg {

/// The least bytes that hold every decimal of this precision. in  1..38
int DecimalBytes(int precision);

/// A name as Avro allows it, `_xHH` for what is not. source  Iceberg Java, AvroSchemaUtil
std::string AvroName(std::string_view name);

/// returns  the text for `avro.schema` of a manifest of this spec
std::string ManifestSchemaText(const schema::PartitionSpec& spec,
                               std::span<const schema::Type> partition_types);
/// returns  the text for `avro.schema` of a manifest list
std::string ManifestListSchemaText();

}  // namespace tarn::catalog::iceberg
