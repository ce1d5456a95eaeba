// One Parquet file. Workers encode the row groups of their runs by themselves, at the same time;
// the groups get their places in the file in the order of the runs, so that rows stand as their
// records did.
#include <map>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "lake/chunk_encoder.h"
#include "lake/footer.h"
#include "lake/row_groups.h"
#include "lake/row_order.h"
#include "lake/write_options_check.h"
#include "load/output.h"

namespace tarn::load {
namespace {

/// A row group whose offsets count from its own first byte.
struct EncodedGroup {
  int64_t rows = 0;
  std::vector<lake::ColumnChunk> chunks;  ///< one a leaf
  columns::ByteBuffer bytes;
};

/// Threads: any.
class FileOutput final : public Output {
 public:
  FileOutput(const TablePlan& plan, OutputOptions options,
             std::vector<lake::SortColumn> sort_columns, std::unique_ptr<os::File> file)
      : plan_(plan),
        options_(std::move(options)),
        sort_columns_(std::move(sort_columns)),
        file_(std::move(file)),
        row_groups_(options_.write.compression) {}

  Result<std::unique_ptr<RowSink>> MakeSink(size_t worker) override;
  Result<Written> Finish() override EXCLUDES(mutex_);

  /// Add a row group to a run. Waits where the runs before hold too much memory back.
  Status Put(uint64_t run, EncodedGroup group) EXCLUDES(mutex_);
  Status EndRun(uint64_t run) EXCLUDES(mutex_);
  /// A sink is gone before its end: nobody shall wait for its run.
  void GiveUp() EXCLUDES(mutex_);

  const TablePlan& plan() const { return plan_; }
  const OutputOptions& options() const { return options_; }
  const std::vector<lake::SortColumn>& sort_columns() const { return sort_columns_; }

 private:
  struct RunGroups {
    std::vector<EncodedGroup> groups;
    bool is_ended = false;
  };
  struct Placed {
    uint64_t offset = 0;
    columns::ByteBuffer bytes;
  };
  std::vector<Placed> PlaceWaiting() REQUIRES(mutex_);
  Placed Place(EncodedGroup group) REQUIRES(mutex_);
  Status Write(const std::vector<Placed>& placed);

  const TablePlan& plan_;
  const OutputOptions options_;
  const std::vector<lake::SortColumn> sort_columns_;
  const std::unique_ptr<os::File> file_;  // any worker writes its own ranges of it

  Mutex mutex_;
  CondVar changed_;
  std::map<uint64_t, RunGroups> waiting_ GUARDED_BY(mutex_);
  size_t waiting_bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t next_run_ GUARDED_BY(mutex_) = 0;
  bool gave_up_ GUARDED_BY(mutex_) = false;
  lake::RowGroups row_groups_ GUARDED_BY(mutex_);
  uint64_t size_ GUARDED_BY(mutex_) = lake::kParquetMagic.size();
};

class FileSink final : public RowSink {
 public:
  explicit FileSink(FileOutput& output)
      : output_(output), rows_(output.plan().layout), encoder_(output.options().write) {}
  ~FileSink() override {
    if (!is_finished_) output_.GiveUp();
  }

  Status BeginRun(uint64_t number) override {
    run_ = number;
    return {};
  }
  Result<columns::Batch*> Rows() override {
    const lake::WriteOptions& write = output_.options().write;
    if (rows_.rows() >= write.row_group_rows_max ||
        rows_.data_bytes() >= write.row_group_bytes_max) {
      TRY(Encode());
    }
    return &rows_;
  }
  size_t rows_left() const override {
    return output_.options().write.row_group_rows_max - rows_.rows();
  }
  Status EndRun() override {
    if (rows_.rows() > 0) TRY(Encode());
    return output_.EndRun(run_);
  }
  Status Finish() override {
    is_finished_ = true;
    return {};
  }

