// New columns of one table as a commit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/commit_loop.h"
#include "schema/type.h"

namespace tarn::catalog {

/// Threads: one at a time.
class ColumnsChange final : public TableChange {
 public:
  /// in  table, columns, clock: lent for its life
  ColumnsChange(const Table& table, const std::vector<schema::Field>& columns, os::Clock& clock,
                size_t metadata_log_max)
      : table_(table), columns_(columns), clock_(clock), metadata_log_max_(metadata_log_max) {}

  const schema::TableName& name() const override { return table_.name; }

  /// errors  kInvalid, kNotFound (another table of the name), kUnsupported (format v1)
  Result<std::optional<Json>> Plan(const iceberg::TableMetadata& base,
                                   std::vector<std::string>* written) override;
  Result<bool> IsIn(const iceberg::TableMetadata& metadata) const override;

 private:
  const Table& table_;
  const std::vector<schema::Field>& columns_;
  os::Clock& clock_;
  const size_t metadata_log_max_;
};

}  // namespace tarn::catalog
