#include "flow/memory_budget.h"

#include "base/invariant.h"

namespace tarn::flow {

Status MemoryBudget::Reserve(TableIndex table, size_t bytes) {
  MutexLock lock(mutex_);
  size_t& held = by_table_[table];
  if (used_ + bytes > bytes_max_) {
    return Fail(ErrorKind::kOverloaded,
                "{} MiB of rows wait for their files, the limit of this node: try again later",
                used_ / kMiB);
  }
  if (held + bytes > bytes_max_ / 2 && held > 0) {
    return Fail(ErrorKind::kOverloaded,
                "{} MiB of this table's rows wait for their files, its limit: try again later",
                held / kMiB);
  }
  held += bytes;
  used_ += bytes;
  return {};
}

void MemoryBudget::Take(TableIndex table, size_t bytes) {
  MutexLock lock(mutex_);
  by_table_[table] += bytes;
  used_ += bytes;
}

void MemoryBudget::Give(TableIndex table, size_t bytes) {
  MutexLock lock(mutex_);
  size_t& held = by_table_[table];
  INVARIANT(held >= bytes && used_ >= bytes, "a table gives back no more than it took");
  held -= bytes;
  used_ -= bytes;
}

size_t MemoryBudget::used() const {
  MutexLock lock(mutex_);
  return used_;
}

size_t MemoryBudget::used_by(TableIndex table) const {
  MutexLock lock(mutex_);
  const auto found = by_table_.find(table);
  return found == by_table_.end() ? 0 : found->second;
}

}  // namespace tarn::flow
