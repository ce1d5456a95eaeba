// New columns of one table as a commit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/commit_loop.h"
#include "schema/type.h"

namespace tarn::catalog {

/// Threads: one at a time.
class ColumnsChange final : public TableChange {
 public:
  /// in  name, columns, clock: lent for its life
  ColumnsChange(const schema::TableName& name, const std::vector<schema::Field>& columns,
                os::Clock& clock, size_t metadata_log_max)
      : name_(name), columns_(columns), clock_(clock), metadata_log_max_(metadata_log_max) {}

  const schema::TableName& name() const override { return name_; }

  /// errors  kInvalid, kUnsupported (format v1)
  Result<std::optional<Json>> Plan(const iceberg::TableMetadata& base,
                                   std::vector<std::string>* written) override;
  Result<bool> IsIn(const iceberg::TableMetadata& metadata) const override;

 private:
  const schema::TableName& name_;
  const std::vector<schema::Field>& columns_;
  os::Clock& clock_;
  const size_t metadata_log_max_;
};

}  // namespace tarn::catalog
