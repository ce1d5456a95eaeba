// A recipe's SELECT over batches of records.
#pragma once

#include <arrow/type_fwd.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "schema/type.h"

namespace tarn::derive {

/// Of one batch of records. One that takes longer never ends, as far as anybody can tell.
inline constexpr std::chrono::milliseconds kSelectTimeMax = std::chrono::minutes(2);
/// Of none, to check the statement: what it says of constants is worked out then.
inline constexpr std::chrono::milliseconds kCheckTimeMax = std::chrono::seconds(10);
/// Beyond its time: what has not ended by then does not look up.
inline constexpr std::chrono::milliseconds kStuckAfter = std::chrono::seconds(5);
inline constexpr size_t kSelectMemoryMin = 64 * kMiB;

struct SelectLimits {
  size_t memory_bytes_max = 256 * kMiB;  ///< at least kSelectMemoryMin is taken
  std::chrono::milliseconds time_max = kSelectTimeMax;
  /// Called, from another thread, kStuckAfter beyond a time limit, where one call of a function
  /// takes so long: DuckDB looks for an interrupt only between calls, and nothing but the end of
  /// the process ends them. Told again until it does. none: the call is waited for
  std::function<void(const std::string& what)> on_stuck = {};
  std::chrono::milliseconds stuck_after = kStuckAfter;
};

/// Threads: one at a time.
class RecordSelect {
 public:
  /// Check the statement, and get ready to run it. It sees the records and nothing else: no file,
  /// no other table, no setting.
  ///
  /// in       records: the columns of the table `records`, with ids
  /// errors   kInvalid, kUnsupported, kNotFound: what is wrong with the statement, and where
  static Result<std::unique_ptr<RecordSelect>> Open(const std::string& statement,
                                                    const schema::TableSchema& records,
                                                    const SelectLimits& limits);
  virtual ~RecordSelect() = default;

  /// What it selects, and behind that the number of the record.
  virtual const std::shared_ptr<arrow::Schema>& schema() const = 0;
  virtual const std::vector<std::string>& columns_read() const = 0;
  /// The same for statements that differ in nothing but comments and space.
  virtual const std::string& meaning() const = 0;

  /// in       records: of RecordColumns, numbered upwards
  /// returns  their rows, in that order; no record has two
  /// errors   kInvalid, kUnsupported: it fails on one of the records, or takes too much memory for
  ///          them; the same records fail again. kTooLarge: it runs longer than its limit.
  ///          kInternal
  virtual Result<std::vector<std::shared_ptr<arrow::RecordBatch>>> Run(
      const std::shared_ptr<arrow::RecordBatch>& records) = 0;
};

}  // namespace tarn::derive
