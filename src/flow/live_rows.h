// Rows of one table that are shaped and not yet in a data file: what queries join to the snapshot,
// and what the next landing writes.
#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "columns/batch.h"
#include "schema/ids.h"

namespace tarn::flow {

/// Rows whose LSNs lie in [first, to], no longer growing. Turned to Arrow once, when a query first
/// asks. Threads: any.
class SealedBatch {
 public:
  /// in  first_row: how many rows the table was given before these
  SealedBatch(columns::Batch rows, Lsn first, Lsn to, uint64_t first_row)
      : rows_(std::move(rows)), first_(first), to_(to), first_row_(first_row) {}

  const columns::Batch& rows() const { return rows_; }
  Lsn first() const { return first_; }
  Lsn to() const { return to_; }
  uint64_t first_row() const { return first_row_; }
  Result<std::shared_ptr<arrow::RecordBatch>> Arrow() const EXCLUDES(mutex_);

 private:
  const columns::Batch rows_;
  const Lsn first_;
  const Lsn to_;
  const uint64_t first_row_;
  mutable Mutex mutex_;
  mutable std::shared_ptr<arrow::RecordBatch> arrow_ GUARDED_BY(mutex_);
};

using SealedBatches = std::vector<std::shared_ptr<const SealedBatch>>;

/// The live rows of one table: sealed batches in LSN order, then the open one that grows.
///
/// A landing takes the sealed batches and reports back when its commit holds; until then they stay
/// visible here. Threads: any.
class LiveRows {
 public:
  static constexpr size_t kOpenRowsMax = 16 * 1024;
  static constexpr size_t kOpenBytesMax = 4u << 20;

  explicit LiveRows(std::shared_ptr<const columns::Layout> layout);

  /// Add the rows of the records first…to to the open batch, under the lock.
  void Append(Lsn first, Lsn to, const std::function<void(columns::Batch*)>& fill) EXCLUDES(mutex_);

  /// Rows from here on have another schema.
  void SetLayout(std::shared_ptr<const columns::Layout> layout) EXCLUDES(mutex_);

  /// Seal the open batch, even a small one, and return all sealed ones.
  SealedBatches SealAll() EXCLUDES(mutex_);

  /// Forget the batches up to this LSN: a snapshot has their rows now.
  void Forget(Lsn committed) EXCLUDES(mutex_);

  /// Rows with LSNs in (…, to], as Arrow.
  struct Part {
    Lsn to;
    std::shared_ptr<arrow::RecordBatch> rows;
  };
  /// What a query joins to a snapshot: the parts that lie above the snapshot's watermark. Taken
  /// before the snapshot is read, no row is missing; those that landed in between are told by the
  /// watermark. errors  kInternal: Arrow refused a batch
  Result<std::vector<Part>> Look() const EXCLUDES(mutex_);

  /// Rows that became visible, in order.
  struct News {
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    uint64_t missed = 0;  ///< rows between what was asked for and these that are not among them
    uint64_t next = 0;    ///< what to ask for the next time
  };
  /// The rows from a number on, at most the newest `rows_max` of them. Rows are numbered as they
  /// come, from 0. What has landed is gone, unless somebody follows.
  /// errors  kInternal: Arrow refused a batch
  Result<News> Since(uint64_t row, uint64_t rows_max) const EXCLUDES(mutex_);

  /// While somebody follows, rows that landed are kept a little longer: the newest batches, as many
  /// as it takes to reach kLandedBytesMax.
  /// returns  the number of the next row
  uint64_t BeginToFollow() EXCLUDES(mutex_);
  void EndToFollow() EXCLUDES(mutex_);
  static constexpr size_t kLandedBytesMax = 4u << 20;

  size_t rows() const EXCLUDES(mutex_);
  /// Memory of the column buffers.
  size_t bytes() const EXCLUDES(mutex_);

 private:
  void Seal() REQUIRES(mutex_);
  Result<std::shared_ptr<arrow::RecordBatch>> OpenAsArrow() const REQUIRES(mutex_);
  uint64_t next_row() const REQUIRES(mutex_) { return open_first_row_ + open_.rows(); }

  mutable Mutex mutex_;
  std::shared_ptr<const columns::Layout> layout_ GUARDED_BY(mutex_);
  columns::Batch open_ GUARDED_BY(mutex_);
  Lsn open_first_ GUARDED_BY(mutex_);
  Lsn open_to_ GUARDED_BY(mutex_);
  uint64_t open_first_row_ GUARDED_BY(mutex_) = 0;
  SealedBatches sealed_ GUARDED_BY(mutex_);
  SealedBatches landed_ GUARDED_BY(mutex_);  // for followers; before the sealed ones
  int followers_ GUARDED_BY(mutex_) = 0;
  // The open batch as Arrow, as long as it has not grown.
  mutable std::shared_ptr<arrow::RecordBatch> open_arrow_ GUARDED_BY(mutex_);
  mutable size_t open_arrow_rows_ GUARDED_BY(mutex_) = 0;
};

}  // namespace tarn::flow
