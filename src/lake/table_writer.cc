#include "lake/table_writer.h"

#include <algorithm>
#include <optional>

#include "lake/partition_router.h"
#include "lake/partition_writer.h"

namespace tarn::lake {

namespace {

Status CheckOptions(const WriteOptions& options) {
  if (options.compression == codec::Compression::kLz4) {
    return Fail(ErrorKind::kInvalid,
                "Parquet files are compressed with zstd, snappy, gzip or none");
  }
  const auto check = [](size_t limit, std::string_view name) -> Status {
    if (limit != 0) return {};
    return Fail(ErrorKind::kInvalid, "{} must be at least 1", name);
  };
  TRY(check(options.row_group_rows_max, "row_group_rows_max"));
  TRY(check(options.row_group_bytes_max, "row_group_bytes_max"));
  TRY(check(options.page_bytes_max, "page_bytes_max"));
  TRY(check(options.file_bytes_max, "file_bytes_max"));
  return check(options.partitions_max, "partitions_max");
}

}  // namespace

struct TableWriter::State {
  WriterContext context;
  std::unique_ptr<PartitionRouter> router;
  std::vector<std::unique_ptr<PartitionWriter>> partitions;  // by the router's numbers
  std::optional<Error> failed;

  // Scratch of Append.
  std::vector<uint32_t> target_of_row;
  std::vector<columns::Batch*> targets;
  std::vector<size_t> touched;                // partitions that got rows
  std::vector<uint32_t> target_of_partition;  // kNone: not touched yet
  std::vector<size_t> rows_of_target;         // with those that the scatter will bring
  std::vector<size_t> rows_max_of_target;     // that make a row group
  size_t bytes_per_row = 1;                   // of the batch at hand
  static constexpr uint32_t kNone = ~uint32_t{0};

  Status Append(const columns::Batch& batch);
  Status Finish();
  bool IsRowGroup(const columns::Batch& batch) const;
  uint32_t AddTarget(size_t partition);
  void FindTargets(std::span<const uint32_t> partition_of_row);
  Status KeepWithinMemory();
};

TableWriter::TableWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
TableWriter::~TableWriter() = default;

Result<std::unique_ptr<TableWriter>> TableWriter::Make(
    store::ObjectStore& store, std::shared_ptr<const columns::Layout> layout,
    schema::PartitionSpec spec, FileNaming naming, WriteOptions options) {
  TRY(CheckOptions(options));
  auto router = TRY(PartitionRouter::Make(*layout, spec, options.partitions_max));
  std::unique_ptr<State> state(new State{
      .context = {.store = store,
                  .layout = std::move(layout),
                  .spec = std::move(spec),
                  .naming = std::move(naming),
                  .options = options,
                  .written = {}},
      .router = std::move(router),
      .partitions = {},
      .failed = {},
      .target_of_row = {},
      .targets = {},
      .touched = {},
      .target_of_partition = {},
      .rows_of_target = {},
      .rows_max_of_target = {},
  });
  return std::unique_ptr<TableWriter>(new TableWriter(std::move(state)));
}

Status TableWriter::Append(const columns::Batch& batch) {
  if (state_->failed) return std::unexpected(*state_->failed);
  Status status = state_->Append(batch);
  if (!status) state_->failed = status.error();
  return status;
}

Result<schema::DataFiles> TableWriter::Finish() {
  if (state_->failed) return std::unexpected(*state_->failed);
  const Status status = state_->Finish();
  if (!status) {
    state_->failed = status.error();
    return std::unexpected(status.error());
  }
  return std::move(state_->context.written);
}

Status TableWriter::State::Append(const columns::Batch& batch) {
  if (batch.rows() == 0) return {};
  const auto partition_of_row = TRY(router->Route(batch));
  while (partitions.size() < router->partitions()) {
    partitions.push_back(
        std::make_unique<PartitionWriter>(context, router->values(partitions.size())));
  }
  const uint32_t first = partition_of_row[0];
  if (IsRowGroup(batch) && !partitions[first]->has_rows() &&
      std::ranges::all_of(partition_of_row, [&](uint32_t other) { return other == first; })) {
    TRY(partitions[first]->Encode(batch));
    return KeepWithinMemory();
  }
  bytes_per_row = std::max<size_t>(1, batch.data_bytes() / batch.rows());
  FindTargets(partition_of_row);
  columns::Batch::Scatter(batch, target_of_row, targets);
  for (const size_t partition : touched) TRY(partitions[partition]->EncodeFull());
  return KeepWithinMemory();
}

/// Near enough to a full row group that gathering more rows is not worth copying these.
bool TableWriter::State::IsRowGroup(const columns::Batch& batch) const {
  const WriteOptions& options = context.options;
  if (batch.rows() > options.row_group_rows_max) return false;
  const size_t bytes = batch.data_bytes();
  if (bytes > options.row_group_bytes_max) return false;
  return batch.rows() >= options.row_group_rows_max / 2 || bytes >= options.row_group_bytes_max / 2;
}

uint32_t TableWriter::State::AddTarget(size_t partition) {
  const WriteOptions& options = context.options;
  columns::Batch* const open = partitions[partition]->Open();
  const size_t filled = open->data_bytes();
  const size_t left = options.row_group_bytes_max - std::min(options.row_group_bytes_max, filled);
  const size_t fit = std::max<size_t>(1, left / bytes_per_row);
  targets.push_back(open);
  rows_of_target.push_back(open->rows());
  rows_max_of_target.push_back(std::min(options.row_group_rows_max, open->rows() + fit));
  return static_cast<uint32_t>(targets.size() - 1);
}

/// A batch for each row: the open one of its partition, or the next where that one is full.
void TableWriter::State::FindTargets(std::span<const uint32_t> partition_of_row) {
  targets.clear();
  touched.clear();
  rows_of_target.clear();
  rows_max_of_target.clear();
  target_of_partition.assign(partitions.size(), kNone);
  target_of_row.resize(partition_of_row.size());
  for (size_t row = 0; row < partition_of_row.size(); ++row) {
    const uint32_t partition = partition_of_row[row];
    uint32_t& target = target_of_partition[partition];
    if (target == kNone) {
      target = AddTarget(partition);
      touched.push_back(partition);
    } else if (rows_of_target[target] == rows_max_of_target[target]) {
      partitions[partition]->Seal();
      target = AddTarget(partition);
    }
    target_of_row[row] = target;
    ++rows_of_target[target];
  }
}

/// Over the limit, encode the rows of the partitions that hold most; where encoded bytes are what
/// fills memory, move those to the store.
Status TableWriter::State::KeepWithinMemory() {
  size_t total = 0;
  for (const auto& partition : partitions) total += partition->memory_bytes();
  while (total > context.options.memory_bytes_max) {
    const auto largest = std::ranges::max_element(
        partitions, {}, [](const auto& partition) { return partition->memory_bytes(); });
    PartitionWriter& partition = **largest;
    const size_t before = partition.memory_bytes();
    if (partition.rows_bytes() * 2 >= before) {
      TRY(partition.EncodeAll());
    } else {
      TRY(partition.Spill());
    }
    if (partition.memory_bytes() >= before) break;  // nothing left to give
    total -= before - partition.memory_bytes();
  }
  return {};
}

Status TableWriter::State::Finish() {
  for (const auto& partition : partitions) TRY(partition->Finish());
  return {};
}

}  // namespace tarn::lake
