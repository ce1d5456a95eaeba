// Column buffers: rows of one schema in the shape Parquet wants (values or dictionary codes,
// levels, null counts), so that writing a file copies bytes instead of building them.
// docs/decisions/0003-own-columns.md says why not Arrow.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "columns/layout.h"
#include "columns/row_slots.h"

namespace tarn::columns {

class LeafBuffer;  // columns/leaf_buffer.h: what the Parquet encoder reads

/// Rows of one schema, growing at the end; sealed by no longer appending to it.
/// Threads: one writer; any number of readers once sealed.
class Batch {
 public:
  explicit Batch(std::shared_ptr<const Layout> layout);
  ~Batch();
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;

  /// Add all rows of `rows`; their bytes are copied.
  void Append(const RowSlots& rows);

  /// Add the rows of `source` that `targets` sends here: the scatter of one batch to the batches of
  /// its partitions, leaf by leaf.
  ///
  /// in       source: of the same layout; target_of_row: an index into `targets` for each of its
  /// rows, in order
  static void Scatter(const Batch& source, std::span<const uint32_t> target_of_row,
                      std::span<Batch* const> targets);

  /// Add rows that were stored leaf by leaf.
  ///
  /// in  leaves: of each leaf what LeafBuffer::Store gave; the batch: new
  void Restore(size_t rows, std::span<const std::string_view> leaves);

  /// Forget the rows, keep the memory.
  void Clear();

  const std::shared_ptr<const Layout>& layout() const { return layout_; }
  size_t rows() const { return rows_; }
  /// Memory held, in bytes: what Clear keeps too.
  size_t bytes() const;
  /// Bytes of values, codes and levels in it: about what uncompressed pages will take, or more.
  size_t data_bytes() const;
  const LeafBuffer& leaf(size_t index) const { return *leaves_[index]; }

 private:
  std::shared_ptr<const Layout> layout_;
  size_t rows_ = 0;
  std::vector<std::unique_ptr<LeafBuffer>> leaves_;
};

/// The rows as one Arrow record batch of ToArrowSchema(layout.schema()), copied.
///
/// errors  kInternal (Arrow found the result inconsistent), kTooLarge (a column over 2 GiB)
Result<std::shared_ptr<arrow::RecordBatch>> ToArrow(const Batch& batch);

}  // namespace tarn::columns
