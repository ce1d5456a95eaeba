// One budget for all records that were accepted and do not yet lie in data files, so that a slow
// store or a burst ends in back-pressure and not in the machine's memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "base/error.h"
#include "base/mutex.h"
#include "base/units.h"

namespace tarn::flow {

/// Bytes held by each table, as waiting records and as live rows.
///
/// A table alone may hold half of the budget, so that one whose landing is stuck cannot stop the
/// others. Threads: any.
class MemoryBudget {
 public:
  using TableIndex = uint32_t;

  explicit MemoryBudget(size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Take bytes for records on their way in. errors  kOverloaded: says whether the table or the
  /// node is full; nothing was taken
  Status Reserve(TableIndex table, size_t bytes);
  /// Take bytes without a limit: for what must be kept whatever comes (replay, rows made from
  /// records).
  void Take(TableIndex table, size_t bytes);
  void Give(TableIndex table, size_t bytes);

  size_t used() const;
  size_t used_by(TableIndex table) const;
  /// Over three quarters: the largest tables should land early.
  bool is_tight() const { return used() > bytes_max_ / 4 * 3; }
  /// A table over three quarters of its share: it should land early.
  bool is_tight_for(TableIndex table) const { return used_by(table) > bytes_max_ / 8 * 3; }

 private:
  const size_t bytes_max_;
  mutable Mutex mutex_;
  size_t used_ GUARDED_BY(mutex_) = 0;
  std::map<TableIndex, size_t> by_table_ GUARDED_BY(mutex_);
};

}  // namespace tarn::flow
