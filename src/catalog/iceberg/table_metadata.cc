#include "catalog/iceberg/table_metadata.h"

#include <algorithm>
#include <charconv>

#include "catalog/iceberg/manifest.h"
#include "codec/compression.h"
#include "schema/iceberg_json.h"

namespace tarn::catalog::iceberg {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kMainBranch = "main";

/// Metadata is stored bytes, not a request: what is wrong in it is kCorrupt.
template <class T>
Result<T> Stored(Result<T> result) {
  if (!result && result.error().kind() == ErrorKind::kInvalid) {
    return Fail(ErrorKind::kCorrupt, "{}", result.error().message());
  }
  return result;
}

/// Call `read(item)` for each item of an array member; absent and null are empty.
template <class Read>
Status ForEachItem(const Json& json, const char* name, Read&& read) {
  const Json* array = json.Find(name);
  if (array == nullptr || array->is_null()) return {};
  if (!array->is_array()) return Fail(ErrorKind::kCorrupt, "`{}` is not an array", name);
  for (const Json& item : array->as_array()) TRY(read(item));
  return {};
}

std::map<std::string, std::string> Strings(const Json* object) {
  std::map<std::string, std::string> strings;
  if (object == nullptr || !object->is_object()) return strings;
  for (const auto& [name, value] : object->as_object()) {
    strings[name] = value.is_string() ? value.as_string() : value.Dump();
  }
  return strings;
}

int64_t IntOr(const Json& json, const char* name, int64_t otherwise) {
  const Json* member = json.Find(name);
  return member != nullptr && member->is_int() ? member->as_int() : otherwise;
}

std::string StringOr(const Json& json, const char* name) {
  const Json* member = json.Find(name);
  return member != nullptr && member->is_string() ? member->as_string() : std::string();
}

}  // namespace

class MetadataParser {
 public:
  MetadataParser(std::string uri, Json json) {
    metadata_.uri = std::move(uri);
    metadata_.json = std::move(json);
  }

  Result<TableMetadata> Parse() {
    const Json& json = metadata_.json;
    if (!json.is_object()) return Fail(ErrorKind::kCorrupt, "not a JSON object");
    TRY(ReadVersion());
    metadata_.uuid = StringOr(json, "table-uuid");
    metadata_.location = NormalizeUri(TRY(Stored(json.GetString("location"))));
    while (metadata_.location.ends_with('/')) metadata_.location.pop_back();
    metadata_.last_sequence_number = IntOr(json, "last-sequence-number", 0);
    metadata_.last_updated_ms = TRY(Stored(json.GetInt("last-updated-ms")));
    metadata_.last_column_id =
        FieldId(static_cast<int32_t>(TRY(Stored(json.GetInt("last-column-id")))));
    metadata_.properties = Strings(json.Find("properties"));
    TRY(ReadSchemas());
    TRY(ReadSpecs());
    TRY(ReadSnapshots());
    TRY(ReadRefs());
    return std::move(metadata_);
  }

 private:
  Status ReadVersion() {
    metadata_.format_version = TRY(Stored(metadata_.json.GetInt("format-version")));
    if (metadata_.format_version == 1 || metadata_.format_version == 2) return {};
    return Fail(ErrorKind::kUnsupported, "Iceberg format version {} (Tarn reads 1 and 2)",
                metadata_.format_version);
  }

  Status ReadSchemas() {
    const Json& json = metadata_.json;
    TRY(ForEachItem(json, "schemas", [&](const Json& item) -> Status {
      metadata_.schemas.push_back(TRY(schema::SchemaFromIceberg(item)));
      return {};
    }));
    const Json* single = json.Find("schema");  // v1
    if (metadata_.schemas.empty() && single != nullptr) {
      metadata_.schemas.push_back(TRY(schema::SchemaFromIceberg(*single)));
    }
    if (metadata_.schemas.empty()) return Fail(ErrorKind::kCorrupt, "no schemas");
    metadata_.current_schema_id =
        static_cast<int32_t>(IntOr(json, "current-schema-id", metadata_.schemas.back().schema_id));
    if (metadata_.FindSchema(metadata_.current_schema_id) != nullptr) return {};
    return Fail(ErrorKind::kCorrupt, "the current schema {} is not there",
                metadata_.current_schema_id);
  }

  Status ReadSpecs() {
    const Json& json = metadata_.json;
    TRY(ForEachItem(json, "partition-specs", [&](const Json& item) -> Status {
      metadata_.specs.push_back(TRY(schema::SpecFromIceberg(item)));
      return {};
    }));
    const Json* single = json.Find("partition-spec");  // v1: the array of fields alone
    if (metadata_.specs.empty() && single != nullptr) {
      metadata_.specs.push_back(TRY(schema::SpecFromIceberg(*single)));
    }
    if (metadata_.specs.empty()) return Fail(ErrorKind::kCorrupt, "no partition specs");
    metadata_.default_spec_id =
        static_cast<int32_t>(IntOr(json, "default-spec-id", metadata_.specs.back().spec_id));
    if (metadata_.FindSpec(metadata_.default_spec_id) != nullptr) return {};
    return Fail(ErrorKind::kCorrupt, "the default partition spec {} is not there",
                metadata_.default_spec_id);
  }

