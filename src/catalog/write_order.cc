#include "catalog/write_order.h"

#include <algorithm>

namespace tarn::catalog {
namespace {

const Json* DefaultSortOrder(const Json& metadata) {
  const auto wanted = metadata.GetInt("default-sort-order-id");
  const auto orders = metadata.GetArray("sort-orders");
  if (!wanted || !orders) return nullptr;
  for (const Json& order : (*orders)->as_array()) {
    if (const auto id = order.GetInt("order-id"); id && *id == *wanted) return &order;
  }
  return nullptr;
}

/// Other engines' documents are not refused for an order that only writers look at.
Result<schema::SortBy> ReadSortField(const Json& field, const schema::TableSchema& schema) {
  if (TRY(field.GetString("transform")) != "identity") {
    return Fail(ErrorKind::kUnsupported, "rows are sorted by columns as they are");
  }
  const FieldId id(static_cast<int32_t>(TRY(field.GetInt("source-id"))));
  const schema::Field* column = schema.FindById(id);
  if (column == nullptr || column->type.is_nested()) {
    return Fail(ErrorKind::kUnsupported, "rows are sorted by columns of plain types");
  }
  return schema::SortBy{.column = id,
                        .descending = TRY(field.GetString("direction")) == "desc",
                        .nulls_first = TRY(field.GetString("null-order")) != "nulls-last"};
}

}  // namespace

std::vector<schema::SortBy> SortOrderOf(const iceberg::TableMetadata& metadata) {
  std::vector<schema::SortBy> found;
  const Json* const order = DefaultSortOrder(metadata.json);
  const auto fields = order == nullptr ? Result<const Json*>(nullptr) : order->GetArray("fields");
  if (!fields || *fields == nullptr) return found;
  for (const Json& field : (*fields)->as_array()) {
    const auto by = ReadSortField(field, metadata.current_schema());
    if (!by || found.size() == schema::kChosenColumnsMax) break;
    found.push_back(*by);
  }
  return found;
}

std::vector<FieldId> BloomColumnsOf(const iceberg::TableMetadata& metadata) {
  std::vector<FieldId> found;
  for (const auto& [name, value] : metadata.properties) {
    if (!name.starts_with(kBloomProperty) || schema::FoldCase(value) != "true") continue;
    const schema::Field* const column = schema::FindPlainColumn(
        metadata.current_schema(), std::string_view(name).substr(kBloomProperty.size()));
    const bool is_new = column != nullptr && !std::ranges::contains(found, column->id);
    if (is_new && column->type.kind != schema::TypeKind::kBoolean) found.push_back(column->id);
  }
  return found;
}

}  // namespace tarn::catalog
