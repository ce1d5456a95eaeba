#include "catalog/obsolete_files.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/log.h"
#include "catalog/watermarks.h"

namespace tarn::catalog {
namespace {

constexpr const char* kGcEnabled = "gc.enabled";
constexpr const char* kDeleteMetadata = "write.metadata.delete-after-commit.enabled";

std::string_view PropertyOf(const iceberg::TableMetadata& metadata, const char* name) {
  const auto found = metadata.properties.find(name);
  return found == metadata.properties.end() ? std::string_view() : found->second;
}

bool CarriesWatermark(const iceberg::SnapshotRecord& snapshot) {
  const auto entry = snapshot.summary.lower_bound(std::string(kWatermarkPrefix));
  return entry != snapshot.summary.end() && entry->first.starts_with(kWatermarkPrefix);
}

std::set<SnapshotId> Protected(const iceberg::TableMetadata& base) {
  std::set<SnapshotId> kept;
  for (const auto& [name, id] : base.refs) kept.insert(id);
  if (base.current) kept.insert(*base.current);
  for (const iceberg::SnapshotRecord* snapshot : base.Lineage(base.current)) {
    if (!CarriesWatermark(*snapshot)) continue;
    kept.insert(snapshot->id);
    break;
  }
  return kept;
}

bool IsMetadataOf(const iceberg::TableMetadata& metadata, const std::string& uri) {
  const std::string directory = MetadataDirectory(metadata) + "/";
  return uri.starts_with(directory) && uri.find('/', directory.size()) == std::string::npos;
}

/// Whether files ever left the table in a snapshot that the metadata has: appends only add.
bool HasRemovals(const iceberg::TableMetadata& metadata) {
  return std::ranges::any_of(metadata.snapshots, [](const iceberg::SnapshotRecord& snapshot) {
    const auto operation = snapshot.summary.find("operation");
    return operation == snapshot.summary.end() || operation->second != "append";
  });
}

/// Gathers what expired snapshots refer to, less what is still in use.
class Sweep {
 public:
  Sweep(TableFiles& files, const iceberg::TableMetadata& before,
        const iceberg::TableMetadata& after)
      : files_(files), before_(before), after_(after) {}

  Status Run() {
    for (const iceberg::SnapshotRecord& snapshot : before_.snapshots) {
      if (after_.FindSnapshot(snapshot.id) == nullptr) TRY(AddCandidates(snapshot));
    }
    if (lists_.empty()) return {};
    for (const iceberg::SnapshotRecord& snapshot : after_.snapshots) TRY(DropUsed(snapshot));
    if (const Status removed = RemoveDataFiles(); !removed) {
      Log(LogLevel::kWarn, "catalog", "data files that left the table stay",
          {{"table", after_.location}, {"error", removed.error().message()}});
    }
    // Manifests before lists: while the list is there, what is left of it can be found.
    for (const auto& [uri, manifest] : manifests_) TRY(RemoveIfOurs(uri));
    for (const std::string& uri : lists_) TRY(RemoveIfOurs(uri));
    return {};
  }

 private:
  Status AddCandidates(const iceberg::SnapshotRecord& snapshot) {
    lists_.insert(iceberg::NormalizeUri(snapshot.manifest_list));
    for (const iceberg::ManifestFile& manifest : *TRY(files_.Manifests(snapshot))) {
      manifests_.emplace(iceberg::NormalizeUri(manifest.path), manifest);
    }
    return {};
  }

  Status DropUsed(const iceberg::SnapshotRecord& snapshot) {
    lists_.erase(iceberg::NormalizeUri(snapshot.manifest_list));
    for (const iceberg::ManifestFile& manifest : *TRY(files_.Manifests(snapshot))) {
      manifests_.erase(iceberg::NormalizeUri(manifest.path));
    }
    return {};
  }

