#include "catalog/snapshot_reader.h"

#include <set>

#include "catalog/watermarks.h"

namespace tarn::catalog {
namespace {

constexpr size_t kListingKeys = 1000;

/// Delete files that are not applied would show deleted rows again: such a snapshot is refused.
Status CheckNoDeletes(TableFiles& files, const iceberg::TableMetadata& metadata,
                      const iceberg::SnapshotRecord& snapshot,
                      const iceberg::ManifestFile& manifest) {
  bool is_empty = manifest.is_known_empty();
  if (!is_empty && !(manifest.added_files && manifest.existing_files)) {
    is_empty = true;
    for (const auto& entry : TRY(files.Entries(metadata, manifest))) is_empty &= !entry.is_live();
  }
  if (is_empty) return {};
  return Fail(
      ErrorKind::kUnsupported,
      "snapshot {} has delete files (merge-on-read), which Tarn does not apply. Compact the "
      "table with the engine that wrote them",
      snapshot.id.number());
}

}  // namespace

Result<schema::Snapshot> ReadSnapshot(TableFiles& files, const schema::TableName& name,
                                      const iceberg::TableMetadata& metadata,
                                      std::optional<SnapshotId> at) {
  schema::Snapshot result;
  result.name = name;
  result.metadata_uri = metadata.uri;
  result.schema = metadata.current_schema();
  result.specs = metadata.specs;
  result.id = at ? at : metadata.current;
  result.watermarks = at ? TRY(WatermarksAt(metadata, *at)) : TRY(CurrentWatermarks(metadata));
  if (!result.id) return result;
  const iceberg::SnapshotRecord* snapshot = metadata.FindSnapshot(*result.id);
  if (snapshot == nullptr) {
    return Fail(ErrorKind::kNotFound, "{} has no snapshot {} (any more)", name.ToString(),
                result.id->number());
  }
  if (at && snapshot->schema_id) {
    const schema::TableSchema* schema = metadata.FindSchema(*snapshot->schema_id);
    if (schema != nullptr) result.schema = *schema;
  }
  for (const iceberg::ManifestFile& manifest : *TRY(files.Manifests(*snapshot))) {
    if (manifest.content == iceberg::kContentDeletes) {
      TRY(While(CheckNoDeletes(files, metadata, *snapshot, manifest), "{}", name.ToString()));
    } else if (!manifest.is_known_empty()) {
      auto live = While(files.LiveFiles(metadata, manifest), "{}", name.ToString());
      result.files.push_back(TRY(std::move(live)));
    }
  }
  return result;
}

Result<std::vector<std::string>> ListDataObjects(TableFiles& files, const std::string& location,
                                                 const std::string& stem_prefix) {
  const store::Buckets::Place place = TRY(files.buckets().Locate(location));
  const std::string prefix = place.key + "/data/";
  std::vector<std::string> uris;
  std::string after;
  do {
    store::Listing page = TRY(place.store->List(prefix, after, "", kListingKeys));
    for (const store::ObjectInfo& object : page.objects) {
      const std::string_view key = object.key;
      if (key.substr(key.rfind('/') + 1).starts_with(stem_prefix)) {
        uris.push_back(place.store->Uri(object.key));
      }
    }
    after = page.next;
  } while (!after.empty());
  return uris;
}

Result<std::vector<std::string>> WithoutReferenced(TableFiles& files,
                                                   const iceberg::TableMetadata& metadata,
                                                   std::vector<std::string> uris) {
  if (uris.empty()) return uris;
  std::set<std::string> unreferenced(uris.begin(), uris.end());
  std::set<std::string> seen;
  for (const iceberg::SnapshotRecord& snapshot : metadata.snapshots) {
    for (const iceberg::ManifestFile& manifest : *TRY(files.Manifests(snapshot))) {
      if (manifest.content != iceberg::kContentData || !seen.insert(manifest.path).second) continue;
      for (const schema::DataFile& file : *TRY(files.LiveFiles(metadata, manifest))) {
        unreferenced.erase(file.uri);
      }
    }
  }
  return std::vector<std::string>(unreferenced.begin(), unreferenced.end());
}

}  // namespace tarn::catalog
