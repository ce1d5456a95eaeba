#include "load/load_worker.h"

#include <utility>

#include "crypto/digest.h"
#include "load/load_mark.h"

namespace tarn::load {
namespace {

/// A worker's memory in parts: its rejects, which are few, have one, its rows the others.
constexpr size_t kMemoryParts = 6;

}  // namespace

std::string RecordNode(const std::string& table_uuid, const RecordOrigin& origin) {
  const auto digest = crypto::Sha256(Format("{}\n{}\n{}", table_uuid, origin.uri, origin.round));
  return crypto::Hex(digest).substr(0, 16);
}

/// Rows of one schema cannot be in a file with those of another.
Status LoadWorker::UseVersion(Version version) {
  if (version == version_) return {};
  TRY(FinishWriter(&writer_, &files_.rows));
  version_ = std::move(version);
  maker_ = TRY(RowMaker::Make(version_->plan));
  rows_ = std::make_unique<columns::Batch>(version_->plan.layout);
  return {};
}

Result<std::unique_ptr<lake::TableWriter>> LoadWorker::OpenWriter(
    const catalog::Table& table, std::shared_ptr<const columns::Layout> layout,
    size_t memory_parts) {
  const store::Buckets::Place place = TRY(context_.buckets.Locate(table.location));
  const lake::FileNaming naming{
      place.key + "/data", Format("{}{:03}-{}", FileStem(context_.load_id), number_, writers_++)};
  lake::WriteOptions write = context_.write;
  write.memory_bytes_max = write.memory_bytes_max / kMemoryParts * memory_parts;
  lake::FollowTable(*layout, table.sort_by, table.bloom_columns, &write);
  return lake::TableWriter::Make(*place.store, std::move(layout), table.spec, naming,
                                 std::move(write));
}

Status LoadWorker::FinishWriter(std::unique_ptr<lake::TableWriter>* writer,
                                schema::DataFiles* files) {
  if (*writer == nullptr) return {};
  for (schema::DataFile& file : TRY((*writer)->Finish())) files->push_back(std::move(file));
  writer->reset();
  return {};
}

/// Make rows_ and rejects_ of these records.
///
/// returns  the version to shape them anew with, where they bring columns; else none
Result<LoadWorker::Version> LoadWorker::Shape(std::span<const schema::RecordView> records) {
  rows_->Clear();
  rejects_.clear();
  maker_->MakeRows(records, rows_.get(), &rejects_);
  // Only what went to _rest can be of a column that is missing: other blocks are read once.
  const shape::RestCounts counts = maker_->TakeRestCounts();
  if (!counts.paths.empty()) {
    const std::vector<schema::Field> missing = maker_->MissingColumns(records);
    if (!missing.empty()) return context_.table.AddColumns(*version_, missing);
  }
  without_column_.Add(counts);
  return nullptr;
}

Status LoadWorker::Take(std::span<schema::RecordView> records, const RecordOrigin& origin) {
  if (version_ == nullptr) TRY(UseVersion(context_.table.current()));
  for (schema::RecordView& record : records) record.received_at_us = origin.received_at_us;
  while (true) {
    maker_->SetNode(RecordNode(version_->table.uuid, origin));
    Version next = TRY(Shape(records));
    if (next == nullptr) break;
    TRY(UseVersion(std::move(next)));
  }
  if (rows_->rows() > 0) {
    if (writer_ == nullptr) {
      writer_ = TRY(OpenWriter(version_->table, version_->plan.layout, kMemoryParts - 1));
    }
    TRY(writer_->Append(*rows_));
  }
  return TakeRejects(origin.name);
}

Status LoadWorker::TakeRejects(std::string_view source_name) {
  if (rejects_.empty()) return {};
  for (schema::Reject& reject : rejects_) {
    reject.message = Format("{}, byte {}: {}", source_name, reject.lsn.number(), reject.message);
  }
  const catalog::Table& table = context_.table.rejects();
  if (reject_rows_ == nullptr)
    reject_rows_ = std::make_unique<columns::Batch>(columns::Layout::Make(table.schema));
  reject_rows_->Clear();
  shape::AppendRejects(rejects_, reject_rows_.get());
  if (reject_writer_ == nullptr) {
    reject_writer_ = TRY(OpenWriter(table, reject_rows_->layout(), 1));
  }
  return reject_writer_->Append(*reject_rows_);
}

Result<WorkerFiles> LoadWorker::EndPortion() {
  TRY(FinishWriter(&writer_, &files_.rows));
  TRY(FinishWriter(&reject_writer_, &files_.rejects));
  version_.reset();  // the next portion begins with what all have made of the table
  return std::exchange(files_, {});
}

}  // namespace tarn::load
