// Follows the rows of one table as they become visible.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "base/error.h"
#include "flow/streams.h"
#include "flow/table_flow.h"

namespace tarn::flow {

/// Threads: one at a time.
class TableTail : public RowTail {
 public:
  /// in  check: asked before each look; its error ends the tail
  TableTail(std::shared_ptr<TableFlow> table, std::function<Status()> check)
      : table_(std::move(table)), check_(std::move(check)), next_(table_->rows().BeginToFollow()) {}
  ~TableTail() override { table_->rows().EndToFollow(); }
  TableTail(const TableTail&) = delete;
  TableTail& operator=(const TableTail&) = delete;

  Result<News> Next(uint64_t rows_max) override;

 private:
  const std::shared_ptr<TableFlow> table_;
  const std::function<Status()> check_;
  uint64_t next_;
};

}  // namespace tarn::flow
