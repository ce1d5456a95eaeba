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

}  // namespace

/// Rows wait in one of two ways. Those of a partition that fills row groups by itself go to a batch
/// of its own, and are encoded from there. All others are gathered in one batch for all partitions:
/// however many there are, what waits are rows, not partitions.
struct TableWriter::State {
  WriterContext context;
  std::unique_ptr<PartitionRouter> router;
  std::vector<std::unique_ptr<PartitionWriter>> partitions;  // by the router's numbers
  GatheredRows gathered;
  std::vector<uint32_t> own;             // partitions that have a batch of their own
  std::vector<uint8_t> has_own;          // by partition
  std::unique_ptr<SpilledRows> spilled;  // null: nothing was put aside
  bool is_merging = false;               // what was put aside comes back
  size_t memory_peak = 0;
  std::optional<Error> failed;

  // Scratch of Append.
  std::vector<uint32_t> target_of_row;
  std::vector<columns::Batch*> targets;
  std::vector<uint32_t> touched;              // partitions that got rows
  std::vector<uint32_t> rows_of_partition;    // of the batch at hand, zero for all not touched
  std::vector<uint32_t> target_of_partition;  // kNone: not touched yet
  std::vector<size_t> rows_of_target;         // with those that the scatter will bring
  std::vector<size_t> rows_max_of_target;     // that make a row group
  size_t bytes_per_row = 1;                   // of the batch at hand
  static constexpr uint32_t kNone = ~uint32_t{0};

  Status Append(const columns::Batch& batch);
  Status AppendRouted(const columns::Batch& batch, std::span<const uint32_t> partition_of_row);
  Status Finish();

  bool IsRowGroup(const columns::Batch& batch) const;
  bool IsOfOnePartition(std::span<const uint32_t> partition_of_row) const;
  void AddPartitions();
  void GiveOwnBatch(uint32_t partition);
  Status KeepBelowRowGroups(std::span<const uint32_t> partition_of_row);
  uint32_t AddTarget(columns::Batch* batch, size_t rows_max);
  uint32_t AddOwnTarget(uint32_t partition);
  void FindTargets(std::span<const uint32_t> partition_of_row);

  /// Rows are put aside: those that follow must be too, unless they have a batch of their own.
  bool is_spilling() const { return spilled != nullptr && !is_merging; }
  bool ShouldSpill() const;
  Status Spill();
  Status MergeSpilled();

  Status EncodeGathered();
  size_t EndOfGroup(size_t first, size_t bytes_of_row) const;
  Status EncodeGroup(std::span<const uint32_t> group, std::span<const uint32_t> order);

