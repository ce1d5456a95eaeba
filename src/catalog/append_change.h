// An append to one table as a part of a commit: the watermark rule, the batch's manifests, the next
// snapshot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/commit_loop.h"
#include "catalog/obsolete_files.h"

namespace tarn::catalog {

struct AppendLimits {
  RetentionLimits retention;
  size_t manifests_merge_min = 0;
  size_t metadata_log_max = 0;
};

/// Threads: one at a time.
class AppendChange final : public TableChange {
 public:
  /// in  append, files, clock: lent for its life; snapshot_id: random
  AppendChange(const TableAppend& append, TableFiles& files, os::Clock& clock,
               SnapshotId snapshot_id, const AppendLimits& limits)
      : append_(append), files_(files), clock_(clock), snapshot_id_(snapshot_id), limits_(limits) {}

  const schema::TableName& name() const override { return append_.name; }

  /// errors  kConflict: the watermark is not at `from`; kNotFound: another table has the name;
  /// kInvalid: the files do not fit the table; kUnsupported: the table is of format v1; those of
  /// reading and writing
  Result<std::optional<Json>> Plan(const iceberg::TableMetadata& base,
                                   std::vector<std::string>* written) override;
  Result<bool> IsIn(const iceberg::TableMetadata& metadata) const override;
  std::vector<std::string> SharedFiles() const override { return shared_files_; }

 private:
  Result<schema::Watermarks> AdvanceWatermark(const iceberg::TableMetadata& base) const;
  Status CheckFiles(const iceberg::TableMetadata& base) const;
  Status WriteManifests(const iceberg::TableMetadata& base);
  Status WriteManifest(const iceberg::TableMetadata& base, int32_t spec_id);
  Result<ManifestList> ListManifests(const iceberg::TableMetadata& base, int64_t sequence_number,
                                     std::vector<std::string>* written);

  const TableAppend& append_;
  TableFiles& files_;
  os::Clock& clock_;
  const SnapshotId snapshot_id_;
  const AppendLimits limits_;
  int attempt_ = 0;
  bool is_written_ = false;
  std::vector<std::string> shared_files_;
  ManifestList added_;  ///< the batch's manifests: written once, listed by every attempt
};

}  // namespace tarn::catalog
