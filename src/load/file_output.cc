// One Parquet file. Workers make the row groups of their runs by themselves; these are encoded in
// the order of the runs, so that rows stand as their records did.
#include <map>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "lake/chunk_encoder.h"
#include "lake/parquet_file.h"
#include "load/output.h"

namespace tarn::load {
namespace {

/// Threads: any.
class FileOutput final : public Output {
 public:
  FileOutput(const TablePlan& plan, OutputOptions options, std::unique_ptr<os::File> file)
      : plan_(plan),
        options_(std::move(options)),
        file_(std::move(file)),
        encoder_(options_.write),
        parquet_(plan.layout, options_.write.compression) {}

  Result<std::unique_ptr<RowSink>> MakeSink(size_t worker) override;
  Result<Written> Finish() override;

  /// Add a row group to a run. Waits where the runs before hold too much memory back.
  Status Put(uint64_t run, columns::Batch* group) EXCLUDES(mutex_);
  Status EndRun(uint64_t run) EXCLUDES(mutex_);
  /// A sink is gone before its end: nobody shall wait for its run.
  void GiveUp() EXCLUDES(mutex_);

  const TablePlan& plan() const { return plan_; }
  const OutputOptions& options() const { return options_; }

 private:
  struct RunGroups {
    std::vector<columns::Batch> groups;
    bool is_ended = false;
  };
  Status WriteWaiting() REQUIRES(mutex_);
  Status Write(const columns::Batch& group) REQUIRES(mutex_);
  Status WritePending() REQUIRES(mutex_);

  const TablePlan& plan_;
  const OutputOptions options_;
  const std::unique_ptr<os::File> file_;

  Mutex mutex_;
  CondVar changed_;
  std::map<uint64_t, RunGroups> waiting_ GUARDED_BY(mutex_);
  size_t waiting_bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t next_run_ GUARDED_BY(mutex_) = 0;
  bool gave_up_ GUARDED_BY(mutex_) = false;
  lake::ChunkEncoder encoder_ GUARDED_BY(mutex_);
  lake::ParquetFile parquet_ GUARDED_BY(mutex_);
  uint64_t size_ GUARDED_BY(mutex_) = 0;
  uint64_t rows_ GUARDED_BY(mutex_) = 0;
};

class FileSink final : public RowSink {
 public:
  explicit FileSink(FileOutput& output) : output_(output), rows_(output.plan().layout) {}
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
      TRY(output_.Put(run_, &rows_));
    }
    return &rows_;
  }
  size_t rows_left() const override {
    return output_.options().write.row_group_rows_max - rows_.rows();
  }
  Status EndRun() override {
    if (rows_.rows() > 0) TRY(output_.Put(run_, &rows_));
    return output_.EndRun(run_);
  }
  Status Finish() override {
    is_finished_ = true;
    return {};
  }

 private:
  FileOutput& output_;
  columns::Batch rows_;
  uint64_t run_ = 0;
  bool is_finished_ = false;
};

Result<std::unique_ptr<RowSink>> FileOutput::MakeSink(size_t) {
  return std::make_unique<FileSink>(*this);
}

/// in  group: is empty afterwards
Status FileOutput::Put(uint64_t run, columns::Batch* group) {
  MutexLock lock(mutex_);
  // The worker whose run comes next never waits, so that the others' turn comes.
  while (run != next_run_ && !gave_up_ && waiting_bytes_ > options_.memory_bytes_max)
    changed_.Wait(mutex_);
  if (run == next_run_) {
    TRY(WriteWaiting());
    TRY(Write(*group));
    group->Clear();
    return {};
  }
  waiting_bytes_ += group->bytes();
  waiting_[run].groups.push_back(std::exchange(*group, columns::Batch(plan_.layout)));
  return {};
}

Status FileOutput::EndRun(uint64_t run) {
  MutexLock lock(mutex_);
  waiting_[run].is_ended = true;
  return WriteWaiting();
}

void FileOutput::GiveUp() {
  MutexLock lock(mutex_);
  gave_up_ = true;
  changed_.NotifyAll();
}

/// Write the row groups whose turn it is.
Status FileOutput::WriteWaiting() {
  for (auto run = waiting_.find(next_run_); run != waiting_.end(); run = waiting_.find(next_run_)) {
    for (const columns::Batch& group : run->second.groups) {
      waiting_bytes_ -= group.bytes();
      TRY(Write(group));
    }
    run->second.groups.clear();
    if (!run->second.is_ended) break;
    waiting_.erase(run);
    ++next_run_;
  }
  changed_.NotifyAll();
  return {};
}

Status FileOutput::Write(const columns::Batch& group) {
  TRY(parquet_.AddRowGroup(group, &encoder_));
  rows_ += group.rows();
  return WritePending();
}

Status FileOutput::WritePending() {
  TRY(file_->WriteAt(size_, parquet_.pending()));
  size_ += parquet_.pending().size();
  parquet_.DropPending();
  return {};
}

Result<Output::Written> FileOutput::Finish() {
  MutexLock lock(mutex_);
  parquet_.Finish();
  TRY(WritePending());
  TRY(file_->Sync());
  return Written{.files = 1, .bytes = size_, .rows = rows_};
}

}  // namespace

Result<std::unique_ptr<Output>> OpenSingleFile(const TablePlan& plan, OutputOptions options,
                                               os::Files& files) {
  auto file = TRY(files.Open(options.path, os::OpenMode::kCreateNew));
  return std::make_unique<FileOutput>(plan, std::move(options), std::move(file));
}

}  // namespace tarn::load
