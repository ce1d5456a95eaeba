#include "flow/live_rows.h"

#include <arrow/record_batch.h>

#include <utility>

namespace tarn::flow {

Result<std::shared_ptr<arrow::RecordBatch>> SealedBatch::Arrow() const {
  MutexLock lock(mutex_);
  if (!arrow_) arrow_ = TRY(columns::ToArrow(rows_));
  return arrow_;
}

LiveRows::LiveRows(std::shared_ptr<const columns::Layout> layout)
    : layout_(layout), open_(std::move(layout)) {}

void LiveRows::Append(Lsn first, Lsn to, const std::function<void(columns::Batch*)>& fill) {
  MutexLock lock(mutex_);
  if (open_.rows() == 0) open_first_ = first;
  fill(&open_);
  open_to_ = to;
  if (open_.rows() >= kOpenRowsMax || open_.bytes() >= kOpenBytesMax) Seal();
}

void LiveRows::SetLayout(std::shared_ptr<const columns::Layout> layout) {
  MutexLock lock(mutex_);
  Seal();
  layout_ = std::move(layout);
  open_ = columns::Batch(layout_);
}

void LiveRows::Seal() {
  if (open_.rows() == 0) return;
  sealed_.push_back(std::make_shared<SealedBatch>(std::exchange(open_, columns::Batch(layout_)),
                                                  open_first_, open_to_));
  open_arrow_ = nullptr;
  open_arrow_rows_ = 0;
}

SealedBatches LiveRows::SealAll() {
  MutexLock lock(mutex_);
  Seal();
  return sealed_;
}

void LiveRows::Forget(Lsn committed) {
  MutexLock lock(mutex_);
  std::erase_if(sealed_, [&](const auto& batch) { return batch->to() <= committed; });
}

Result<std::vector<LiveRows::Part>> LiveRows::Look() const {
  std::vector<Part> parts;
  SealedBatches sealed;
  {
    MutexLock lock(mutex_);
    sealed = sealed_;
    if (open_.rows() > 0) {
      if (!open_arrow_ || open_arrow_rows_ != open_.rows()) {
        open_arrow_ = TRY(columns::ToArrow(open_));
        open_arrow_rows_ = open_.rows();
      }
      parts.push_back({open_to_, open_arrow_});
    }
  }
  for (const auto& batch : sealed) parts.push_back({batch->to(), TRY(batch->Arrow())});
  return parts;
}

size_t LiveRows::rows() const {
  MutexLock lock(mutex_);
  size_t total = open_.rows();
  for (const auto& batch : sealed_) total += batch->rows().rows();
  return total;
}

size_t LiveRows::bytes() const {
  MutexLock lock(mutex_);
  size_t total = open_.rows() > 0 ? open_.bytes() : 0;
  for (const auto& batch : sealed_) total += batch->rows().bytes();
  return total;
}

}  // namespace tarn::flow
