// One worker of a load: records to rows, and these to files that the portion's commit lists.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "lake/table_writer.h"
#include "load/load_table.h"
#include "schema/data_file.h"
#include "schema/record.h"
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

/// Whose records they are. Views are lent.
struct RecordOrigin {
  std::string_view name;  ///< for messages
  std::string_view uri;   ///< of the source
  uint32_t round = 1;     ///< of the source
  int64_t received_at_us = 0;
};

/// The first half of a source's record ids: 16 hex digits that no other source of the table has,
/// nor the same one begun anew. The second half is the place in it.
std::string RecordNode(const std::string& table_uuid, const RecordOrigin& origin);

/// The files of one worker in a portion.
struct WorkerFiles {
  schema::DataFiles rows;
  schema::DataFiles rejects;
};

/// Threads: one at a time.
class LoadWorker {
 public:
  LoadWorker(const WorkerContext& context, size_t number) : context_(context), number_(number) {}

  /// Make rows of some records of one source.
  ///
  /// in      records: their `lsn` holds their place in it; `received_at_us` is set here
  /// errors  those of the catalog (new columns) and the store
  Status Take(std::span<schema::RecordView> records, const RecordOrigin& origin);
  /// returns  the files of all blocks since the last call, durable
  Result<WorkerFiles> EndPortion();

  const shape::WithoutColumn& without_column() const { return without_column_; }

 private:
  using Version = std::shared_ptr<const TableVersion>;

  Status UseVersion(Version version);
  Result<Version> Shape(std::span<const schema::RecordView> records);
  Status TakeRejects(std::string_view source_name);
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
  std::vector<schema::Reject> rejects_;
  WorkerFiles files_;
  shape::WithoutColumn without_column_;
};

}  // namespace tarn::load
