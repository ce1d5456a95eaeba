// Rows of one table that are shaped and not yet in a data file: what queries join to the snapshot,
// and what the next landing writes.
#pragma once

#include <arrow/type_fwd.h>

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
  SealedBatch(columns::Batch rows, Lsn first, Lsn to)
      : rows_(std::move(rows)), first_(first), to_(to) {}

  const columns::Batch& rows() const { return rows_; }
  Lsn first() const { return first_; }
  Lsn to() const { return to_; }
  Result<std::shared_ptr<arrow::RecordBatch>> Arrow() const EXCLUDES(mutex_);

 private:
  const columns::Batch rows_;
  const Lsn first_;
  const Lsn to_;
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

  size_t rows() const EXCLUDES(mutex_);
  /// Memory of the column buffers.
  size_t bytes() const EXCLUDES(mutex_);

 private:
  void Seal() REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::shared_ptr<const columns::Layout> layout_ GUARDED_BY(mutex_);
  columns::Batch open_ GUARDED_BY(mutex_);
  Lsn open_first_ GUARDED_BY(mutex_);
  Lsn open_to_ GUARDED_BY(mutex_);
  SealedBatches sealed_ GUARDED_BY(mutex_);
  // The open batch as Arrow, as long as it has not grown.
  mutable std::shared_ptr<arrow::RecordBatch> open_arrow_ GUARDED_BY(mutex_);
  mutable size_t open_arrow_rows_ GUARDED_BY(mutex_) = 0;
};

}  // namespace tarn::flow
