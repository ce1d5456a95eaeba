#include "lake/table_writer.h"

#include <algorithm>
#include <optional>

#include "columns/scatter.h"
#include "lake/gathered_rows.h"
#include "lake/partition_router.h"
#include "lake/partition_writer.h"
#include "lake/row_order.h"
#include "lake/spilled_rows.h"
#include "lake/write_options_check.h"

namespace tarn::lake {

namespace {

/// What a chunk takes beside its values, about: headers, statistics, indexes, its part of the
/// footer, the totals of its leaf.
constexpr size_t kBytesPerChunk = 700;
/// Rows that are made between two looks at the memory.
constexpr size_t kRowsAtATime = 4096;

}  // namespace

/// Rows of all partitions wait in one batch, until memory or a row group is full. Then it is cut
/// into row groups for each partition, or put aside as it is.
struct TableWriter::State {
  WriterContext context;
  std::unique_ptr<PartitionRouter> router;
  std::vector<std::unique_ptr<PartitionWriter>> partitions;  // by the router's numbers
  GatheredRows gathered;
  std::unique_ptr<SpilledRows> spilled;  // null: nothing was put aside
  bool is_merging = false;               // what was put aside comes back
  size_t memory_peak = 0;
  std::optional<Error> failed;

  // Scratch.
  std::vector<uint32_t> target_of_row;
  std::vector<uint32_t> target_of_partition;
  std::vector<size_t> rows_of_partition;

  Result<columns::Batch*> Rows();
  Status Append(const columns::Batch& batch);
  Status AppendRouted(const columns::Batch& batch, std::span<const uint32_t> partition_of_row);
  Status Finish();

  void AddPartitions();
  void RouteGathered();
  bool IsRowGroup(const columns::Batch& batch) const;
  size_t RowsThatFit(size_t bytes_before, size_t bytes_of_row) const;
  Status FillRowGroups(const columns::Batch& batch);

  /// Rows are put aside: those that follow must be too.
  bool is_spilling() const { return spilled != nullptr && !is_merging; }
  bool ShouldSpill() const;
  Status Spill();
  Status MergeSpilled();

  /// Row groups that are cut at the same time: the next rows of some partitions.
  struct Cut {
    std::span<const uint32_t> partitions;
    size_t first_row = 0;  // of each partition's gathered rows
    size_t rows_max = 0;   // of each
  };
  Status EncodeGathered();
  size_t EndOfCut(const Cut& all, size_t first, const FileBytes& file_bytes) const;
  Status EncodeCut(const Cut& cut, std::span<const uint32_t> order);

