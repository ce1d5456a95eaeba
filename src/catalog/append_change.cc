#include "catalog/append_change.h"

#include <set>

#include "catalog/append_summary.h"
#include "catalog/iceberg/metadata_builder.h"
#include "catalog/manifest_merge.h"
#include "catalog/watermarks.h"

namespace tarn::catalog {

Result<schema::Watermarks> AppendChange::AdvanceWatermark(
    const iceberg::TableMetadata& base) const {
  schema::Watermarks watermarks = TRY(CurrentWatermarks(base));
  if (!append_.progress) return watermarks;
  const TableAppend::Progress& progress = *append_.progress;
  if (progress.to < progress.from) {
    return Fail(ErrorKind::kInvalid, "{}: watermark {} would go back from {} to {}",
                append_.name.ToString(), progress.key, progress.from.number(),
                progress.to.number());
  }
  const Lsn at = watermarks[progress.key];
  if (at != progress.from) {
    return Fail(ErrorKind::kConflict, "{}: watermark {} is at {}, the append begins after {}",
                append_.name.ToString(), progress.key, at.number(), progress.from.number());
  }
  watermarks[progress.key] = progress.to;
  return watermarks;
}

Status AppendChange::CheckFiles(const iceberg::TableMetadata& base) const {
  if (base.format_version != 2) {
    return Fail(ErrorKind::kUnsupported,
                "{} has Iceberg format v{}: Tarn reads it, and writes v2 only. Upgrade it with "
                "another engine",
                append_.name.ToString(), base.format_version);
  }
  if (base.FindSchema(append_.schema_id) == nullptr) {
    return Fail(ErrorKind::kInvalid, "{} has no schema {}", append_.name.ToString(),
                append_.schema_id);
  }
  std::set<std::string_view> uris;
  const auto schemas = base.SchemasCurrentFirst();
  for (const schema::DataFile& file : append_.files) {
    const schema::PartitionSpec* spec = base.FindSpec(file.spec_id);
    if (spec == nullptr) {
      return Fail(ErrorKind::kInvalid, "{}: no partition spec {}", file.uri, file.spec_id);
    }
    const auto types = TRY(iceberg::PartitionTypes(*spec, schemas));
    bool fits = file.partition.size() == types.size();
    for (size_t i = 0; fits && i < types.size(); ++i) {
      fits = iceberg::IsValueOf(types[i], file.partition[i]);
    }
    if (!fits) {
      return Fail(ErrorKind::kInvalid, "{}: its partition values do not fit spec {}", file.uri,
                  file.spec_id);
    }
    if (file.uri.empty() || file.record_count < 0 || file.size_bytes <= 0) {
      return Fail(ErrorKind::kInvalid, "data file '{}' has no name or no size", file.uri);
    }
    if (!uris.insert(file.uri).second) {
      return Fail(ErrorKind::kInvalid, "data file {} is appended twice", file.uri);
    }
  }
  return {};
}

Status AppendChange::WriteManifests(const iceberg::TableMetadata& base) {
  if (is_written_) return {};
  added_.clear();  // of an attempt that ended in the middle
  std::set<int32_t> specs;
  for (const schema::DataFile& file : append_.files) specs.insert(file.spec_id);
  for (const int32_t spec_id : specs) TRY(WriteManifest(base, spec_id));
  is_written_ = true;
  return {};
}

Status AppendChange::WriteManifest(const iceberg::TableMetadata& base, int32_t spec_id) {
  std::vector<iceberg::ManifestEntry> entries;
  for (const schema::DataFile& file : append_.files) {
    if (file.spec_id != spec_id) continue;
    iceberg::ManifestEntry& entry = entries.emplace_back();
    entry.snapshot_id = snapshot_id_.number();
    entry.file = iceberg::FromDataFile(file);
  }
  const std::string uri =
      Format("{}/{}-m{}.avro", MetadataDirectory(base), files_.NewUuid(), added_.size());
  shared_files_.push_back(uri);
  added_.push_back(TRY(files_.WriteManifest(base, spec_id, uri, snapshot_id_, entries)));
  return {};
}

Result<ManifestList> AppendChange::ListManifests(const iceberg::TableMetadata& base,
                                                 int64_t sequence_number,
                                                 std::vector<std::string>* written) {
  ManifestList manifests = added_;
  for (iceberg::ManifestFile& manifest : manifests) {
    manifest.sequence_number = sequence_number;
    manifest.min_sequence_number = sequence_number;
  }
  if (!base.current) return manifests;
  const auto before = TRY(files_.Manifests(*base.FindSnapshot(*base.current)));
  const ManifestList merged = TRY(MergeSmallManifests(
      files_, base, *before, limits_.manifests_merge_min, sequence_number, snapshot_id_, written));
  manifests.insert(manifests.end(), merged.begin(), merged.end());
  return manifests;
}

Result<std::optional<Json>> AppendChange::Plan(const iceberg::TableMetadata& base,
                                               std::vector<std::string>* written) {
  if (!append_.uuid.empty()) TRY(CheckUuid(append_.name, append_.uuid, base));
  const schema::Watermarks watermarks = TRY(AdvanceWatermark(base));
  TRY(CheckFiles(base));
  if (append_.files.empty() && !append_.progress && append_.summary.empty()) return std::nullopt;
  TRY(WriteManifests(base));

  iceberg::MetadataBuilder builder(base, clock_.NowMicros() / 1000);
  const ManifestList manifests = TRY(ListManifests(base, builder.sequence_number(), written));
  iceberg::ManifestListContext context;
  context.snapshot_id = snapshot_id_.number();
  if (base.current) context.parent_id = base.current->number();
  context.sequence_number = builder.sequence_number();
  context.sync = files_.NewSyncMarker();
  const std::string uri = Format("{}/snap-{}-{}-{}.avro", MetadataDirectory(base),
                                 snapshot_id_.number(), attempt_++, files_.NewUuid());
  written->push_back(uri);
  TRY(files_.Write(uri, TRY(iceberg::WriteManifestList(context, manifests))));

  iceberg::NewSnapshot snapshot{snapshot_id_, uri, {}};
  snapshot.summary =
      SummarizeAppend(append_.files, base.current ? base.FindSnapshot(*base.current) : nullptr);
  for (const auto& [name, value] : WatermarkEntries(watermarks)) {
    snapshot.summary[name] = value;
    builder.SetProperty(name, value);
  }
  snapshot.summary.insert(append_.summary.begin(), append_.summary.end());
  builder.AddSnapshot(snapshot);
  builder.RemoveSnapshots(ChooseExpired(base, builder.timestamp_ms(), limits_.retention));
  return std::move(builder).Build(limits_.metadata_log_max);
}

Result<bool> AppendChange::IsIn(const iceberg::TableMetadata& metadata) const {
  if (metadata.FindSnapshot(snapshot_id_) != nullptr) return true;
  if (!append_.uuid.empty() && append_.uuid != metadata.uuid) return false;
  if (!append_.progress || append_.progress->to == append_.progress->from) return false;
  schema::Watermarks watermarks = TRY(CurrentWatermarks(metadata));
  return watermarks[append_.progress->key] >= append_.progress->to;
}

}  // namespace tarn::catalog
