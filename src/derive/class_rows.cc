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

  Status Add(const ObjectRecord& record, const RecordOrigin& origin,
             RecordOutcomes* outcomes) override {
    if (record.heka != nullptr) {
      message_.Set(record.heka->message, record.heka->plain);
      return Build(message_, record, origin, outcomes);
    }
    if (auto wrong = json_.Read(record.bytes))
      return outcomes->AddReject(origin, record.bytes, *std::move(wrong));
    return Build(json_, record, origin, outcomes);
  }

  Status Flush(RecordOutcomes* /*outcomes*/) override {
    writer_->Flush();
    return {};
  }

 private:
  template <class Raw>
  Status Build(const Raw& raw, const ObjectRecord& record, const RecordOrigin& origin,
               RecordOutcomes* outcomes) {
    row_.clear();
    const bool is_row =
        TRY(Guard(ErrorKind::kInvalid, [&] { return stream_.build_record(raw, row_); }));
    if (!is_row) {
      outcomes->AddSkipped();
      return {};
    }
    if (auto wrong = writer_->Add(row_))
      return outcomes->AddReject(origin, record.bytes, *std::move(wrong));
    outcomes->AddRow();
    return {};
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
    return std::make_unique<ClassRows>(
        *dataset.stream,
        TRY(RowWriter::Make(dataset.columns, PartitionConstants(partition, *batch), batch)));
  };
}

}  // namespace tarn::derive
