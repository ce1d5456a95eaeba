#include "catalog/watermarks.h"

#include "base/format.h"
#include "base/whole_number.h"

namespace tarn::catalog {
namespace {

/// Add the watermarks among `entries` whose keys are not there yet.
Status AddMissing(const std::map<std::string, std::string>& entries,
                  schema::Watermarks* watermarks) {
  const auto first = entries.lower_bound(std::string(kWatermarkPrefix));
  for (auto entry = first; entry != entries.end(); ++entry) {
    if (!entry->first.starts_with(kWatermarkPrefix)) break;
    const auto number = ParseWhole<uint64_t>(entry->second);
    if (!number) {
      return Fail(ErrorKind::kCorrupt, "watermark {} is '{}', no number", entry->first,
                  entry->second);
    }
    watermarks->emplace(entry->first.substr(kWatermarkPrefix.size()), Lsn(*number));
  }
  return {};
}

Result<schema::Watermarks> WatermarksOfLineage(const iceberg::TableMetadata& metadata,
                                               std::optional<SnapshotId> from) {
  schema::Watermarks watermarks;
  for (const iceberg::SnapshotRecord* snapshot : metadata.Lineage(from)) {
    TRY(AddMissing(snapshot->summary, &watermarks));
  }
  return watermarks;
}

}  // namespace

Result<schema::Watermarks> CurrentWatermarks(const iceberg::TableMetadata& metadata) {
  schema::Watermarks watermarks = TRY(WatermarksOfLineage(metadata, metadata.current));
  TRY(AddMissing(metadata.properties, &watermarks));
  return watermarks;
}

Result<schema::Watermarks> WatermarksAt(const iceberg::TableMetadata& metadata, SnapshotId id) {
  return WatermarksOfLineage(metadata, id);
}

std::map<std::string, std::string> WatermarkEntries(const schema::Watermarks& watermarks) {
  std::map<std::string, std::string> entries;
  for (const auto& [key, lsn] : watermarks) {
    entries[std::string(kWatermarkPrefix) + key] = Format("{}", lsn.number());
  }
  return entries;
}

}  // namespace tarn::catalog
