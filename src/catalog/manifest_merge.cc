#include "catalog/manifest_merge.h"

#include <algorithm>
#include <map>
#include <set>

namespace tarn::catalog {
namespace {

/// The positions of manifests to merge, by spec: only groups that are worth it.
std::map<int32_t, std::vector<size_t>> ChooseGroups(const ManifestList& manifests,
                                                    size_t merge_min) {
  std::map<int32_t, std::vector<size_t>> small;
  for (size_t i = 0; i < manifests.size(); ++i) {
    const iceberg::ManifestFile& manifest = manifests[i];
    const bool is_small = manifest.length < kMergedManifestBytesMax / 2;
    if (manifest.content == iceberg::kContentData && is_small && !manifest.key_metadata) {
      small[manifest.spec_id].push_back(i);
    }
  }
  std::erase_if(small, [&](const auto& group) { return group.second.size() < merge_min; });
  for (auto& [spec_id, group] : small) {
    int64_t bytes = 0;
    const auto over = std::ranges::find_if(
        group, [&](size_t i) { return (bytes += manifests[i].length) > kMergedManifestBytesMax; });
    group.erase(over, group.end());
  }
  return small;
}

/// The live entries of several manifests. What was deleted by earlier snapshots is told by theirs.
Result<std::vector<iceberg::ManifestEntry>> ReadLive(TableFiles& files,
                                                     const iceberg::TableMetadata& base,
                                                     const ManifestList& manifests,
                                                     const std::vector<size_t>& group) {
  std::vector<iceberg::ManifestEntry> live;
  for (const size_t i : group) {
    for (iceberg::ManifestEntry& entry : TRY(files.Entries(base, manifests[i]))) {
      if (!entry.is_live()) continue;
      entry.status = iceberg::EntryStatus::kExisting;
      live.push_back(std::move(entry));
    }
  }
  return live;
}

}  // namespace

Result<ManifestList> MergeSmallManifests(TableFiles& files, const iceberg::TableMetadata& base,
                                         const ManifestList& manifests, size_t merge_min,
                                         int64_t sequence_number, SnapshotId snapshot_id,
                                         std::vector<std::string>* written) {
  std::map<size_t, iceberg::ManifestFile> merged;  // by the place of the group's first
  std::set<size_t> gone;
  for (const auto& [spec_id, group] : ChooseGroups(manifests, merge_min)) {
    if (group.size() < 2) continue;
    const auto live = TRY(ReadLive(files, base, manifests, group));
    gone.insert(group.begin(), group.end());
    if (live.empty()) continue;
    const std::string uri = Format("{}/{}-m0.avro", MetadataDirectory(base), files.NewUuid());
    written->push_back(uri);
    iceberg::ManifestFile manifest =
        TRY(files.WriteManifest(base, spec_id, uri, snapshot_id, live));
    manifest.sequence_number = sequence_number;
    manifest.min_sequence_number = sequence_number;
    for (const iceberg::ManifestEntry& entry : live) {
      manifest.min_sequence_number = std::min(manifest.min_sequence_number, *entry.sequence_number);
    }
    merged.emplace(group.front(), std::move(manifest));
  }
  ManifestList result;
  for (size_t i = 0; i < manifests.size(); ++i) {
    if (const auto found = merged.find(i); found != merged.end()) result.push_back(found->second);
    if (!gone.contains(i)) result.push_back(manifests[i]);
  }
  return result;
}

}  // namespace tarn::catalog