  /// Every data file is live in some manifest until the last such manifest goes: those are looked
  /// at then. In a table that was only appended to, they are all in merged manifests.
  Status RemoveDataFiles() {
    if (manifests_.empty() || !(HasRemovals(before_) || HasRemovals(after_))) return {};
    std::set<std::string> leaving;
    for (const auto& [uri, manifest] : manifests_) {
      if (manifest.content != iceberg::kContentData) continue;
      for (const schema::DataFile& file : *TRY(files_.LiveFiles(before_, manifest))) {
        if (file.uri.starts_with(after_.location + "/")) leaving.insert(file.uri);
      }
    }
    if (leaving.empty()) return {};
    std::set<std::string> seen;
    for (const iceberg::SnapshotRecord& snapshot : after_.snapshots) {
      for (const iceberg::ManifestFile& manifest : *TRY(files_.Manifests(snapshot))) {
        if (manifest.content != iceberg::kContentData || manifest.is_known_empty()) continue;
        if (!seen.insert(manifest.path).second) continue;
        for (const schema::DataFile& file : *TRY(files_.LiveFiles(after_, manifest))) {
          leaving.erase(file.uri);
        }
      }
    }
    for (const std::string& uri : leaving) files_.Remove(uri);
    return {};
  }

  Status RemoveIfOurs(const std::string& uri) {
    if (!IsMetadataOf(after_, uri)) return {};
    const auto ours = files_.IsOurs(uri);
    if (ours && *ours) files_.Remove(uri);
    if (!ours && ours.error().kind() != ErrorKind::kNotFound) return std::unexpected(ours.error());
    return {};
  }

  TableFiles& files_;
  const iceberg::TableMetadata& before_;
  const iceberg::TableMetadata& after_;
  std::set<std::string> lists_;
  std::map<std::string, iceberg::ManifestFile> manifests_;  // by normalized URI
};

void RemoveOldVersions(TableFiles& files, const iceberg::TableMetadata& before,
                       const iceberg::TableMetadata& after) {
  if (PropertyOf(after, kDeleteMetadata) != "true") return;
  std::set<std::string> named;
  for (const auto& previous : after.log) named.insert(iceberg::NormalizeUri(previous.location));
  for (const auto& previous : before.log) {
    const std::string uri = iceberg::NormalizeUri(previous.location);
    if (!named.contains(uri) && uri != after.uri && IsMetadataOf(after, uri)) files.Remove(uri);
  }
}

}  // namespace

std::set<SnapshotId> ChooseExpired(const iceberg::TableMetadata& base, int64_t now_ms,
                                   const RetentionLimits& limits) {
  std::set<SnapshotId> expired;
  if (PropertyOf(base, kGcEnabled) == "false") return expired;
  const std::set<SnapshotId> kept = Protected(base);
  std::vector<const iceberg::SnapshotRecord*> oldest_first;
  for (const auto& snapshot : base.snapshots) oldest_first.push_back(&snapshot);
  std::ranges::stable_sort(oldest_first, {}, &iceberg::SnapshotRecord::sequence_number);
  size_t remaining = base.snapshots.size() + 1;
  for (const iceberg::SnapshotRecord* snapshot : oldest_first) {
    const bool too_old = now_ms - snapshot->timestamp_ms > limits.snapshot_age_max_ms;
    if (kept.contains(snapshot->id) || (!too_old && remaining <= limits.snapshots_max)) continue;
    expired.insert(snapshot->id);
    --remaining;
  }
  return expired;
}

void RemoveObsolete(TableFiles& files, const iceberg::TableMetadata& before,
                    const iceberg::TableMetadata& after) {
  if (PropertyOf(after, kGcEnabled) == "false") return;
  if (const Status swept = Sweep(files, before, after).Run(); !swept) {
    Log(LogLevel::kWarn, "catalog", "metadata files of expired snapshots stay",
        {{"table", after.location}, {"error", swept.error().message()}});
  }
  RemoveOldVersions(files, before, after);
}

}  // namespace tarn::catalog
