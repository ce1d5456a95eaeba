#include "catalog/append_change.h"

#include "catalog/snapshot_summary.h"
#include "catalog/watermarks.h"

namespace tarn::catalog {

Result<schema::Watermarks> AppendChange::AdvanceWatermark(
    const iceberg::TableMetadata& base) const {
  schema::Watermarks watermarks = TRY(CurrentWatermarks(base));
  if (!append_.progress) return watermarks;
  const TableAppend::Progress& progress = *append_.progress;
  if (progress.to < progress.from) {
    return Fail(ErrorKind::kInvalid, "{}: watermark {} would go back from {} to {}",
                append_.name.ToString(), progress.key, progress.from.number(),
                progress.to.number());
  }
  const Lsn at = watermarks[progress.key];
  if (at != progress.from) {
    return Fail(ErrorKind::kConflict, "{}: watermark {} is at {}, the append begins after {}",
                append_.name.ToString(), progress.key, at.number(), progress.from.number());
  }
  watermarks[progress.key] = progress.to;
  return watermarks;
}

Result<std::optional<Json>> AppendChange::Plan(const iceberg::TableMetadata& base,
                                               std::vector<std::string>* written) {
  if (!append_.uuid.empty()) TRY(CheckUuid(append_.name, append_.uuid, base));
  const schema::Watermarks watermarks = TRY(AdvanceWatermark(base));
  TRY(writer_.CheckAdded(base, append_.schema_id));
  if (append_.files.empty() && !append_.progress && append_.summary.empty()) return std::nullopt;
  ManifestList manifests = TRY(writer_.WriteAdded(base));
  const iceberg::SnapshotRecord* before = base.current ? base.FindSnapshot(*base.current) : nullptr;
  if (before != nullptr) {
    const ManifestList kept = TRY(writer_.Merge(base, *TRY(files_.Manifests(*before)), written));
    manifests.insert(manifests.end(), kept.begin(), kept.end());
  }
  auto summary = SummarizeAppend(append_.files, before);
  summary.insert(append_.summary.begin(), append_.summary.end());
  return writer_.Write(base, manifests, summary, watermarks, written);
}

Result<bool> AppendChange::IsIn(const iceberg::TableMetadata& metadata) const {
  if (metadata.FindSnapshot(writer_.id()) != nullptr) return true;
  if (!append_.uuid.empty() && append_.uuid != metadata.uuid) return false;
  if (!append_.progress || append_.progress->to == append_.progress->from) return false;
  schema::Watermarks watermarks = TRY(CurrentWatermarks(metadata));
  return watermarks[append_.progress->key] >= append_.progress->to;
}

}  // namespace tarn::catalog
