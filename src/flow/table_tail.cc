#include "flow/table_tail.h"

namespace tarn::flow {

Result<RowTail::News> TableTail::Next(uint64_t rows_max) {
  TRY(check_());
  LiveRows::News found = TRY(table_->rows().Since(next_, rows_max));
  next_ = found.next;
  return News{std::move(found.batches), found.missed};
}

}  // namespace tarn::flow
