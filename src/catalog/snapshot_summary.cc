#include "catalog/snapshot_summary.h"

#include <set>

#include "base/format.h"
#include "base/whole_number.h"

namespace tarn::catalog {
namespace {

using Entries = std::map<std::string, std::string>;
using Partitions = std::set<std::pair<int32_t, std::vector<schema::Value>>>;

/// in  name: of a total. returns  none where the snapshot does not tell it
std::optional<int64_t> TotalOf(const iceberg::SnapshotRecord* before, const std::string& name) {
  if (before == nullptr) return 0;
  const auto found = before->summary.find(name);
  if (found == before->summary.end()) return std::nullopt;
  const auto total = ParseWhole<int64_t>(found->second);
  return total && *total >= 0 ? total : std::nullopt;
}

struct Counts {
  int64_t files = 0;
  int64_t records = 0;
  int64_t bytes = 0;
};

/// in  partitions: takes those of the files
Counts Count(const schema::DataFiles& files, Partitions* partitions) {
  Counts counts;
  for (const schema::DataFile& file : files) {
    ++counts.files;
    counts.records += file.record_count;
    counts.bytes += file.size_bytes;
    partitions->emplace(file.spec_id, file.partition);
  }
  return counts;
}

/// What every snapshot tells, whichever its operation.
Entries Summarize(const char* operation, const Counts& added, const Counts& removed,
                  const Partitions& partitions, const iceberg::SnapshotRecord* before) {
  Entries summary = {
      {"operation", operation},
      {"added-data-files", Format("{}", added.files)},
      {"added-records", Format("{}", added.records)},
      {"added-files-size", Format("{}", added.bytes)},
      {"changed-partition-count", Format("{}", partitions.size())},
      {"engine-name", "tarn"},
      {"engine-version", TARN_VERSION},
  };
  const std::pair<const char*, int64_t> totals[] = {
      {"total-data-files", added.files - removed.files},
      {"total-records", added.records - removed.records},
      {"total-files-size", added.bytes - removed.bytes},
      {"total-delete-files", 0},
      {"total-position-deletes", 0},
      {"total-equality-deletes", 0},
  };
  for (const auto& [name, change] : totals) {
    const auto total = TotalOf(before, name);
    // A foreign total may be wrong: none is better than one below nothing.
    if (total && *total + change >= 0) summary[name] = Format("{}", *total + change);
  }
  return summary;
}

}  // namespace

Entries SummarizeAppend(const schema::DataFiles& files, const iceberg::SnapshotRecord* before) {
  Partitions partitions;
  const Counts added = Count(files, &partitions);
  return Summarize("append", added, {}, partitions, before);
}

Entries SummarizeReplacement(const schema::DataFiles& added, const schema::DataFiles& removed,
                             const iceberg::SnapshotRecord* before) {
  Partitions partitions;
  const Counts come = Count(added, &partitions);
  const Counts leave = Count(removed, &partitions);
  Entries summary = Summarize("overwrite", come, leave, partitions, before);
  summary["deleted-data-files"] = Format("{}", leave.files);
  summary["deleted-records"] = Format("{}", leave.records);
  summary["removed-files-size"] = Format("{}", leave.bytes);
  return summary;
}

}  // namespace tarn::catalog
