#include "query/live_scan_internal.h"

#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp>
#include <duckdb/main/extension/extension_loader.hpp>
#include <duckdb/parser/tableref/table_function_ref.hpp>
#include <string>
#include <utility>

#include "base/invariant.h"
#include "query/conform.h"
#include "schema/arrow_schema.h"

namespace tarn::query {
namespace {

/// Live batches as the snapshot's columns, made to fit one by one as they are read.
/// Threads: one at a time (DuckDB reads a stream under its own lock).
class ConformingReader : public arrow::RecordBatchReader {
 public:
  ConformingReader(std::vector<schema::Field> columns,
                   std::vector<std::shared_ptr<arrow::RecordBatch>> batches)
      : columns_(std::move(columns)), batches_(std::move(batches)) {
    arrow::FieldVector fields;
    for (const schema::Field& column : columns_) fields.push_back(schema::ToArrowField(column));
    schema_ = arrow::schema(std::move(fields));
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    out->reset();
    while (next_ < batches_.size() && batches_[next_]->num_rows() == 0) ++next_;
    if (next_ == batches_.size()) return arrow::Status::OK();
    const arrow::RecordBatch& batch = *batches_[next_++];
    arrow::ArrayVector arrays;
    for (const schema::Field& column : columns_) {
      Result<std::shared_ptr<arrow::Array>> array = ConformColumn(batch, column);
      if (!array) return arrow::Status::Invalid(array.error().message());
      arrays.push_back(*std::move(array));
    }
    *out = arrow::RecordBatch::Make(schema_, batch.num_rows(), std::move(arrays));
    return arrow::Status::OK();
  }

 private:
  const std::vector<schema::Field> columns_;
  const std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  std::shared_ptr<arrow::Schema> schema_;
  size_t next_ = 0;
};

void ThrowIfFailed(const arrow::Status& status) {
  if (!status.ok()) throw duckdb::InvalidInputException("reading live rows: " + status.message());
}

/// What the registered function keeps: the bind of the arrow_scan that it was copied from.
struct ArrowBind : duckdb::TableFunctionInfo {
  explicit ArrowBind(duckdb::table_function_bind_t function) : bind(function) {}
  duckdb::table_function_bind_t bind;
};

duckdb::unique_ptr<duckdb::FunctionData> BindLive(duckdb::ClientContext& context,
                                                  duckdb::TableFunctionBindInput& input,
                                                  duckdb::vector<duckdb::LogicalType>& types,
                                                  duckdb::vector<duckdb::Identifier>& names) {
  if (dynamic_cast<LiveRows*>(input.ref.bind_info.get()) == nullptr) {
    throw duckdb::BinderException("%s is not for queries: name the table instead",
                                  kLiveScanFunction);
  }
  return input.info->Cast<ArrowBind>().bind(context, input, types, names);
}

duckdb::unique_ptr<duckdb::NodeStatistics> CountRows(duckdb::ClientContext& /*context*/,
                                                     const duckdb::FunctionData* bind_data) {
  const auto& scan = bind_data->Cast<duckdb::ArrowScanFunctionData>();
  const auto& rows = static_cast<const LiveRows&>(*scan.factory);
  return duckdb::make_uniq<duckdb::NodeStatistics>(rows.row_count(), rows.row_count());
}

}  // namespace

LiveRows::LiveRows(schema::TableSchema columns,
                   std::vector<std::shared_ptr<arrow::RecordBatch>> batches)
    : columns_(std::make_shared<const schema::TableSchema>(std::move(columns))),
      batches_(std::move(batches)) {
  for (const auto& batch : batches_) row_count_ += static_cast<size_t>(batch->num_rows());
}

void LiveRows::GetSchema(ArrowSchema& out) {
  ThrowIfFailed(arrow::ExportSchema(*schema::ToArrowSchema(*columns_), &out));
}

duckdb::unique_ptr<duckdb::ArrowArrayStreamWrapper> LiveRows::ProduceStream(
    duckdb::ArrowStreamParameters& parameters) {
  std::vector<schema::Field> projected;
  for (const std::string& name : parameters.projected_columns.columns) {
    const schema::Field* column = columns_->Find(name);
    INVARIANT(column != nullptr, "a scan projects the columns that it was bound with");
    projected.push_back(*column);
  }
  auto reader = std::make_shared<ConformingReader>(std::move(projected), batches_);
  auto stream = duckdb::make_uniq<duckdb::ArrowArrayStreamWrapper>();
  ThrowIfFailed(arrow::ExportRecordBatchReader(std::move(reader), &stream->arrow_array_stream));
  return stream;
}

void RegisterLiveScan(duckdb::ExtensionLoader& loader) {
  duckdb::TableFunctionSet functions{duckdb::Identifier(kLiveScanFunction)};
  for (const auto& overload : loader.GetTableFunction("arrow_scan").functions.functions) {
    duckdb::TableFunction scan = *overload;
    scan.SetName(duckdb::Identifier(kLiveScanFunction));
    scan.function_info = duckdb::make_shared_ptr<ArrowBind>(overload->bind);
    scan.bind = BindLive;
    scan.cardinality = CountRows;
    // arrow_scan hands its filters to the producer of the batches and does not look at them again.
    // Ours does not filter, so DuckDB must: without this, WHERE is silently ignored.
    scan.filter_pushdown = false;
    scan.filter_prune = false;
    functions.AddFunction(std::move(scan));
  }
  loader.RegisterFunction(std::move(functions));
}

}  // namespace tarn::query
