#include "catalog/replace_change.h"

#include "catalog/snapshot_summary.h"
#include "catalog/watermarks.h"

namespace tarn::catalog {

ReplaceChange::ReplaceChange(const TableReplacement& replacement, const SnapshotContext& context)
    : replacement_(replacement),
      files_(context.files),
      writer_(replacement.name, replacement.files, context),
      partitions_(replacement.partitions.begin(), replacement.partitions.end()) {
  for (const std::string& uri : replacement.removed) removed_.insert(iceberg::NormalizeUri(uri));
  for (const schema::DataFile& file : replacement.files) {
    added_.insert(iceberg::NormalizeUri(file.uri));
  }
}

void ReplaceChange::MustRemove(std::span<const std::string> uris) {
  must_remove_.clear();
  for (const std::string& uri : uris) must_remove_.insert(iceberg::NormalizeUri(uri));
}

Status ReplaceChange::CheckPartitions(const iceberg::TableMetadata& base) const {
  if (partitions_.empty()) return {};
  const schema::PartitionSpec& spec = base.default_spec();
  const auto types = TRY(iceberg::PartitionTypes(spec, base.SchemasCurrentFirst()));
  for (const auto& values : partitions_) {
    if (iceberg::AreValuesOf(types, values)) continue;
    return Fail(ErrorKind::kInvalid, "{}: the values of a partition do not fit spec {}",
                name().ToString(), spec.spec_id);
  }
  for (const schema::DataFile& file : replacement_.files) {
    if (file.spec_id == spec.spec_id && partitions_.contains(file.partition)) continue;
    return Fail(ErrorKind::kInvalid, "data file {} is of none of the partitions that are replaced",
                file.uri);
  }
  return {};
}

/// returns  whether a file of the current snapshot leaves
Result<bool> ReplaceChange::Leaves(const iceberg::TableMetadata& base,
                                   const schema::DataFile& file) const {
  if (added_.contains(file.uri)) {
    return Fail(ErrorKind::kConflict, "data file {} is in the table already", file.uri);
  }
  const bool leaves = removed_.contains(file.uri);
  if (!leaves && must_remove_.contains(file.uri)) {
    return Fail(ErrorKind::kConflict,
                "{}: another run has written rejects of these partitions meanwhile: {}",
                name().ToString(), file.uri);
  }
  if (partitions_.empty()) return leaves;
  if (file.spec_id != base.default_spec_id) {
    if (leaves) return true;
    return Fail(ErrorKind::kUnsupported,
                "{}: data file {} is of the older partition spec {}, so it may have rows of the "
                "partitions that are replaced",
                name().ToString(), file.uri, file.spec_id);
  }
  const bool is_replaced = partitions_.contains(file.partition);
  if (is_replaced && !leaves) {
    return Fail(ErrorKind::kConflict,
                "{}: another writer has changed a partition that is replaced: {} was not there",
                name().ToString(), file.uri);
  }
  if (leaves && !is_replaced) {
    return Fail(ErrorKind::kInvalid,
                "data file {} is to leave, and is of none of the partitions that are replaced",
                file.uri);
  }
  return leaves;
}

Status ReplaceChange::CheckAllFound(const schema::DataFiles& removed) const {
  std::set<std::string_view> found;
  for (const schema::DataFile& file : removed) found.insert(file.uri);
  for (const std::string& uri : removed_) {
    if (found.contains(uri)) continue;
    return Fail(ErrorKind::kConflict, "{}: data file {} has left the table meanwhile",
                name().ToString(), uri);
  }
  return {};
}

Result<ReplaceChange::Sorted> ReplaceChange::Sort(const iceberg::TableMetadata& base) const {
  Sorted sorted;
  if (base.current) {
    for (const auto& manifest : *TRY(files_.Manifests(*base.FindSnapshot(*base.current)))) {
      if (manifest.content != iceberg::kContentData) {
        sorted.untouched.push_back(manifest);
        continue;
      }
      if (manifest.is_known_empty()) continue;  // it told an earlier snapshot what left there
      const size_t before = sorted.removed.size();
      for (const schema::DataFile& file : *TRY(files_.LiveFiles(base, manifest))) {
        if (TRY(Leaves(base, file))) sorted.removed.push_back(file);
      }
      const bool loses = sorted.removed.size() != before;
      (loses ? sorted.losing : sorted.untouched).push_back(manifest);
    }
  }
  TRY(CheckAllFound(sorted.removed));
  return sorted;
}

/// Files that leave become DELETED by this snapshot, others stay with the numbers that they have.
/// What left earlier is told by the snapshots that removed it.
Result<iceberg::ManifestFile> ReplaceChange::Rewrite(const iceberg::TableMetadata& base,
                                                     const iceberg::ManifestFile& manifest,
                                                     std::vector<std::string>* written) {
  std::vector<iceberg::ManifestEntry> entries;
  for (iceberg::ManifestEntry& entry : TRY(files_.Entries(base, manifest))) {
    if (!entry.is_live()) continue;
    entry.status = iceberg::EntryStatus::kExisting;
    if (removed_.contains(iceberg::NormalizeUri(entry.file.path))) {
      entry.status = iceberg::EntryStatus::kDeleted;
      entry.snapshot_id = writer_.id().number();
    }
    entries.push_back(std::move(entry));
  }
  return writer_.WriteManifest(base, manifest.spec_id, entries, written);
}

Result<std::optional<Json>> ReplaceChange::Plan(const iceberg::TableMetadata& base,
                                                std::vector<std::string>* written) {
  TRY(CheckUuid(name(), replacement_.uuid, base));
  TRY(writer_.CheckAdded(base, replacement_.schema_id));
  TRY(CheckPartitions(base));
  const Sorted sorted = TRY(Sort(base));
  if (sorted.removed.empty() && replacement_.files.empty()) return std::nullopt;

  ManifestList manifests = TRY(writer_.WriteAdded(base));
  for (const iceberg::ManifestFile& manifest : sorted.losing) {
    manifests.push_back(TRY(Rewrite(base, manifest, written)));
  }
  // What this snapshot removes must stay readable as its doing: only the others are merged.
  const ManifestList kept = TRY(writer_.Merge(base, sorted.untouched, written));
  manifests.insert(manifests.end(), kept.begin(), kept.end());

  auto summary = SummarizeReplacement(replacement_.files, sorted.removed,
                                      base.current ? base.FindSnapshot(*base.current) : nullptr);
  if (!partitions_.empty()) summary["replace-partitions"] = "true";  // as Iceberg Java tells it
  summary.insert(replacement_.summary.begin(), replacement_.summary.end());
  return writer_.Write(base, manifests, summary, TRY(CurrentWatermarks(base)), written);
}

Result<bool> ReplaceChange::IsIn(const iceberg::TableMetadata& metadata) const {
  return metadata.FindSnapshot(writer_.id()) != nullptr;
}

}  // namespace tarn::catalog