  size_t memory_bytes() const { return context.encoded_bytes + gathered.memory_bytes(); }
  void NotePeak() { memory_peak = std::max(memory_peak, memory_bytes()); }
  Status MakeRoom(size_t more);
  Status RelieveFiles();
};

TableWriter::TableWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
TableWriter::~TableWriter() = default;

Result<std::unique_ptr<TableWriter>> TableWriter::Make(
    store::ObjectStore& store, std::shared_ptr<const columns::Layout> layout,
    schema::PartitionSpec spec, FileNaming naming, WriteOptions options) {
  TRY(CheckWriteOptions(*layout, options));
  auto sort_columns = TRY(FindSortColumns(*layout, options));
  const size_t sort_column_count = sort_columns.size();
  auto router = TRY(PartitionRouter::Make(*layout, spec));
  std::unique_ptr<State> state(new State{
      .context = {.store = store,
                  .layout = layout,
                  .spec = std::move(spec),
                  .naming = std::move(naming),
                  .options = std::move(options),
                  .sort_columns = std::move(sort_columns),
                  .written = {}},
      .router = std::move(router),
      .partitions = {},
      .gathered = GatheredRows(std::move(layout), sort_column_count),
      .spilled = {},
      .failed = {},
      .target_of_row = {},
      .target_of_partition = {},
      .rows_of_partition = {},
  });
  return std::unique_ptr<TableWriter>(new TableWriter(std::move(state)));
}

Result<columns::Batch*> TableWriter::Rows() {
  if (state_->failed) return std::unexpected(*state_->failed);
  auto rows = state_->Rows();
  if (!rows) state_->failed = rows.error();
  return rows;
}

size_t TableWriter::rows_left() const {
  const size_t rows_max = state_->context.options.row_group_rows_max;
  return std::min(kRowsAtATime, rows_max - state_->gathered.rows() % rows_max);
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

size_t TableWriter::memory_bytes_peak() const { return state_->memory_peak; }

Result<columns::Batch*> TableWriter::State::Rows() {
  const columns::Batch& rows = gathered.batch();
  const bool is_group = rows.rows() >= context.options.row_group_rows_max ||
                        rows.data_bytes() >= context.options.row_group_bytes_max;
  if (is_group && partitions.size() <= 1 && !is_spilling()) {
    RouteGathered();
    if (partitions.size() == 1) TRY(EncodeGathered());
  }
  NotePeak();
  TRY(MakeRoom(0));
  return gathered.mutable_batch();
}

Status TableWriter::State::Append(const columns::Batch& batch) {
  if (batch.rows() == 0) return {};
  RouteGathered();
  const auto partition_of_row = router->Route(batch);
  AddPartitions();
  return AppendRouted(batch, partition_of_row);
}

Status TableWriter::State::AppendRouted(const columns::Batch& batch,
                                        std::span<const uint32_t> partition_of_row) {
  const uint32_t first = partition_of_row[0];
  const auto is_first = [first](uint32_t other) { return other == first; };
  if (!is_spilling() && IsRowGroup(batch) && gathered.rows_of(first) == 0 &&
      std::ranges::all_of(partition_of_row, is_first)) {
    TRY(partitions[first]->Encode(batch));
    NotePeak();
    return MakeRoom(0);
  }
  TRY(MakeRoom(batch.data_bytes()));
  if (partitions.size() == 1 && !is_spilling()) {
    TRY(FillRowGroups(batch));
  } else {
    for (const uint32_t partition : partition_of_row) gathered.Announce(partition);
    target_of_row.assign(batch.rows(), 0);
    columns::Batch* const target = gathered.mutable_batch();
    columns::Batch::Scatter(batch, target_of_row, {&target, 1});
  }
  NotePeak();
  return MakeRoom(0);
}

void TableWriter::State::AddPartitions() {
  while (partitions.size() < router->partitions()) {
    partitions.push_back(
        std::make_unique<PartitionWriter>(context, router->values(partitions.size())));
  }
}

/// Announce the rows that were added without it.
void TableWriter::State::RouteGathered() {
  const size_t routed = gathered.partition_of_row().size();
  if (routed == gathered.rows()) return;
  for (const uint32_t partition : router->Route(gathered.batch()).subspan(routed)) {
    gathered.Announce(partition);
  }
  AddPartitions();
}

/// Near enough to a full row group that gathering more rows is not worth copying these.
bool TableWriter::State::IsRowGroup(const columns::Batch& batch) const {
  const WriteOptions& options = context.options;
  if (batch.rows() > options.row_group_rows_max) return false;
  const size_t bytes = batch.data_bytes();
  if (bytes > options.row_group_bytes_max) return false;
  return batch.rows() >= options.row_group_rows_max / 2 || bytes >= options.row_group_bytes_max / 2;
}

/// How many rows a row group has that already holds so many bytes: at least one more.
size_t TableWriter::State::RowsThatFit(size_t bytes_before, size_t bytes_of_row) const {
  const size_t bytes_max = context.options.row_group_bytes_max;
  return std::max<size_t>(1, (bytes_max - std::min(bytes_max, bytes_before)) / bytes_of_row);
}

/// Rows of the only partition fill one row group after the other.
Status TableWriter::State::FillRowGroups(const columns::Batch& batch) {
  const size_t bytes_of_row = std::max<size_t>(1, batch.data_bytes() / batch.rows());
  const size_t rows_max = context.options.row_group_rows_max;
  size_t rows = gathered.rows();
  size_t fit = std::min(rows_max, rows + RowsThatFit(gathered.batch().data_bytes(), bytes_of_row));
  uint32_t target = 0;
  target_of_row.clear();
  for (size_t row = 0; row < batch.rows(); ++row, ++rows) {
    if (rows == fit) {
      ++target;
      rows = 0;
      fit = std::min(rows_max, RowsThatFit(0, bytes_of_row));
    }
    if (target == 0) gathered.Announce(0);
    target_of_row.push_back(target);
  }
  std::vector<columns::Batch> next;
  next.reserve(target);  // they stay where they are
  std::vector<columns::Batch*> targets = {gathered.mutable_batch()};
  while (targets.size() <= target) targets.push_back(&next.emplace_back(context.layout));
  columns::Batch::Scatter(batch, target_of_row, targets);
  for (columns::Batch& group : next) {
    TRY(EncodeGathered());
    gathered.Hold(std::move(group), 0);
  }
  const bool is_group = rows == fit;
  return is_group ? EncodeGathered() : Status();
}

/// Encode the gathered rows as row groups for each partition.
Status TableWriter::State::EncodeGathered() {
  RouteGathered();
  const columns::Batch& batch = gathered.batch();
  if (batch.rows() == 0) return {};
  // An eighth more bytes is no reason for another row group.
  const size_t bytes_max = context.options.row_group_bytes_max / 8 * 9 + 1;
  const size_t fit = std::max<size_t>(1, bytes_max * batch.rows() / (batch.data_bytes() + 1));
  const size_t rows_max = std::min(context.options.row_group_rows_max, fit);
  const auto all = gathered.partitions();
  if (all.size() == 1 && batch.rows() <= rows_max) {
    TRY(partitions[all[0]]->Encode(batch));
    gathered.Release();
    return {};
  }
  std::vector<uint32_t> order;
  if (!context.sort_columns.empty()) order = OrderRows(batch, context.sort_columns);
  const FileBytes file_bytes(batch);
  std::vector<uint32_t> left(all.begin(), all.end());
  for (size_t first_row = 0; !left.empty(); first_row += rows_max) {
    for (size_t first = 0; first < left.size();) {
      Cut cut{left, first_row, rows_max};
      const size_t end = EndOfCut(cut, first, file_bytes);
      cut.partitions = cut.partitions.subspan(first, end - first);
      TRY(EncodeCut(cut, order));
      NotePeak();
      TRY(RelieveFiles());
      first = end;
    }
    std::erase_if(left, [&](uint32_t partition) {
      return gathered.rows_of(partition) <= first_row + rows_max;
    });
  }
  gathered.Release();
  return {};
}

/// As many partitions as can be encoded at the same time: their chunks of a leaf are made together.
size_t TableWriter::State::EndOfCut(const Cut& all, size_t first,
                                    const FileBytes& file_bytes) const {
  const size_t memory_max = context.options.memory_bytes_max;
  const size_t bytes_max =
      std::max(memory_max / 4, memory_max - std::min(memory_max, memory_bytes()));
  size_t bytes = 0;
  size_t end = first;
  do {
    const size_t rows = gathered.rows_of(all.partitions[end++]) - all.first_row;
    size_t file = file_bytes.Of(std::min(rows, all.rows_max));
    // Its buffer grows by half. Compression makes up for that.
    if (context.options.compression == codec::Compression::kNone) file += file / 2;
    bytes += file + context.layout->leaves().size() * kBytesPerChunk;
  } while (end < all.partitions.size() && bytes < bytes_max);
  return end;
}

/// in  order: of the gathered rows; empty: as they are
Status TableWriter::State::EncodeCut(const Cut& cut, std::span<const uint32_t> order) {
  const auto others = static_cast<uint32_t>(cut.partitions.size());  // the target of all other rows
  target_of_partition.assign(partitions.size(), others);
  for (uint32_t i = 0; i < others; ++i) target_of_partition[cut.partitions[i]] = i;
  rows_of_partition.assign(partitions.size(), 0);
  target_of_row.clear();
  for (const uint32_t partition : gathered.partition_of_row()) {
    const size_t row = rows_of_partition[partition]++;
    const bool is_in = row >= cut.first_row && row - cut.first_row < cut.rows_max;
    target_of_row.push_back(is_in ? target_of_partition[partition] : others);
  }
  columns::LeafSlices slices(gathered.batch(), target_of_row, others + 1, order);
  for (size_t leaf = 0; leaf < context.layout->leaves().size(); ++leaf) {
    slices.Sort(leaf);
    for (size_t i = 0; i < others; ++i) {
      TRY(partitions[cut.partitions[i]]->EncodeChunk(slices.Cut(i)));
    }
  }
  for (size_t i = 0; i < others; ++i) {
    TRY(partitions[cut.partitions[i]]->EndRowGroup(slices.rows_of(i)));
  }
  return {};
}

bool TableWriter::State::ShouldSpill() const {
  if (is_merging || context.options.spill_files == nullptr) return false;
  return spilled != nullptr ||
         gathered.memory_bytes() / gathered.partitions().size() < kSpillPartitionBytes;
}

/// Put the gathered rows aside.
Status TableWriter::State::Spill() {
  RouteGathered();
  if (gathered.rows() == 0) return {};
  if (spilled == nullptr) {
    spilled = TRY(SpilledRows::Make(*context.options.spill_files, context.options.spill_path,
                                    context.layout));
  }
  TRY(spilled->Add(gathered.batch(), gathered.partition_of_row()));
  gathered.Release();
  return {};
}

/// Write what was put aside, portion by portion, each partition's rows in their order.
Status TableWriter::State::MergeSpilled() {
  TRY(Spill());
  is_merging = true;
  for (size_t portion = 0; portion < SpilledRows::kPortions; ++portion) {
    for (size_t round = 0; round < spilled->rounds(); ++round) {
      const SpilledRows::Rows rows = TRY(spilled->Read(portion, round));
      if (rows.batch.rows() != 0) TRY(AppendRouted(rows.batch, rows.partition_of_row));
    }
    TRY(EncodeGathered());
    for (size_t i = portion; i < partitions.size(); i += SpilledRows::kPortions) {
      TRY(partitions[i]->Finish());
    }
  }
  spilled.reset();
  return {};
}

/// Half of the memory is for rows, and a quarter for files in the making; the last quarter, and
/// what of the others is not used, is what encoding a group adds before files are relieved.
///
/// in  more: bytes of rows that are about to be added
Status TableWriter::State::MakeRoom(size_t more) {
  const size_t rows_max = context.options.memory_bytes_max / 2;
  if (gathered.rows() != 0 && gathered.memory_bytes() + more > rows_max) {
    RouteGathered();
    TRY(ShouldSpill() ? Spill() : EncodeGathered());
  }
  return RelieveFiles();
}

/// Over a quarter of the memory, the files that hold most give theirs up, down to an eighth.
Status TableWriter::State::RelieveFiles() {
  const size_t bytes_max = context.options.memory_bytes_max / 4;
  const size_t files_max = context.options.partitions_max;
  if (context.encoded_bytes <= bytes_max && context.files_open <= files_max) return {};
  std::vector<PartitionWriter*> open;
  for (const auto& partition : partitions) {
    if (partition->encoded_bytes() != 0) open.push_back(partition.get());
  }
  std::ranges::stable_sort(open, std::greater(), &PartitionWriter::encoded_bytes);
  for (PartitionWriter* partition : open) {
    if (context.encoded_bytes <= bytes_max / 2 && context.files_open <= files_max) break;
    TRY(partition->Relieve());
  }
  return {};
}

Status TableWriter::State::Finish() {
  TRY(spilled != nullptr ? MergeSpilled() : EncodeGathered());
  for (const auto& partition : partitions) TRY(partition->Finish());
  return {};
}

}  // namespace tarn::lake
