// The next snapshot of a table: manifests of the files that come, written once, and the version of
// the metadata that lists them. What appends and replacements have in common.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "catalog/obsolete_files.h"
#include "catalog/table_files.h"
#include "os/clock.h"
#include "schema/data_file.h"
#include "schema/ids.h"

namespace tarn::catalog {

struct SnapshotLimits {
  RetentionLimits retention;
  size_t manifests_merge_min = 0;
  size_t metadata_log_max = 0;
};

/// What a snapshot is made with; lent for its writer's life.
struct SnapshotContext {
  TableFiles& files;
  os::Clock& clock;
  SnapshotId id;  ///< random
  SnapshotLimits limits;
};

/// Threads: one at a time.
class SnapshotWriter {
 public:
  /// in  name: of the table; added: the files that come; both lent for its life
  SnapshotWriter(const schema::TableName& name, const schema::DataFiles& added,
                 const SnapshotContext& context)
      : name_(name), added_files_(added), context_(context) {}

  SnapshotId id() const { return context_.id; }

  /// Check that the files fit the table. in  schema_id: that they were written with
  /// errors  kInvalid: says which does not; kUnsupported: the table is of format v1
  Status CheckAdded(const iceberg::TableMetadata& base, int32_t schema_id) const;

  /// The manifests of the files that come: written by the first call, listed by every attempt.
  Result<ManifestList> WriteAdded(const iceberg::TableMetadata& base);
  /// Write a manifest of what stays and what leaves. in  as MergeSmallManifests
  Result<iceberg::ManifestFile> WriteManifest(const iceberg::TableMetadata& base, int32_t spec_id,
                                              const std::vector<iceberg::ManifestEntry>& entries,
                                              std::vector<std::string>* written);
  /// Manifests that stay as they are, with many small ones merged. in  as MergeSmallManifests
  Result<ManifestList> Merge(const iceberg::TableMetadata& base, const ManifestList& manifests,
                             std::vector<std::string>* written);

  /// Write the manifest list of the snapshot, and forget snapshots that are old.
  ///
  /// in       summary: without the watermarks; written: takes the URI of what is made, before it is
  /// made
  /// returns  the next metadata document
  Result<Json> Write(const iceberg::TableMetadata& base, const ManifestList& manifests,
                     const std::map<std::string, std::string>& summary,
                     const schema::Watermarks& watermarks, std::vector<std::string>* written);

  /// URIs of the files that WriteAdded made, whole or not.
  const std::vector<std::string>& shared_files() const { return shared_files_; }

 private:
  Status CheckFile(const iceberg::TableMetadata& base, std::span<const schema::TableSchema> schemas,
                   const schema::DataFile& file) const;
  Status WriteAddedManifest(const iceberg::TableMetadata& base, int32_t spec_id);

  const schema::TableName& name_;
  const schema::DataFiles& added_files_;
  const SnapshotContext context_;
  int attempt_ = 0;
  bool is_written_ = false;
  std::vector<std::string> shared_files_;
  ManifestList added_;
};

/// The sequence number of the snapshot that builds on this version.
int64_t NextSequenceNumber(const iceberg::TableMetadata& base);

}  // namespace tarn::catalog
