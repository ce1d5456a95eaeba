#include "flow/live_rows.h"

#include <arrow/record_batch.h>

#include <algorithm>
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
  const uint64_t first_row = std::exchange(open_first_row_, next_row());
  sealed_.push_back(std::make_shared<SealedBatch>(std::exchange(open_, columns::Batch(layout_)),
                                                  open_first_, open_to_, first_row));
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
  const auto kept =
      std::ranges::find_if(sealed_, [&](const auto& batch) { return batch->to() > committed; });
  if (followers_ > 0) landed_.insert(landed_.end(), sealed_.begin(), kept);
  sealed_.erase(sealed_.begin(), kept);
  size_t bytes = 0;
  auto oldest = landed_.end();
  while (oldest != landed_.begin() && bytes < kLandedBytesMax) {
    bytes += (*--oldest)->rows().bytes();
  }
  landed_.erase(landed_.begin(), oldest);
}

uint64_t LiveRows::BeginToFollow() {
  MutexLock lock(mutex_);
  ++followers_;
  return next_row();
}

void LiveRows::EndToFollow() {
  MutexLock lock(mutex_);
  if (--followers_ == 0) landed_.clear();
}

Result<std::shared_ptr<arrow::RecordBatch>> LiveRows::OpenAsArrow() const {
  if (!open_arrow_ || open_arrow_rows_ != open_.rows()) {
    open_arrow_ = TRY(columns::ToArrow(open_));
    open_arrow_rows_ = open_.rows();
  }
  return open_arrow_;
}

Result<LiveRows::News> LiveRows::Since(uint64_t row, uint64_t rows_max) const {
  News news;
  SealedBatches sealed;
  std::shared_ptr<arrow::RecordBatch> open;
  uint64_t open_first = 0;
  uint64_t at = row;
  {
    MutexLock lock(mutex_);
    news.next = next_row();
    if (news.next - at > rows_max) at = news.next - rows_max;
    for (const SealedBatches* batches : {&landed_, &sealed_}) {
      std::ranges::copy_if(*batches, std::back_inserter(sealed), [&](const auto& batch) {
        return batch->first_row() + batch->rows().rows() > at;
      });
    }
    open_first = open_first_row_;
    if (news.next > open_first && news.next > at) open = TRY(OpenAsArrow());
  }
  news.missed = at - row;
  const auto add = [&](uint64_t first, const std::shared_ptr<arrow::RecordBatch>& batch) {
    if (first > at) news.missed += first - std::exchange(at, first);
    news.batches.push_back(batch->Slice(static_cast<int64_t>(at - first)));
    at = first + static_cast<uint64_t>(batch->num_rows());
  };
  for (const auto& batch : sealed) add(batch->first_row(), TRY(batch->Arrow()));
  if (open) add(open_first, open);
  news.missed += news.next - at;  // they have landed
  return news;
}

Result<std::vector<LiveRows::Part>> LiveRows::Look() const {
  std::vector<Part> parts;
  SealedBatches sealed;
  {
    MutexLock lock(mutex_);
    sealed = sealed_;
    if (open_.rows() > 0) parts.push_back({open_to_, TRY(OpenAsArrow())});
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
