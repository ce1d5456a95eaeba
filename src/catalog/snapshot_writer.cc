#include "catalog/snapshot_writer.h"

#include <algorithm>
#include <set>

#include "catalog/iceberg/metadata_builder.h"
#include "catalog/manifest_merge.h"
#include "catalog/watermarks.h"

namespace tarn::catalog {

int64_t NextSequenceNumber(const iceberg::TableMetadata& base) {
  return base.last_sequence_number + 1;
}

Status SnapshotWriter::CheckAdded(const iceberg::TableMetadata& base, int32_t schema_id) const {
  if (base.format_version != 2) {
    return Fail(ErrorKind::kUnsupported,
                "{} has Iceberg format v{}: Tarn reads it, and writes v2 only. Upgrade it with "
                "another engine",
                name_.ToString(), base.format_version);
  }
  if (base.FindSchema(schema_id) == nullptr) {
    return Fail(ErrorKind::kInvalid, "{} has no schema {}", name_.ToString(), schema_id);
  }
  std::set<std::string_view> uris;
  const auto schemas = base.SchemasCurrentFirst();
  for (const schema::DataFile& file : added_files_) {
    TRY(CheckFile(base, schemas, file));
    if (!uris.insert(file.uri).second) {
      return Fail(ErrorKind::kInvalid, "data file {} is appended twice", file.uri);
    }
  }
  return {};
}

Status SnapshotWriter::CheckFile(const iceberg::TableMetadata& base,
                                 std::span<const schema::TableSchema> schemas,
                                 const schema::DataFile& file) const {
  const schema::PartitionSpec* spec = base.FindSpec(file.spec_id);
  if (spec == nullptr) {
    return Fail(ErrorKind::kInvalid, "{}: no partition spec {}", file.uri, file.spec_id);
  }
  const auto types = TRY(iceberg::PartitionTypes(*spec, schemas));
  if (!iceberg::AreValuesOf(types, file.partition)) {
    return Fail(ErrorKind::kInvalid, "{}: its partition values do not fit spec {}", file.uri,
                file.spec_id);
  }
  if (file.uri.empty() || file.record_count < 0 || file.size_bytes <= 0) {
    return Fail(ErrorKind::kInvalid, "data file '{}' has no name or no size", file.uri);
  }
  return {};
}

Result<ManifestList> SnapshotWriter::WriteAdded(const iceberg::TableMetadata& base) {
  if (!is_written_) {
    added_.clear();  // of an attempt that ended in the middle
    std::set<int32_t> specs;
    for (const schema::DataFile& file : added_files_) specs.insert(file.spec_id);
    for (const int32_t spec_id : specs) TRY(WriteAddedManifest(base, spec_id));
    is_written_ = true;
  }
  ManifestList manifests = added_;
  for (iceberg::ManifestFile& manifest : manifests) {
    manifest.sequence_number = NextSequenceNumber(base);
    manifest.min_sequence_number = manifest.sequence_number;
  }
  return manifests;
}

Status SnapshotWriter::WriteAddedManifest(const iceberg::TableMetadata& base, int32_t spec_id) {
  std::vector<iceberg::ManifestEntry> entries;
  for (const schema::DataFile& file : added_files_) {
    if (file.spec_id != spec_id) continue;
    iceberg::ManifestEntry& entry = entries.emplace_back();
    entry.snapshot_id = id().number();
    entry.file = iceberg::FromDataFile(file);
  }
  const std::string uri =
      Format("{}/{}-m{}.avro", MetadataDirectory(base), context_.files.NewUuid(), added_.size());
  shared_files_.push_back(uri);
  added_.push_back(TRY(context_.files.WriteManifest(base, spec_id, uri, id(), entries)));
  return {};
}

Result<iceberg::ManifestFile> SnapshotWriter::WriteManifest(
    const iceberg::TableMetadata& base, int32_t spec_id,
    const std::vector<iceberg::ManifestEntry>& entries, std::vector<std::string>* written) {
  const std::string uri =
      Format("{}/{}-m0.avro", MetadataDirectory(base), context_.files.NewUuid());
  written->push_back(uri);
  iceberg::ManifestFile manifest =
      TRY(context_.files.WriteManifest(base, spec_id, uri, id(), entries));
  manifest.sequence_number = NextSequenceNumber(base);
  manifest.min_sequence_number = manifest.sequence_number;
  for (const iceberg::ManifestEntry& entry : entries) {
    if (!entry.is_live()) continue;
    manifest.min_sequence_number = std::min(manifest.min_sequence_number, *entry.sequence_number);
  }
  return manifest;
}

Result<ManifestList> SnapshotWriter::Merge(const iceberg::TableMetadata& base,
                                           const ManifestList& manifests,
                                           std::vector<std::string>* written) {
  return MergeSmallManifests(context_.files, base, manifests, context_.limits.manifests_merge_min,
                             NextSequenceNumber(base), id(), written);
}

Result<Json> SnapshotWriter::Write(const iceberg::TableMetadata& base,
                                   const ManifestList& manifests,
                                   const std::map<std::string, std::string>& summary,
                                   const schema::Watermarks& watermarks,
                                   std::vector<std::string>* written) {
  iceberg::MetadataBuilder builder(base, context_.clock.NowMicros() / 1000);
  iceberg::ManifestListContext list;
  list.snapshot_id = id().number();
  if (base.current) list.parent_id = base.current->number();
  list.sequence_number = builder.sequence_number();
  list.sync = context_.files.NewSyncMarker();
  const std::string uri = Format("{}/snap-{}-{}-{}.avro", MetadataDirectory(base), id().number(),
                                 attempt_++, context_.files.NewUuid());
  written->push_back(uri);
  TRY(context_.files.Write(uri, TRY(iceberg::WriteManifestList(list, manifests))));

  iceberg::NewSnapshot snapshot{id(), uri, summary};
  for (const auto& [name, value] : WatermarkEntries(watermarks)) {
    snapshot.summary[name] = value;
    builder.SetProperty(name, value);
  }
  builder.AddSnapshot(snapshot);
  builder.RemoveSnapshots(ChooseExpired(base, builder.timestamp_ms(), context_.limits.retention));
  return std::move(builder).Build(context_.limits.metadata_log_max);
}

}  // namespace tarn::catalog