  Result<SnapshotRecord> ReadSnapshot(const Json& json) {
    SnapshotRecord snapshot;
    snapshot.id = SnapshotId(TRY(Stored(json.GetInt("snapshot-id"))));
    if (const Json* parent = json.Find("parent-snapshot-id"); parent && parent->is_int()) {
      snapshot.parent = SnapshotId(parent->as_int());
    }
    snapshot.sequence_number = IntOr(json, "sequence-number", 0);
    snapshot.timestamp_ms = TRY(Stored(json.GetInt("timestamp-ms")));
    if (const Json* id = json.Find("schema-id"); id && id->is_int()) {
      snapshot.schema_id = static_cast<int32_t>(id->as_int());
    }
    snapshot.manifest_list = StringOr(json, "manifest-list");
    snapshot.summary = Strings(json.Find("summary"));
    if (snapshot.manifest_list.empty() && metadata_.format_version > 1) {
      return Fail(ErrorKind::kCorrupt, "snapshot {} has no manifest list", snapshot.id.number());
    }
    return snapshot;
  }

  Status ReadSnapshots() {
    TRY(ForEachItem(metadata_.json, "snapshots", [&](const Json& item) -> Status {
      SnapshotRecord snapshot = TRY(ReadSnapshot(item));
      metadata_.snapshot_index_[snapshot.id.number()] = metadata_.snapshots.size();
      metadata_.snapshots.push_back(std::move(snapshot));
      return {};
    }));
    return ForEachItem(metadata_.json, "metadata-log", [&](const Json& item) -> Status {
      metadata_.log.push_back(
          {TRY(Stored(item.GetString("metadata-file"))), TRY(Stored(item.GetInt("timestamp-ms")))});
      return {};
    });
  }

  /// The current snapshot and the branch main are one thing; -1, null and absence mean none.
  Status ReadRefs() {
    const Json& json = metadata_.json;
    if (const Json* refs = json.Find("refs"); refs != nullptr && refs->is_object()) {
      for (const auto& [name, ref] : refs->as_object()) {
        metadata_.refs[name] = SnapshotId(TRY(Stored(ref.GetInt("snapshot-id"))));
      }
    }
    const int64_t current = IntOr(json, "current-snapshot-id", -1);
    if (current != -1) metadata_.current = SnapshotId(current);
    const auto main = metadata_.refs.find(std::string(kMainBranch));
    if (!metadata_.current && main != metadata_.refs.end()) metadata_.current = main->second;
    if (!metadata_.current || metadata_.FindSnapshot(*metadata_.current) != nullptr) return {};
    return Fail(ErrorKind::kCorrupt, "the current snapshot {} is not there",
                metadata_.current->number());
  }

  TableMetadata metadata_;
};

Result<TableMetadata> TableMetadata::Parse(std::string uri, std::string_view bytes) {
  std::string inflated;
  if (bytes.starts_with(kGzipMagic)) {
    inflated = TRY(Stored(
        codec::Decompress(codec::Compression::kGzip, bytes,
                          {.bytes_max = kMetadataBytesMax, .ratio_max = kMetadataBytesMax})));
    bytes = inflated;
  }
  Json json = TRY(Stored(Json::Parse(bytes)));
  TableMetadata metadata = TRY(MetadataParser(std::move(uri), std::move(json)).Parse());
  metadata.document_bytes_ = bytes.size();
  return metadata;
}

const schema::TableSchema* TableMetadata::FindSchema(int32_t schema_id) const {
  const auto found = std::ranges::find(schemas, schema_id, &schema::TableSchema::schema_id);
  return found == schemas.end() ? nullptr : &*found;
}

const schema::PartitionSpec* TableMetadata::FindSpec(int32_t spec_id) const {
  const auto found = std::ranges::find(specs, spec_id, &schema::PartitionSpec::spec_id);
  return found == specs.end() ? nullptr : &*found;
}

const SnapshotRecord* TableMetadata::FindSnapshot(SnapshotId id) const {
  const auto found = snapshot_index_.find(id.number());
  return found == snapshot_index_.end() ? nullptr : &snapshots[found->second];
}

std::vector<const SnapshotRecord*> TableMetadata::Lineage(std::optional<SnapshotId> from) const {
  std::vector<const SnapshotRecord*> lineage;
  while (from && lineage.size() < snapshots.size()) {  // the bound: parents may form a circle
    const SnapshotRecord* snapshot = FindSnapshot(*from);
    if (snapshot == nullptr) break;
    lineage.push_back(snapshot);
    from = snapshot->parent;
  }
  return lineage;
}

std::vector<schema::TableSchema> TableMetadata::SchemasCurrentFirst() const {
  std::vector<schema::TableSchema> ordered = {current_schema()};
  for (const schema::TableSchema& candidate : schemas) {
    if (candidate.schema_id != current_schema_id) ordered.push_back(candidate);
  }
  return ordered;
}

size_t TableMetadata::size_bytes() const {
  constexpr size_t kMemoryPerByte = 8;  // the document as values, and what is made of it
  return sizeof(*this) + document_bytes_ * kMemoryPerByte;
}

int64_t MetadataVersion(std::string_view uri) {
  std::string_view name = uri.substr(uri.rfind('/') + 1);
  if (name.starts_with('v')) name.remove_prefix(1);  // Hadoop tables: v12.metadata.json
  int64_t version = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), version);
  const bool valid = error == std::errc() && version >= 0;
  return valid ? version : 0;
}

}  // namespace tarn::catalog::iceberg
