// The two tables behind record_table.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "derive/record_table.h"
#include "derive/row_writer.h"

namespace tarn::derive {

/// Rows by their values, some of which nobody wants. Threads: one at a time.
class WantedColumns {
 public:
  /// in  columns: with ids
  static Result<WantedColumns> Make(const schema::TableSchema& columns,
                                    const std::vector<std::string>& columns_read);

  bool IsWanted(size_t column) const { return is_wanted_[column]; }
  /// The row to fill, with nulls.
  Record& NewRow() {
    row_.clear();
    return row_;
  }
  std::optional<schema::Reject> Add() { return writer_->Add(row_); }
  Result<std::shared_ptr<arrow::RecordBatch>> Take();

 private:
  WantedColumns(std::vector<bool> is_wanted, std::unique_ptr<columns::Batch> batch,
                std::unique_ptr<RowWriter> writer)
      : is_wanted_(std::move(is_wanted)),
        batch_(std::move(batch)),
        writer_(std::move(writer)),
        row_(writer_->NewRecord()) {}

  std::vector<bool> is_wanted_;
  std::unique_ptr<columns::Batch> batch_;
  std::unique_ptr<RowWriter> writer_;
  Record row_;
};

std::vector<schema::Field> HekaColumns();
Result<std::unique_ptr<RecordTable>> MakeHekaTable(const schema::TableSchema& columns,
                                                   const std::vector<std::string>& columns_read);
Result<std::unique_ptr<RecordTable>> MakeJsonTable(const RecordForm& form,
                                                   const schema::TableSchema& columns,
                                                   const std::vector<std::string>& columns_read);

}  // namespace tarn::derive
