// An append to one table as a part of a commit: the watermark rule, the batch's manifests, the next
// snapshot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/commit_loop.h"
#include "catalog/snapshot_writer.h"

namespace tarn::catalog {

/// Threads: one at a time.
class AppendChange final : public TableChange {
 public:
  /// in  append: lent for its life
  AppendChange(const TableAppend& append, const SnapshotContext& context)
      : append_(append), files_(context.files), writer_(append.name, append.files, context) {}

  const schema::TableName& name() const override { return append_.name; }

  /// errors  kConflict: the watermark is not at `from`; kNotFound: another table has the name;
  /// kInvalid: the files do not fit the table; kUnsupported: the table is of format v1; those of
  /// reading and writing
  Result<std::optional<Json>> Plan(const iceberg::TableMetadata& base,
                                   std::vector<std::string>* written) override;
  Result<bool> IsIn(const iceberg::TableMetadata& metadata) const override;
  std::vector<std::string> SharedFiles() const override { return writer_.shared_files(); }

 private:
  Result<schema::Watermarks> AdvanceWatermark(const iceberg::TableMetadata& base) const;

  const TableAppend& append_;
  TableFiles& files_;
  SnapshotWriter writer_;
};

}  // namespace tarn::catalog
