#include "lake/write_options_check.h"

#include <algorithm>

#include "lake/page_compression.h"

namespace tarn::lake {

namespace {

Status CheckLimits(const WriteOptions& options) {
  TRY(CheckPageCompression({options.compression, options.level}));
  const auto check = [](size_t limit, std::string_view name) -> Status {
    if (limit != 0) return {};
    return Fail(ErrorKind::kInvalid, "{} must be at least 1", name);
  };
  TRY(check(options.row_group_rows_max, "row_group_rows_max"));
  TRY(check(options.row_group_bytes_max, "row_group_bytes_max"));
  TRY(check(options.page_bytes_max, "page_bytes_max"));
  TRY(check(options.page_rows_max, "page_rows_max"));
  TRY(check(options.file_bytes_max, "file_bytes_max"));
  return check(options.partitions_max, "partitions_max");
}

/// The leaf of a field. errors  kInvalid: `what` names the purpose
Result<size_t> FindLeaf(const columns::Layout& layout, FieldId id, std::string_view what) {
  const auto& leaves = layout.leaves();
  const auto leaf = std::ranges::find(leaves, id, &columns::Leaf::id);
  if (leaf != leaves.end()) return static_cast<size_t>(leaf - leaves.begin());
  return Fail(ErrorKind::kInvalid, "{}: no column of a plain type has field id {}", what,
              id.number());
}

Status CheckBloomColumns(const columns::Layout& layout, const WriteOptions& options) {
  for (const FieldId id : options.bloom_columns) {
    const size_t leaf = TRY(FindLeaf(layout, id, "bloom_columns"));
    if (layout.leaves()[leaf].physical == columns::Physical::kBoolean) {
      return Fail(ErrorKind::kInvalid, "bloom_columns: field id {} is boolean", id.number());
    }
  }
  return {};
}

}  // namespace

Status CheckWriteOptions(const columns::Layout& layout, const WriteOptions& options) {
  TRY(CheckLimits(options));
  return CheckBloomColumns(layout, options);
}

Result<std::vector<SortColumn>> FindSortColumns(const columns::Layout& layout,
                                                const WriteOptions& options) {
  std::vector<SortColumn> found;
  for (const schema::SortBy& by : options.sort_by) {
    const size_t leaf = TRY(FindLeaf(layout, by.column, "sort_by"));
    if (layout.leaves()[leaf].repetition_max != 0) {
      return Fail(ErrorKind::kInvalid, "sort_by: field id {} is inside a list or map",
                  by.column.number());
    }
    found.push_back({static_cast<int32_t>(leaf), by.descending, by.nulls_first});
  }
  return found;
}

void FollowTable(const columns::Layout& layout, const std::vector<schema::SortBy>& sort_by,
                 const std::vector<FieldId>& bloom_columns, WriteOptions* options) {
  const auto find = [&](FieldId id) -> const columns::Leaf* {
    const auto leaf = std::ranges::find(layout.leaves(), id, &columns::Leaf::id);
    return leaf == layout.leaves().end() ? nullptr : &*leaf;
  };
  options->sort_by.clear();
  for (const schema::SortBy& by : sort_by) {
    const columns::Leaf* const leaf = find(by.column);
    if (leaf == nullptr || leaf->repetition_max != 0) break;
    options->sort_by.push_back(by);
  }
  options->bloom_columns.clear();
  for (const FieldId id : bloom_columns) {
    const columns::Leaf* const leaf = find(id);
    if (leaf == nullptr || leaf->physical == columns::Physical::kBoolean) continue;
    options->bloom_columns.push_back(id);
  }
}

}  // namespace tarn::lake
