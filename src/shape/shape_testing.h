// For tests: records in, rows and rejects as text out.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "columns/batch.h"
#include "schema/record.h"
#include "shape/shaper.h"

namespace tarn::shape {

/// What became of one record: a row as docs/formats/shaping.md writes it, or
/// `reject REASON at PATH: MESSAGE`.
struct Shaped {
  std::vector<std::string> outcomes;  ///< in the records' order
  std::vector<schema::Reject> rejects;
  size_t rows = 0;
  std::string counts;  ///< `path why n; …`
};

/// The rows of a batch as text.
std::vector<std::string> RowTexts(const columns::Batch& batch);

/// The rows of a batch as JSON objects, NULL members and _received_at included.
std::vector<std::string> RowObjects(const columns::Batch& batch);

/// The row texts of columns as a table declaration would give them.
std::string ColumnTexts(const std::vector<schema::Field>& fields);

/// A stream over a table of its own. Fails the test where something is wrong with it.
class TestStream {
 public:
  static constexpr int64_t kReceivedAtUs = 1'763'714'921'954'871;  ///< 2025-11-21T08:48:41.954871Z
  static constexpr std::string_view kNodeId = "00000000000000aa";

  /// in  columns: a declaration
  TestStream(std::string_view columns, bool inferred);
  explicit TestStream(Shaping shaping);
  TestStream(Shaping shaping, schema::TableSchema table);

  /// As flow does: add the missing columns, then shape.
  Shaped Land(const std::vector<std::string>& records);
  /// Land, and the rows as RowObjects gives them. No record may be a reject.
  std::vector<std::string> LandAsObjects(const std::vector<std::string>& records);
  /// Only shape.
  Shaped Shape(const std::vector<std::string>& records);
  /// Add the columns that records need. returns  their texts
  std::string Evolve(const std::vector<std::string>& records);

  const schema::TableSchema& table() const { return table_; }
  Shaper& shaper() { return *shaper_; }
  /// Its columns but the reserved ones.
  std::string columns() const;

 private:
  void MakeShaper();

  Shaping shaping_;
  schema::TableSchema table_;
  std::unique_ptr<Shaper> shaper_;
};

/// Records as views: LSNs from 1, the arrival time of TestStream. The views borrow the texts.
std::vector<schema::RecordView> ViewsOf(const std::vector<std::string>& records);

}  // namespace tarn::shape