 private:
  Status Encode() {
    EncodedGroup group{.rows = static_cast<int64_t>(rows_.rows())};
    TRY(lake::ForEachLeafInOrder(
        rows_, output_.sort_columns(), [&](const columns::LeafBuffer& leaf) -> Status {
          group.chunks.push_back(TRY(encoder_.Encode(leaf, 0, &group.bytes)));
          return {};
        }));
    rows_.Clear();
    return output_.Put(run_, std::move(group));
  }

  FileOutput& output_;
  columns::Batch rows_;
  lake::ChunkEncoder encoder_;
  uint64_t run_ = 0;
  bool is_finished_ = false;
};

Result<std::unique_ptr<RowSink>> FileOutput::MakeSink(size_t) {
  return std::make_unique<FileSink>(*this);
}

Status FileOutput::Put(uint64_t run, EncodedGroup group) {
  std::vector<Placed> placed;
  {
    MutexLock lock(mutex_);
    // The worker whose run comes next never waits, so that the others' turn comes.
    while (run != next_run_ && !gave_up_ && waiting_bytes_ > options_.memory_bytes_max)
      changed_.Wait(mutex_);
    waiting_bytes_ += group.bytes.capacity();
    waiting_[run].groups.push_back(std::move(group));
    placed = PlaceWaiting();
  }
  return Write(placed);
}

Status FileOutput::EndRun(uint64_t run) {
  std::vector<Placed> placed;
  {
    MutexLock lock(mutex_);
    waiting_[run].is_ended = true;
    placed = PlaceWaiting();
  }
  return Write(placed);
}

void FileOutput::GiveUp() {
  MutexLock lock(mutex_);
  gave_up_ = true;
  changed_.NotifyAll();
}

/// The row groups whose turn it is.
std::vector<FileOutput::Placed> FileOutput::PlaceWaiting() {
  std::vector<Placed> placed;
  for (auto run = waiting_.find(next_run_); run != waiting_.end(); run = waiting_.find(next_run_)) {
    for (EncodedGroup& group : run->second.groups) placed.push_back(Place(std::move(group)));
    run->second.groups.clear();
    if (!run->second.is_ended) break;
    waiting_.erase(run);
    ++next_run_;
  }
  changed_.NotifyAll();
  return placed;
}

FileOutput::Placed FileOutput::Place(EncodedGroup group) {
  const auto& leaves = plan_.layout->leaves();
  for (size_t i = 0; i < leaves.size(); ++i) {
    group.chunks[i].MoveBy(static_cast<int64_t>(size_));
    row_groups_.AddChunk(leaves[i], group.chunks[i]);
  }
  row_groups_.EndRowGroup(group.rows, sort_columns_);
  waiting_bytes_ -= group.bytes.capacity();
  Placed placed{size_, std::move(group.bytes)};
  size_ += placed.bytes.size();
  return placed;
}

Status FileOutput::Write(const std::vector<Placed>& placed) {
  for (const Placed& part : placed) TRY(file_->WriteAt(part.offset, part.bytes.view()));
  return {};
}

Result<Output::Written> FileOutput::Finish() {
  MutexLock lock(mutex_);
  std::string end(row_groups_.column_indexes());
  end += row_groups_.offset_indexes();
  end += lake::MakeFooter(*plan_.layout, row_groups_, static_cast<int64_t>(size_));
  TRY(file_->WriteAt(0, lake::kParquetMagic));
  TRY(file_->WriteAt(size_, end));
  TRY(file_->Sync());
  return Written{
      .files = 1, .bytes = size_ + end.size(), .rows = static_cast<uint64_t>(row_groups_.rows())};
}

}  // namespace

Result<std::unique_ptr<Output>> OpenSingleFile(const TablePlan& plan, OutputOptions options,
                                               os::Files& files) {
  TRY(lake::CheckWriteOptions(*plan.layout, options.write));
  auto sort_columns = TRY(lake::FindSortColumns(*plan.layout, options.write));
  auto file = TRY(files.Open(options.path, os::OpenMode::kCreateNew));
  return std::make_unique<FileOutput>(plan, std::move(options), std::move(sort_columns),
                                      std::move(file));
}

}  // namespace tarn::load
