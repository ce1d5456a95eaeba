#include "lake/partition_writer.h"

#include "base/units.h"

namespace tarn::lake {

namespace {
/// A file of more bytes goes to the store piece by piece.
constexpr size_t kUploadBytesMin = 64 * kMiB;
}  // namespace

PartitionWriter::PartitionWriter(WriterContext& context, std::vector<schema::Value> values)
    : context_(context), values_(std::move(values)) {
  directory_ = context.naming.data_prefix;
  const std::string path = schema::PartitionPath(context.spec, context.layout->schema(), values_);
  if (!directory_.empty() && !path.empty()) directory_ += '/';
  directory_ += path;
}

columns::Batch* PartitionWriter::Open() {
  if (open_ == nullptr) open_ = std::make_unique<columns::Batch>(context_.layout);
  return open_.get();
}

void PartitionWriter::Seal() { sealed_.push_back(std::move(open_)); }

Status PartitionWriter::EncodeFull() {
  for (auto& batch : sealed_) {
    TRY(Encode(*batch));
    if (open_ != nullptr) continue;
    open_ = std::move(batch);  // its memory serves the next row group
    open_->Clear();
  }
  sealed_.clear();
  const bool is_full =
      open_rows() >= context_.options.row_group_rows_max ||
      (open_rows() != 0 && open_->data_bytes() >= context_.options.row_group_bytes_max);
  if (is_full) {
    TRY(Encode(*open_));
    open_->Clear();
  }
  Measure();
  return {};
}

Status PartitionWriter::EncodeAll() {
  TRY(EncodeFull());
  if (open_rows() != 0) TRY(Encode(*open_));
  open_.reset();
  Measure();
  return {};
}

Status PartitionWriter::Encode(const columns::Batch& batch) {
  if (file_ == nullptr) {
    file_ = std::make_unique<ParquetFile>(context_.layout, context_.options.compression);
    key_ = NextKey();
  }
  TRY(While(file_->AddRowGroup(batch, &context_.encoder), "encoding {}", key_));
  if (file_->pending().size() > kUploadBytesMin) TRY(Spill());
  if (static_cast<size_t>(file_->size_bytes()) >= context_.options.file_bytes_max) TRY(PutFile());
  Measure();
  return {};
}

Status PartitionWriter::Spill() {
  if (file_ == nullptr || file_->pending().empty()) return {};
  if (upload_ == nullptr) {
    upload_ = TRY(While(context_.store.Begin(key_), "beginning {}", key_));
  }
  TRY(While(upload_->Append(file_->pending()), "writing {}", key_));
  file_->DropPending();
  Measure();
  return {};
}

Status PartitionWriter::Finish() {
  TRY(EncodeAll());
  if (file_ != nullptr) TRY(PutFile());
  return {};
}

Status PartitionWriter::PutFile() {
  file_->Finish();
  if (upload_ != nullptr) {
    TRY(Spill());
    TRY(While(upload_->Finish(), "putting {}", key_));
    upload_.reset();
  } else {
    TRY(While(context_.store.PutIfAbsent(key_, file_->pending()), "putting {}", key_));
  }
  schema::DataFile described = file_->Describe();
  described.uri = context_.store.Uri(key_);
  described.spec_id = context_.spec.spec_id;
  described.partition = values_;
  context_.written.push_back(std::move(described));
  file_.reset();
  Measure();
  return {};
}

std::string PartitionWriter::NextKey() {
  return Format("{}{}{}-{}.parquet", directory_, directory_.empty() ? "" : "/",
                context_.naming.file_stem, context_.next_file++);
}

void PartitionWriter::Measure() {
  rows_bytes_ = open_ == nullptr ? 0 : open_->bytes();
  for (const auto& batch : sealed_) rows_bytes_ += batch->bytes();
  encoded_bytes_ = file_ == nullptr ? 0 : file_->memory_bytes();
}

}  // namespace tarn::lake
