// Query results as text for people and programs: table, json, ndjson, csv. Long as digits, decimal
// as text, times ISO 8601 (timestamptz with Z, timestamp without), NaN and infinities null in JSON,
// binary base64, nested values as JSON.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tarn::query {

enum class ResultFormat { kTable, kJson, kNdjson, kCsv };

/// errors  kInvalid: names what is known
Result<ResultFormat> ParseResultFormat(std::string_view name);

/// Turns batches into text piece by piece.
/// Threads: one at a time.
class ResultWriter {
 public:
  /// in  width_max: of a table, in terminal columns: wider cells are cut, and columns in the middle
  ///     left out; 0: as wide as it gets
  static std::unique_ptr<ResultWriter> Make(ResultFormat format,
                                            const std::shared_ptr<arrow::Schema>& schema,
                                            size_t width_max = 0);
  virtual ~ResultWriter() = default;
  /// returns  the text of this batch (kTable keeps it until Finish; it needs the widths)
  virtual Result<std::string> Write(const arrow::RecordBatch& batch) = 0;
  /// returns  what closes the text
  virtual std::string Finish() = 0;
  /// returns  how many columns Finish left out
  virtual size_t columns_left_out() const { return 0; }
};

}  // namespace tarn::query
