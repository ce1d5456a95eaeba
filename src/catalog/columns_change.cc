#include "catalog/columns_change.h"

#include <algorithm>

#include "catalog/iceberg/metadata_builder.h"
#include "catalog/schema_evolution.h"

namespace tarn::catalog {
namespace {

/// errors  kInvalid: a column has the name of a partition directory that holds something else
Status CheckPartitionNames(const schema::TableSchema& schema, const schema::PartitionSpec& spec) {
  for (const schema::PartitionField& field : spec.fields) {
    const schema::Field* column = schema.FindIgnoringCase(field.name);
    const bool is_its_source = column != nullptr && column->id == field.source &&
                               field.transform.kind == schema::TransformKind::kIdentity;
    if (column == nullptr || is_its_source) continue;
    return Fail(ErrorKind::kInvalid,
                "column '{}' has the name of a partition directory that holds another value",
                column->name);
  }
  return {};
}

}  // namespace

Result<std::optional<Json>> ColumnsChange::Plan(const iceberg::TableMetadata& base,
                                                std::vector<std::string>* /*written*/) {
  TRY(CheckUuid(name(), table_.uuid, base));
  auto evolved = TRY(While(AddColumnsTo(base.current_schema(), base.last_column_id, columns_), "{}",
                           name().ToString()));
  if (!evolved) return std::nullopt;
  if (base.format_version != 2) {
    return Fail(ErrorKind::kUnsupported, "{} has Iceberg format v{}: Tarn writes v2 only",
                name().ToString(), base.format_version);
  }
  schema::TableSchema& schema = evolved->schema;
  TRY(While(CheckPartitionNames(schema, base.default_spec()), "{}", name().ToString()));
  for (const schema::TableSchema& before : base.schemas) {
    schema.schema_id = std::max(schema.schema_id, before.schema_id);
  }
  ++schema.schema_id;
  iceberg::MetadataBuilder builder(base, clock_.NowMicros() / 1000);
  builder.SetSchema(schema, evolved->last);
  return std::move(builder).Build(metadata_log_max_);
}

Result<bool> ColumnsChange::IsIn(const iceberg::TableMetadata& metadata) const {
  if (metadata.uuid != table_.uuid) return false;
  return !TRY(AddColumnsTo(metadata.current_schema(), metadata.last_column_id, columns_));
}

}  // namespace tarn::catalog
