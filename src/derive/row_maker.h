// What makes rows of raw records: a class of the SDK, or a recipe. Tasks know no more of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "columns/batch.h"
#include "derive/object_records.h"
#include "derive/plan.h"
#include "schema/record.h"

namespace tarn::derive {

/// Where a record was read. Valid as long as the maker that it is given to.
struct RecordOrigin {
  const std::string* object = nullptr;  ///< `bucket/key`
  int64_t modified_us = 0;              ///< of the object
  uint64_t offset = 0;                  ///< in it, inflated
};

/// What became of records: told once of each, in the order in which they came.
/// Threads: one at a time.
class RecordOutcomes {
 public:
  virtual ~RecordOutcomes() = default;
  virtual void AddRow() = 0;
  virtual void AddSkipped() = 0;
  /// in  reject: reason, path, message; raw: the record as stored
  virtual Status AddReject(const RecordOrigin& origin, std::string_view raw,
                           schema::Reject reject) = 0;
};

/// Threads: one at a time.
class RowMaker {
 public:
  virtual ~RowMaker() = default;

  /// Take a record, and make a row of it, or none; now, or together with later ones.
  ///
  /// errors   what the class threw: the task fails
  virtual Status Add(const ObjectRecord& record, const RecordOrigin& origin,
                     RecordOutcomes* outcomes) = 0;
  /// Bring the last rows to the batch. errors  as Add
  virtual Status Flush(RecordOutcomes* outcomes) = 0;
};

/// Makes one for the rows of a partition. in  batch: of the plan's rows, lent
using RowMaking = std::function<Result<std::unique_ptr<RowMaker>>(const PlannedPartition& partition,
                                                                  columns::Batch* batch)>;

}  // namespace tarn::derive
