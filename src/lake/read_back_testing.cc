#include "lake/read_back_testing.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include "columns/random_rows_testing.h"

namespace tarn::lake::testing {

namespace {

arrow::Status Read(std::string_view file, ReadBack* back) {
  auto input =
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::string(file)));
  ARROW_ASSIGN_OR_RAISE(auto reader, parquet::arrow::OpenFile(input, arrow::default_memory_pool()));
  back->metadata = reader->parquet_reader()->metadata();
  std::shared_ptr<arrow::Table> table;
  ARROW_ASSIGN_OR_RAISE(table, reader->ReadTable());
  ARROW_RETURN_NOT_OK(table->ValidateFull());
  back->schema = table->schema();
  arrow::TableBatchReader batches(*table);
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    ARROW_RETURN_NOT_OK(batches.ReadNext(&batch));
    if (batch == nullptr) return arrow::Status::OK();
    for (int64_t i = 0; i < batch->num_rows(); ++i) {
      back->rows.push_back(columns::testing::ArrowRowText(*batch, i));
    }
  }
}

}  // namespace

ReadBack ReadWhole(std::string_view file) {
  ReadBack back;
  try {
    const auto status = Read(file, &back);
    if (!status.ok()) back.error = status.ToString();
  } catch (const std::exception& exception) {
    back.error = exception.what();
  }
  return back;
}

}  // namespace tarn::lake::testing
