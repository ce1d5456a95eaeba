#include "catalog/append_summary.h"

#include <charconv>
#include <set>

#include "base/format.h"

namespace tarn::catalog {
namespace {

/// in  name: of a total. returns  none where the snapshot does not tell it
std::optional<int64_t> TotalOf(const iceberg::SnapshotRecord* before, const std::string& name) {
  if (before == nullptr) return 0;
  const auto found = before->summary.find(name);
  if (found == before->summary.end()) return std::nullopt;
  const std::string& text = found->second;
  int64_t total = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), total);
  if (error != std::errc() || end != text.data() + text.size() || total < 0) return std::nullopt;
  return total;
}

}  // namespace

std::map<std::string, std::string> SummarizeAppend(const schema::DataFiles& files,
                                                   const iceberg::SnapshotRecord* before) {
  int64_t records = 0;
  int64_t bytes = 0;
  std::set<std::pair<int32_t, std::vector<schema::Value>>> partitions;
  for (const schema::DataFile& file : files) {
    records += file.record_count;
    bytes += file.size_bytes;
    partitions.emplace(file.spec_id, file.partition);
  }
  const auto count = static_cast<int64_t>(files.size());
  std::map<std::string, std::string> summary = {
      {"operation", "append"},
      {"added-data-files", Format("{}", count)},
      {"added-records", Format("{}", records)},
      {"added-files-size", Format("{}", bytes)},
      {"changed-partition-count", Format("{}", partitions.size())},
      {"engine-name", "tarn"},
      {"engine-version", TARN_VERSION},
  };
  const std::pair<const char*, int64_t> totals[] = {
      {"total-data-files", count}, {"total-records", records},    {"total-files-size", bytes},
      {"total-delete-files", 0},   {"total-position-deletes", 0}, {"total-equality-deletes", 0},
  };
  for (const auto& [name, added] : totals) {
    if (const auto total = TotalOf(before, name)) summary[name] = Format("{}", *total + added);
  }
  return summary;
}

}  // namespace tarn::catalog