  size_t memory_bytes() const {
    return context.rows_bytes + context.encoded_bytes + gathered.memory_bytes();
  }
  void NotePeak() { memory_peak = std::max(memory_peak, memory_bytes()); }
  Status MakeRoom(size_t more);
  Status EncodeLargestOwn();
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
      .gathered = GatheredRows(layout, sort_column_count),
      .own = {},
      .has_own = {},
      .spilled = {},
      .failed = {},
      .target_of_row = {},
      .targets = {},
      .touched = {},
      .rows_of_partition = {},
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

size_t TableWriter::memory_bytes_peak() const { return state_->memory_peak; }

Status TableWriter::State::Append(const columns::Batch& batch) {
  if (batch.rows() == 0) return {};
  const auto partition_of_row = router->Route(batch);
  AddPartitions();
  return AppendRouted(batch, partition_of_row);
}

Status TableWriter::State::AppendRouted(const columns::Batch& batch,
                                        std::span<const uint32_t> partition_of_row) {
  const uint32_t first = partition_of_row[0];
  const bool may_overtake = is_spilling() && has_own[first] == 0;  // rows that were put aside
  if (!may_overtake && IsRowGroup(batch) && !partitions[first]->has_rows() &&
      gathered.rows_of(first) == 0 && IsOfOnePartition(partition_of_row)) {
    TRY(partitions[first]->Encode(batch));
    NotePeak();
    return MakeRoom(0);
  }
  bytes_per_row = std::max<size_t>(1, batch.data_bytes() / batch.rows());
  TRY(KeepBelowRowGroups(partition_of_row));
  TRY(MakeRoom(batch.data_bytes()));
  FindTargets(partition_of_row);
  columns::Batch::Scatter(batch, target_of_row, targets);
  for (const uint32_t partition : touched) {
    if (has_own[partition] != 0) TRY(partitions[partition]->EncodeFull());
  }
  NotePeak();
  return MakeRoom(0);
}

void TableWriter::State::AddPartitions() {
  while (partitions.size() < router->partitions()) {
    partitions.push_back(
        std::make_unique<PartitionWriter>(context, router->values(partitions.size())));
  }
  has_own.resize(partitions.size());
  rows_of_partition.resize(partitions.size());
  if (context.spec.fields.empty() && has_own[0] == 0) GiveOwnBatch(0);
}

void TableWriter::State::GiveOwnBatch(uint32_t partition) {
  has_own[partition] = 1;
  own.push_back(partition);
}

/// Near enough to a full row group that gathering more rows is not worth copying these.
bool TableWriter::State::IsRowGroup(const columns::Batch& batch) const {
  const WriteOptions& options = context.options;
  if (batch.rows() > options.row_group_rows_max) return false;
  const size_t bytes = batch.data_bytes();
  if (bytes > options.row_group_bytes_max) return false;
  return batch.rows() >= options.row_group_rows_max / 2 || bytes >= options.row_group_bytes_max / 2;
}

bool TableWriter::State::IsOfOnePartition(std::span<const uint32_t> partition_of_row) const {
  const uint32_t first = partition_of_row[0];
  return std::ranges::all_of(partition_of_row, [&](uint32_t other) { return other == first; });
}

/// See to it that no partition gathers more than a row group: before one would, all that is
/// gathered is encoded, and a partition that makes up much of it gets a batch of its own.
Status TableWriter::State::KeepBelowRowGroups(std::span<const uint32_t> partition_of_row) {
  const WriteOptions& options = context.options;
  const size_t fit = std::max<size_t>(1, options.row_group_bytes_max / bytes_per_row);
  const size_t rows_max = std::min(options.row_group_rows_max, fit);
  const size_t rows_of_all = gathered.rows() + partition_of_row.size();
  for (const uint32_t partition : touched) rows_of_partition[partition] = 0;
  touched.clear();
  for (const uint32_t partition : partition_of_row) {
    if (rows_of_partition[partition]++ == 0) touched.push_back(partition);
  }
  if (is_spilling()) return {};
  bool one_is_full = false;
  for (const uint32_t partition : touched) {
    if (has_own[partition] != 0) continue;
    const size_t rows = rows_of_partition[partition];
    const size_t rows_after = gathered.rows_of(partition) + rows;
    if (rows_after <= rows_max) continue;
    one_is_full = true;
    if (rows > rows_max || rows_after * 4 > rows_of_all) GiveOwnBatch(partition);
  }
  return one_is_full ? EncodeGathered() : Status();
}

uint32_t TableWriter::State::AddTarget(columns::Batch* batch, size_t rows_max) {
  targets.push_back(batch);
  rows_of_target.push_back(batch->rows());
  rows_max_of_target.push_back(rows_max);
  return static_cast<uint32_t>(targets.size() - 1);
}

uint32_t TableWriter::State::AddOwnTarget(uint32_t partition) {
  const WriteOptions& options = context.options;
  columns::Batch* const open = partitions[partition]->Open();
  const size_t filled = open->data_bytes();
  const size_t left = options.row_group_bytes_max - std::min(options.row_group_bytes_max, filled);
  const size_t fit = std::max<size_t>(1, left / bytes_per_row);
  return AddTarget(open, std::min(options.row_group_rows_max, open->rows() + fit));
}

/// A batch for each row: that of the gathered rows, or the open one of its partition, or the next
/// where that one is full.
void TableWriter::State::FindTargets(std::span<const uint32_t> partition_of_row) {
  targets.clear();
  rows_of_target.clear();
  rows_max_of_target.clear();
  uint32_t gather = kNone;
  target_of_partition.resize(partitions.size());
  for (const uint32_t partition : touched) target_of_partition[partition] = kNone;
  target_of_row.resize(partition_of_row.size());
  for (size_t row = 0; row < partition_of_row.size(); ++row) {
    const uint32_t partition = partition_of_row[row];
    if (has_own[partition] == 0) {
      if (gather == kNone) gather = AddTarget(gathered.mutable_batch(), 0);
      gathered.Announce(partition);
      target_of_row[row] = gather;
      continue;
    }
    uint32_t& target = target_of_partition[partition];
    if (target == kNone) {
      target = AddOwnTarget(partition);
    } else if (rows_of_target[target] == rows_max_of_target[target]) {
      partitions[partition]->Seal();
      target = AddOwnTarget(partition);
    }
    target_of_row[row] = target;
    ++rows_of_target[target];
  }
}

/// Encode the gathered rows as a row group for each partition, a group of partitions at a time.
Status TableWriter::State::EncodeGathered() {
  if (gathered.rows() == 0) return {};
  const auto all = gathered.partitions();
  const size_t bytes_of_row = gathered.plain_bytes_per_row();
  std::vector<uint32_t> order;
  if (all.size() == 1) {
    TRY(partitions[all[0]]->Encode(gathered.batch()));
    gathered.Release();
    return {};
  }
  if (!context.sort_columns.empty()) order = OrderRows(gathered.batch(), context.sort_columns);
  for (size_t first = 0; first < all.size();) {
    const size_t end = EndOfGroup(first, bytes_of_row);
    TRY(EncodeGroup(all.subspan(first, end - first), order));
    NotePeak();
    TRY(RelieveFiles());
    first = end;
  }
  gathered.Release();
  return {};
}

/// As many partitions as can be encoded at the same time: their chunks of a leaf are made together.
size_t TableWriter::State::EndOfGroup(size_t first, size_t bytes_of_row) const {
  const size_t bytes_max = context.options.memory_bytes_max / 4;
  const auto all = gathered.partitions();
  size_t bytes = 0;
  size_t end = first;
  do {
    bytes += gathered.rows_of(all[end++]) * bytes_of_row +
             context.layout->leaves().size() * kBytesPerChunk;
  } while (end < all.size() && bytes < bytes_max);
  return end;
}

/// in  order: of the gathered rows; empty: as they are
Status TableWriter::State::EncodeGroup(std::span<const uint32_t> group,
                                       std::span<const uint32_t> order) {
  const auto others = static_cast<uint32_t>(group.size());  // the target of rows of other groups
  target_of_partition.assign(partitions.size(), others);
  for (uint32_t i = 0; i < group.size(); ++i) target_of_partition[group[i]] = i;
  target_of_row.resize(gathered.rows());
  for (size_t row = 0; row < gathered.rows(); ++row) {
    target_of_row[row] = target_of_partition[gathered.partition_of_row()[row]];
  }
  columns::LeafSlices slices(gathered.batch(), target_of_row, group.size() + 1, order);
  for (size_t leaf = 0; leaf < context.layout->leaves().size(); ++leaf) {
    slices.Sort(leaf);
    for (size_t i = 0; i < group.size(); ++i) {
      TRY(partitions[group[i]]->EncodeChunk(slices.Cut(i)));
    }
  }
  for (size_t i = 0; i < group.size(); ++i) {
    TRY(partitions[group[i]]->EndRowGroup(slices.rows_of(i)));
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

/// Half of the memory is for rows, and a quarter for files in the making; the last quarter is what
/// encoding a group adds before files are relieved.
///
/// in  more: bytes of rows that are about to be added
Status TableWriter::State::MakeRoom(size_t more) {
  const size_t rows_max = context.options.memory_bytes_max / 2;
  while (true) {
    const size_t waiting = gathered.memory_bytes();
    if (waiting + context.rows_bytes == 0) break;
    if (waiting + context.rows_bytes + more <= rows_max) break;
    if (waiting >= context.rows_bytes) {
      TRY(ShouldSpill() ? Spill() : EncodeGathered());
    } else {
      TRY(EncodeLargestOwn());
    }
  }
  return RelieveFiles();
}

Status TableWriter::State::EncodeLargestOwn() {
  const auto largest = std::ranges::max_element(
      own, {}, [&](uint32_t partition) { return partitions[partition]->rows_bytes(); });
  return partitions[*largest]->EncodeAll();
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
