// What makes rows of raw records: a class of the SDK, or a recipe. Tasks know no more of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/error.h"
#include "columns/batch.h"
#include "derive/object_records.h"
#include "derive/plan.h"
#include "schema/record.h"

namespace tarn::derive {

/// Threads: one at a time.
class RowMaker {
 public:
  enum class Outcome : uint8_t { kRow, kSkipped, kRejected };

  virtual ~RowMaker() = default;

  /// Make a row of a record, or none.
  ///
  /// in       reject: set for kRejected: reason, path, message
  /// errors   what the class threw: the task fails
  virtual Result<Outcome> Add(const ObjectRecord& record, schema::Reject* reject) = 0;
  /// Bring the last rows to the batch.
  virtual void Flush() = 0;
};

/// Makes one for the rows of a partition. in  batch: of the plan's rows, lent
using RowMaking = std::function<Result<std::unique_ptr<RowMaker>>(const PlannedPartition& partition,
                                                                  columns::Batch* batch)>;

}  // namespace tarn::derive
