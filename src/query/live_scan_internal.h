// Rows that are not in files yet, as a DuckDB scan over Arrow batches.
#pragma once

#include <duckdb/function/table/arrow.hpp>
#include <memory>
#include <vector>

#include "schema/type.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace duckdb {
class ExtensionLoader;
}

namespace tarn::query {

inline constexpr const char* kLiveScanFunction = "tarn_live";

/// The live rows of one opened table, in the shape of its snapshot's columns. Immutable; handed to
/// the scan function through the table reference that the catalog makes.
class LiveRows : public duckdb::ArrowScanFactory {
 public:
  LiveRows(schema::TableSchema columns, std::vector<std::shared_ptr<arrow::RecordBatch>> batches);

  void GetSchema(ArrowSchema& out) override;
  /// Only the columns that the scan projects, batch by batch as it reads.
  duckdb::unique_ptr<duckdb::ArrowArrayStreamWrapper> ProduceStream(
      duckdb::ArrowStreamParameters& parameters) override;

  size_t row_count() const { return row_count_; }

 private:
  const std::shared_ptr<const schema::TableSchema> columns_;
  const std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  size_t row_count_ = 0;
};

/// Register `tarn_live()`. It works only in table references that carry LiveRows.
void RegisterLiveScan(duckdb::ExtensionLoader& loader);

}  // namespace tarn::query
