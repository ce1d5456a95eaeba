// A recipe as a RowMaker: records gather, one SELECT makes rows of all of them, and where it fails
// on one of them halves are tried until that one is alone.
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <deque>
#include <utility>

#include "base/units.h"
#include "derive/recipe.h"
#include "derive/row_writer.h"
#include "derive/selected_values.h"

namespace tarn::derive {
namespace {

constexpr size_t kRecordsABatch = 2048;
constexpr size_t kBytesABatch = 4 * kMiB;  ///< of records, inflated; one alone may have more

class RecipeRows final : public RowMaker {
 public:
  RecipeRows(const Recipe& recipe, std::unique_ptr<RecordSelect> select, std::vector<int> places,
             std::unique_ptr<RecordTable> table, std::unique_ptr<RowWriter> writer)
      : recipe_(recipe),
        select_(std::move(select)),
        places_(std::move(places)),
        table_(std::move(table)),
        writer_(std::move(writer)),
        row_(writer_->NewRecord()) {}

  Status Add(const ObjectRecord& record, const RecordOrigin& origin,
             RecordOutcomes* outcomes) override {
    Waiting& waiting = waiting_.emplace_back();
    waiting.origin = origin;
    waiting.raw = record.bytes;
    waiting.wrong = table_->Add(record, static_cast<int64_t>(waiting_.size()) - 1);
    bytes_ += record.heka != nullptr ? record.heka->plain.size() : record.bytes.size();
    const bool is_full = waiting_.size() >= kRecordsABatch || bytes_ >= kBytesABatch;
    return is_full ? RunBatch(outcomes) : Status();
  }

  Status Flush(RecordOutcomes* outcomes) override {
    TRY(RunBatch(outcomes));
    writer_->Flush();
    return {};
  }

 private:
  struct Waiting {
    RecordOrigin origin;
    std::string raw;
    std::optional<schema::Reject> wrong;  ///< found before the SELECT ran
  };

  Status RunBatch(RecordOutcomes* outcomes) {
    if (waiting_.empty()) return {};
    const auto records = TRY(table_->Take());
    next_ = 0;
    if (records->num_rows() > 0) TRY(RunSelect(records, outcomes));
    TRY(SkipTo(waiting_.size(), outcomes));
    waiting_.clear();
    bytes_ = 0;
    return {};
  }

  /// Make the rows of these records, or of what is left of them without those that fail.
  Status RunSelect(const std::shared_ptr<arrow::RecordBatch>& records, RecordOutcomes* outcomes) {
    const auto batches = select_->Run(records);
    if (batches) {
      for (const auto& batch : *batches) TRY(AddRows(*batch, outcomes));
      return {};
    }
    const Error& error = batches.error();
    if (error.kind() == ErrorKind::kTooLarge || error.kind() == ErrorKind::kInternal)
      return std::unexpected(error);
    const int64_t count = records->num_rows();
    if (count > 1) {
      TRY(RunSelect(records->Slice(0, count / 2), outcomes));
      return RunSelect(records->Slice(count / 2), outcomes);
    }
    const int64_t number = NumberColumn(*records).Value(0);
    TRY(SkipTo(static_cast<size_t>(number), outcomes));
    // What follows the first line shows the SELECT, which is the same for all.
    return Reject({.reason = schema::RejectReason::kSelectFailed,
                   .path = "",
                   .message = error.message().substr(0, error.message().find('\n'))},
                  outcomes);
  }

  static const arrow::Int64Array& NumberColumn(const arrow::RecordBatch& records) {
    return static_cast<const arrow::Int64Array&>(
        *records.GetColumnByName(kRecordNumber));  // a long, as RecordColumns has it
  }

  Status AddRows(const arrow::RecordBatch& rows, RecordOutcomes* outcomes) {
    const auto& numbers =
        static_cast<const arrow::Int64Array&>(*rows.column(rows.num_columns() - 1));
    for (int64_t i = 0; i < rows.num_rows(); ++i) {
      const auto number = static_cast<size_t>(numbers.Value(i));
      if (number < next_ || number >= waiting_.size())
        return Fail(ErrorKind::kInternal, "the SELECT's rows do not come in the records' order");
      TRY(SkipTo(number, outcomes));
      TRY(AddRow(rows, i, outcomes));
    }
    return {};
  }

  Status AddRow(const arrow::RecordBatch& rows, int64_t i, RecordOutcomes* outcomes) {
    const auto& fields = recipe_.columns.fields;
    for (size_t column = 0; column < fields.size(); ++column) {
      const auto& values = *rows.column(places_[column]);
      row_.set(column, SelectedValue(values, i, fields[column].type));
    }
    if (auto wrong = writer_->Add(row_)) return Reject(*std::move(wrong), outcomes);
    ++next_;
    outcomes->AddRow();
    return {};
  }

  /// The records up to here became no rows.
  Status SkipTo(size_t number, RecordOutcomes* outcomes) {
    while (next_ < number) {
      Waiting& waiting = waiting_[next_];
      if (waiting.wrong) {
        TRY(Reject(*std::exchange(waiting.wrong, std::nullopt), outcomes));
        continue;
      }
      outcomes->AddSkipped();
      ++next_;
    }
    return {};
  }

  Status Reject(schema::Reject wrong, RecordOutcomes* outcomes) {
    const Waiting& waiting = waiting_[next_++];
    return outcomes->AddReject(waiting.origin, waiting.raw, std::move(wrong));
  }

  const Recipe& recipe_;
  const std::unique_ptr<RecordSelect> select_;
  const std::vector<int> places_;  // of the schema's columns among the selected ones
  const std::unique_ptr<RecordTable> table_;
  const std::unique_ptr<RowWriter> writer_;
  Record row_;
  std::deque<Waiting> waiting_;
  size_t next_ = 0;   // of those that wait: the first whose outcome is not told
  size_t bytes_ = 0;  // of those that wait
};

}  // namespace

RowMaking MakesRows(const Recipe& recipe, const SelectLimits& limits) {
  return [&recipe, limits](const PlannedPartition& partition,
                           columns::Batch* batch) -> Result<std::unique_ptr<RowMaker>> {
    auto select =
        TRY(RecordSelect::Open(recipe.text.select, TRY(RecordColumns(recipe.form)), limits));
    const auto selected = select->schema()->RemoveField(select->schema()->num_fields() - 1);
    auto places = TRY(MatchColumns(**selected, recipe.columns.fields));
    auto table = TRY(RecordTable::Make(recipe.form, select->columns_read()));
    auto writer =
        TRY(RowWriter::Make(recipe.columns, PartitionConstants(partition, *batch), batch));
    return std::make_unique<RecipeRows>(recipe, std::move(select), std::move(places),
                                        std::move(table), std::move(writer));
  };
}

}  // namespace tarn::derive
