#include "lake/partition_writer.h"

#include "base/units.h"
#include "lake/row_order.h"

namespace tarn::lake {

namespace {
/// A file of more bytes goes to the store piece by piece.
constexpr size_t kUploadBytesMin = 64 * kMiB;
/// Each holds a file or a part of an object open.
constexpr size_t kUploadsMax = 64;
}  // namespace

PartitionWriter::PartitionWriter(WriterContext& context, std::vector<schema::Value> values)
    : context_(context), values_(std::move(values)) {
  directory_ = context.naming.data_prefix;
  const std::string path = schema::PartitionPath(context.spec, context.layout->schema(), values_);
  if (!directory_.empty() && !path.empty()) directory_ += '/';
  directory_ += path;
}

Status PartitionWriter::Encode(const columns::Batch& batch) {
  TRY(ForEachLeafInOrder(batch, context_.sort_columns,
                         [this](const columns::LeafBuffer& leaf) { return EncodeChunk(leaf); }));
  return EndRowGroup(batch.rows());
}

Status PartitionWriter::EncodeChunk(const columns::LeafBuffer& leaf) {
  if (file_ == nullptr) OpenFile();
  return While(file_->AddChunk(leaf, &context_.encoder), "encoding {}", key_);
}

Status PartitionWriter::EndRowGroup(size_t rows) {
  if (file_ == nullptr) OpenFile();  // of a table without columns
  file_->EndRowGroup(static_cast<int64_t>(rows), context_.sort_columns);
  const bool may_upload = upload_ != nullptr || context_.uploads_open < kUploadsMax;
  if (file_->pending().size() > kUploadBytesMin && may_upload) TRY(Spill());
  if (static_cast<size_t>(file_->size_bytes()) >= context_.options.file_bytes_max) TRY(PutFile());
  Measure();
  return {};
}

void PartitionWriter::OpenFile() {
  file_ = std::make_unique<ParquetFile>(context_.layout, context_.options.compression);
  key_ = NextKey();
  ++context_.files_open;
}

Status PartitionWriter::Relieve() {
  if (file_ == nullptr) return {};
  const bool may_upload = upload_ != nullptr || context_.uploads_open < kUploadsMax;
  if (may_upload && file_->pending().size() * 2 >= file_->memory_bytes()) {
    TRY(Spill());
  } else {
    TRY(PutFile());
  }
  Measure();
  return {};
}

Status PartitionWriter::Spill() {
  if (upload_ == nullptr) {
    upload_ = TRY(While(context_.store.Begin(key_), "beginning {}", key_));
    ++context_.uploads_open;
  }
  TRY(While(upload_->Append(file_->pending()), "writing {}", key_));
  file_->DropPending();
  return {};
}

Status PartitionWriter::Finish() { return file_ == nullptr ? Status() : PutFile(); }

Status PartitionWriter::PutFile() {
  file_->Finish();
  if (upload_ != nullptr) {
    TRY(Spill());
    TRY(While(upload_->Finish(), "putting {}", key_));
    upload_.reset();
    --context_.uploads_open;
  } else {
    TRY(While(context_.store.PutIfAbsent(key_, file_->pending()), "putting {}", key_));
  }
  schema::DataFile described = file_->Describe();
  described.uri = context_.store.Uri(key_);
  described.spec_id = context_.spec.spec_id;
  described.partition = values_;
  if (context_.options.take_file) {
    context_.options.take_file(std::move(described));
  } else {
    context_.written.push_back(std::move(described));
  }
  file_.reset();
  --context_.files_open;
  Measure();
  return {};
}

std::string PartitionWriter::NextKey() {
  return Format("{}{}{}-{:05}.parquet", directory_, directory_.empty() ? "" : "/",
                context_.naming.file_stem, context_.next_file++);
}

/// Bring the sum of the context up to date with what is held here.
void PartitionWriter::Measure() {
  context_.encoded_bytes -= encoded_bytes_;
  encoded_bytes_ = file_ == nullptr ? 0 : file_->memory_bytes();
  context_.encoded_bytes += encoded_bytes_;
}

}  // namespace tarn::lake
