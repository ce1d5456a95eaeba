// Partitions of one table written anew, as a part of a commit: the rule of who may replace what,
// the manifests that lose files, the next snapshot.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/commit_loop.h"
#include "catalog/snapshot_writer.h"

namespace tarn::catalog {

/// Threads: one at a time.
class ReplaceChange final : public TableChange {
 public:
  /// in  replacement: lent for its life
  ReplaceChange(const TableReplacement& replacement, const SnapshotContext& context);

  const schema::TableName& name() const override { return replacement_.name; }
  void MustRemove(std::span<const std::string> uris) override;

  /// errors  kConflict: a file to remove is gone, one of the partitions or of the replaced runs
  /// would stay, or one to add is there; kNotFound: another table has the name; kInvalid,
  /// kUnsupported: as Catalog::CommitReplacements; those of reading and writing
  Result<std::optional<Json>> Plan(const iceberg::TableMetadata& base,
                                   std::vector<std::string>* written) override;
  Result<bool> IsIn(const iceberg::TableMetadata& metadata) const override;
  std::vector<std::string> SharedFiles() const override { return writer_.shared_files(); }

 private:
  /// The current snapshot's manifests, by what becomes of them.
  struct Sorted {
    ManifestList losing;        ///< written anew
    ManifestList untouched;     ///< listed as they are
    schema::DataFiles removed;  ///< the files that leave
  };

  Status CheckPartitions(const iceberg::TableMetadata& base) const;
  Result<Sorted> Sort(const iceberg::TableMetadata& base) const;
  Result<bool> Leaves(const iceberg::TableMetadata& base, const schema::DataFile& file) const;
  Status CheckAllFound(const schema::DataFiles& removed) const;
  Result<iceberg::ManifestFile> Rewrite(const iceberg::TableMetadata& base,
                                        const iceberg::ManifestFile& manifest,
                                        std::vector<std::string>* written);

  const TableReplacement& replacement_;
  TableFiles& files_;
  SnapshotWriter writer_;
  std::set<std::vector<schema::Value>> partitions_;
  std::set<std::string, std::less<>> removed_;
  std::set<std::string, std::less<>> added_;
  std::set<std::string, std::less<>> must_remove_;
};

}  // namespace tarn::catalog
