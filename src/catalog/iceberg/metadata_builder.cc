#include "catalog/iceberg/metadata_builder.h"

#include <algorithm>

#include "base/invariant.h"
#include "schema/iceberg_json.h"

namespace tarn::catalog::iceberg {
namespace {

constexpr int64_t kNoSnapshot = -1;            // as Iceberg Java writes it
constexpr int32_t kUnpartitionedLastId = 999;  // partition fields count from 1000

Json StringsJson(const std::map<std::string, std::string>& strings) {
  Json::Object members;
  for (const auto& [name, value] : strings) members.emplace_back(name, value);
  return Json(std::move(members));
}

std::optional<SnapshotId> SnapshotIdOf(const Json& item) {
  const Json* id = item.Find("snapshot-id");
  if (id == nullptr || !id->is_int()) return std::nullopt;
  return SnapshotId(id->as_int());
}

bool IsOf(const std::set<SnapshotId>& ids, const Json& item) {
  const auto id = SnapshotIdOf(item);
  return id && ids.contains(*id);
}

/// Iceberg keeps the history gapless: what came before a forgotten snapshot goes with it.
/// source  Iceberg Java, TableMetadata.updateSnapshotLog
Json::Array LogWithout(const std::set<SnapshotId>& ids, const Json::Array& log) {
  Json::Array kept;
  for (const Json& entry : log) {
    if (IsOf(ids, entry)) {
      kept.clear();
    } else {
      kept.push_back(entry);
    }
  }
  return kept;
}

Json SortOrderJson(const std::vector<schema::SortBy>& order) {
  Json::Array fields;
  for (const schema::SortBy& by : order) {
    fields.push_back(
        Json::MakeObject({{"transform", "identity"},
                          {"source-id", by.column.number()},
                          {"direction", by.descending ? "desc" : "asc"},
                          {"null-order", by.nulls_first ? "nulls-first" : "nulls-last"}}));
  }
  return Json::MakeObject({{"order-id", 1}, {"fields", Json(std::move(fields))}});
}

}  // namespace

MetadataBuilder::MetadataBuilder(const TableMetadata& base, int64_t now_ms)
    : base_(base), timestamp_ms_(std::max(now_ms, base.last_updated_ms + 1)), json_(base.json) {
  INVARIANT(base.format_version == 2, "only v2 metadata is written");
}

Json& MetadataBuilder::Member(const char* name, Json otherwise) {
  for (auto& [member, value] : json_.as_object()) {
    if (member == name && !value.is_null()) return value;
  }
  return json_.Set(name, std::move(otherwise));
}

void MetadataBuilder::AddSnapshot(const NewSnapshot& added) {
  const int64_t id = added.id.number();
  Json snapshot = Json::MakeObject({{"snapshot-id", id}});
  if (base_.current) snapshot.Set("parent-snapshot-id", base_.current->number());
  snapshot.Set("sequence-number", sequence_number());
  snapshot.Set("timestamp-ms", timestamp_ms_);
  snapshot.Set("manifest-list", added.manifest_list);
  snapshot.Set("summary", StringsJson(added.summary));
  snapshot.Set("schema-id", base_.current_schema_id);
  Member("snapshots", Json::MakeArray()).Push(std::move(snapshot));
  Member("snapshot-log", Json::MakeArray())
      .Push(Json::MakeObject({{"snapshot-id", id}, {"timestamp-ms", timestamp_ms_}}));
  json_.Set("current-snapshot-id", id);
  json_.Set("last-sequence-number", sequence_number());
  Json& refs = Member("refs", Json::MakeObject({}));
  Json main = Json::MakeObject({{"type", "branch"}});
  if (const Json* before = refs.Find("main")) main = *before;  // it may carry retention settings
  main.Set("snapshot-id", id);
  refs.Set("main", std::move(main));
}

void MetadataBuilder::RemoveSnapshots(const std::set<SnapshotId>& ids) {
  if (ids.empty()) return;
  for (const char* name : {"snapshots", "statistics", "partition-statistics"}) {
    std::erase_if(Member(name, Json::MakeArray()).as_array(),
                  [&](const Json& item) { return IsOf(ids, item); });
  }
  Json& log = Member("snapshot-log", Json::MakeArray());
  log = LogWithout(ids, log.as_array());
}

void MetadataBuilder::SetProperty(const std::string& name, const std::string& value) {
  Member("properties", Json::MakeObject({})).Set(name, value);
}

void MetadataBuilder::SetSchema(const schema::TableSchema& schema, FieldId last) {
  INVARIANT(base_.FindSchema(schema.schema_id) == nullptr, "a new schema has an id of its own");
  Json added = schema::SchemaToIceberg(schema);
  Json& schemas = Member("schemas", Json::MakeArray());
  for (const Json& before : schemas.as_array()) {
    const Json* id = before.Find("schema-id");
    const Json* identifiers = before.Find("identifier-field-ids");
    if (identifiers != nullptr && id != nullptr && *id == Json(base_.current_schema_id)) {
      added.Set("identifier-field-ids", *identifiers);
    }
  }
  schemas.Push(std::move(added));
  json_.Set("current-schema-id", schema.schema_id);
  json_.Set("last-column-id", std::max(last, base_.last_column_id).number());
}

Json MetadataBuilder::Build(size_t metadata_log_max) && {
  json_.Set("last-updated-ms", timestamp_ms_);
  Json& log = Member("metadata-log", Json::MakeArray());
  log.Push(
      Json::MakeObject({{"metadata-file", base_.uri}, {"timestamp-ms", base_.last_updated_ms}}));
  Json::Array& entries = log.as_array();
  if (entries.size() > metadata_log_max) {
    entries.erase(entries.begin(), entries.end() - static_cast<ptrdiff_t>(metadata_log_max));
  }
  return std::move(json_);
}

Json MakeFirstMetadata(const FirstMetadata& first) {
  int32_t last_partition_id = kUnpartitionedLastId;
  for (const schema::PartitionField& field : first.spec.fields) {
    last_partition_id = std::max(last_partition_id, field.field_id);
  }
  Json::Array sort_orders = {Json::MakeObject({{"order-id", 0}, {"fields", Json::MakeArray()}})};
  if (!first.sort_by.empty()) sort_orders.push_back(SortOrderJson(first.sort_by));
  return Json::MakeObject({
      {"format-version", 2},
      {"table-uuid", first.uuid},
      {"location", first.location},
      {"last-sequence-number", 0},
      {"last-updated-ms", first.timestamp_ms},
      {"last-column-id", first.schema.LastFieldId().number()},
      {"current-schema-id", first.schema.schema_id},
      {"schemas", Json(Json::Array{schema::SchemaToIceberg(first.schema)})},
      {"default-spec-id", first.spec.spec_id},
      {"partition-specs", Json(Json::Array{schema::SpecToIceberg(first.spec)})},
      {"last-partition-id", last_partition_id},
      {"default-sort-order-id", static_cast<int64_t>(sort_orders.size()) - 1},
      {"sort-orders", Json(std::move(sort_orders))},
      {"properties", StringsJson(first.properties)},
      {"current-snapshot-id", kNoSnapshot},
      {"refs", Json::MakeObject({})},
      {"snapshots", Json::MakeArray()},
      {"statistics", Json::MakeArray()},
      {"partition-statistics", Json::MakeArray()},
      {"snapshot-log", Json::MakeArray()},
      {"metadata-log", Json::MakeArray()},
  });
}

}  // namespace tarn::catalog::iceberg
