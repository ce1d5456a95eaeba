// What rows a conversion or a load makes: columns, partitions, and how records become rows of them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "columns/layout.h"
#include "load/convert.h"
#include "schema/column_choice.h"
#include "schema/declaration.h"
#include "schema/partition.h"
#include "schema/record.h"
#include "schema/type.h"
#include "shape/shaper.h"

namespace tarn::load {

inline constexpr const char* kMessageColumn = "message";

/// The columns of these records that a schema lacks, for a table that is not there yet.
/// errors  kInvalid: there is none
Result<std::vector<schema::Field>> InferColumns(std::span<const schema::RecordView> sample,
                                                const shape::Shaping& shaping,
                                                const schema::TableSchema& schema);

/// Decided once, before the first row.
struct TablePlan {
  RecordFormat format = RecordFormat::kNdjson;
  shape::Shaping shaping;
  schema::TableSchema schema;
  std::shared_ptr<const columns::Layout> layout;
  schema::PartitionSpec partitions;
  std::vector<schema::SortBy> sort_by;
  std::vector<FieldId> bloom_columns;

  /// in       sample: the first records, kSampleRecords where there are as many
  /// errors   kInvalid: the columns or partitions as they are written; a column of Tarn's own that
  ///          a file does not have; a sample that gives no column
  static Result<TablePlan> Make(const ConvertOptions& options,
                                std::span<const schema::RecordView> sample);

  /// The columns that records fill, as a user could declare them.
  std::vector<schema::ColumnDeclaration> Declarations() const;
};

/// Makes rows of one worker's records.
/// Threads: one at a time.
class RowMaker {
 public:
  /// in      plan: lent
  /// errors  as shape::Shaper::Make; kInvalid: a required column that lines of text do not fill, or
  ///         one that they do, of another type
  static Result<std::unique_ptr<RowMaker>> Make(const TablePlan& plan);
  virtual ~RowMaker() = default;

  /// As shape::Shaper::Shape.
  virtual void MakeRows(std::span<const schema::RecordView> records, columns::Batch* rows,
                        std::vector<schema::Reject>* rejects) = 0;
  virtual shape::RestCounts TakeRestCounts() = 0;
  /// As shape::Shaper::MissingColumns; none for lines of text.
  virtual std::vector<schema::Field> MissingColumns(
      std::span<const schema::RecordView> records) = 0;
  /// As shape::Shaper::SetNode.
  virtual void SetNode(std::string node_id) = 0;
};

}  // namespace tarn::load
