#include "derive/class_rows.h"

#include <algorithm>
#include <utility>

#include "derive/row_writer.h"
#include "derive/sdk_records.h"

namespace tarn::derive {
namespace {

class ClassRows final : public RowMaker {
 public:
  ClassRows(const DerivedStream& stream, std::unique_ptr<RowWriter> writer)
      : stream_(stream), writer_(std::move(writer)), row_(writer_->NewRecord()) {}

  Result<Outcome> Add(const ObjectRecord& record, schema::Reject* reject) override {
    if (record.heka != nullptr) {
      message_.Set(record.heka->message, record.heka->plain);
      return Build(message_, reject);
    }
    if (auto wrong = json_.Read(record.bytes)) {
      *reject = *std::move(wrong);
      return Outcome::kRejected;
    }
    return Build(json_, reject);
  }

  void Flush() override { writer_->Flush(); }

 private:
  template <class Raw>
  Result<Outcome> Build(const Raw& raw, schema::Reject* reject) {
    row_.clear();
    const bool is_row =
        TRY(Guard(ErrorKind::kInvalid, [&] { return stream_.build_record(raw, row_); }));
    if (!is_row) return Outcome::kSkipped;
    auto wrong = writer_->Add(row_);
    if (!wrong) return Outcome::kRow;
    *reject = *std::move(wrong);
    return Outcome::kRejected;
  }

  const DerivedStream& stream_;
  const std::unique_ptr<RowWriter> writer_;
  Record row_;
  SdkHekaMessage message_;
  SdkJsonRecord json_;
};

}  // namespace

Result<DatasetToPlan> ToPlan(const Dataset& dataset) {
  const std::string filter_prefix =
      TRY(While(Guard(ErrorKind::kInvalid, [&] { return dataset.stream->filter_prefix(); }), "{}",
                dataset.name));
  return DatasetToPlan{.name = dataset.name,
                       .arguments = dataset.arguments,
                       .plugin = dataset.plugin,
                       .recipe = "",
                       .code_version = dataset.code_version,
                       .columns = dataset.columns.fields,
                       .filter_prefix = filter_prefix,
                       .prefix_group = [&stream = *dataset.stream](std::string_view key) {
                         return stream.prefix_group(key);
                       }};
}

RowMaking MakesRows(const Dataset& dataset) {
  return [&dataset](const PlannedPartition& partition,
                    columns::Batch* batch) -> Result<std::unique_ptr<RowMaker>> {
    // The last columns of the table are the partition's.
    const auto& fields = batch->layout()->schema().fields;
    const size_t first = fields.size() - std::min(fields.size(), partition.values.size());
    std::vector<ConstantColumn> constants;
    for (size_t i = first; i < fields.size(); ++i)
      constants.push_back({fields[i].name, partition.values[i - first]});
    return std::make_unique<ClassRows>(
        *dataset.stream, TRY(RowWriter::Make(dataset.columns, std::move(constants), batch)));
  };
}

}  // namespace tarn::derive
