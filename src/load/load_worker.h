// One worker of a load: blocks of lines to rows, and these to files that the portion's commit
// lists.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "lake/table_writer.h"
#include "load/load_table.h"
#include "load/source_queue.h"
#include "schema/data_file.h"
#include "shape/without_column.h"
#include "store/object_store.h"

namespace tarn::load {

/// What workers have in common; all lent.
struct WorkerContext {
  LoadTable& table;
  store::Buckets& buckets;
  lake::WriteOptions write;  ///< its memory is for all that one worker writes
  std::string load_id;
};

/// The files of one worker in a portion.
struct WorkerFiles {
  schema::DataFiles rows;
  schema::DataFiles rejects;
};

/// Threads: one at a time.
class LoadWorker {
 public:
  LoadWorker(const WorkerContext& context, size_t number) : context_(context), number_(number) {}

  /// Make rows of these records. errors  those of the catalog (new columns) and the store
  Status Take(const SourceBlock& block);
  /// returns  the files of all blocks since the last call, durable
  Result<WorkerFiles> EndPortion();

  const shape::WithoutColumn& without_column() const { return without_column_; }

 private:
  using Version = std::shared_ptr<const TableVersion>;

  Status UseVersion(Version version);
  Result<Version> Shape(std::span<const schema::RecordView> records);
  Status TakeRejects(const SourceReader& source);
  Result<std::unique_ptr<lake::TableWriter>> OpenWriter(
      const catalog::Table& table, std::shared_ptr<const columns::Layout> layout,
      size_t memory_parts);
  Status FinishWriter(std::unique_ptr<lake::TableWriter>* writer, schema::DataFiles* files);

  const WorkerContext& context_;
  const size_t number_;
  uint64_t writers_ = 0;
  Version version_;
  std::unique_ptr<RowMaker> maker_;
  std::unique_ptr<columns::Batch> rows_;         // of one block
  std::unique_ptr<columns::Batch> reject_rows_;  // of one block
  std::unique_ptr<lake::TableWriter> writer_;
  std::unique_ptr<lake::TableWriter> reject_writer_;
  std::vector<schema::RecordView> records_;
  std::vector<schema::Reject> rejects_;
  WorkerFiles files_;
  shape::WithoutColumn without_column_;
};

}  // namespace tarn::load
