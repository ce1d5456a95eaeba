// A directory of Parquet files, in Hive's way where there are partitions. Each worker writes files
// of its own, so that workers share nothing.
#include <utility>

#include "base/mutex.h"
#include "load/output.h"
#include "load/target.h"
#include "store/local_store.h"

namespace tarn::load {
namespace {

class DirectoryOutput;

class DirectorySink final : public RowSink {
 public:
  DirectorySink(DirectoryOutput& output, size_t worker);

  Status BeginRun(uint64_t number) override;
  Result<columns::Batch*> Rows() override { return writer_->Rows(); }
  size_t rows_left() const override { return writer_->rows_left(); }
  Status EndRun() override;
  Status Finish() override;

 private:
  Status Open(size_t number);
  Status Close();

  DirectoryOutput& output_;
  const size_t worker_;
  std::unique_ptr<lake::TableWriter> writer_;
};

class DirectoryOutput final : public Output {
 public:
  DirectoryOutput(const TablePlan& plan, OutputOptions options, os::Files& files,
                  std::unique_ptr<store::ObjectStore> store)
      : plan_(plan), options_(std::move(options)), files_(files), store_(std::move(store)) {}

  Result<std::unique_ptr<RowSink>> MakeSink(size_t worker) override {
    return std::make_unique<DirectorySink>(*this, worker);
  }

  Result<Written> Finish() override {
    store_.reset();
    // What the store needed to give files their names whole.
    for (const std::string& name : TRY(files_.List(options_.path))) {
      if (name.starts_with('.')) TRY(RemoveTree(files_, options_.path + "/" + name));
    }
    MutexLock lock(mutex_);
    return written_;
  }

  const TablePlan& plan() const { return plan_; }
  const OutputOptions& options() const { return options_; }
  os::Files& files() const { return files_; }
  store::ObjectStore& store() { return *store_; }

  void Count(const schema::DataFile& file) {
    MutexLock lock(mutex_);
    ++written_.files;
    written_.bytes += static_cast<uint64_t>(file.size_bytes);
    written_.rows += static_cast<uint64_t>(file.record_count);
  }

 private:
  const TablePlan& plan_;
  const OutputOptions options_;
  os::Files& files_;
  std::unique_ptr<store::ObjectStore> store_;
  Mutex mutex_;
  Written written_ GUARDED_BY(mutex_);
};

DirectorySink::DirectorySink(DirectoryOutput& output, size_t worker)
    : output_(output), worker_(worker) {}

Status DirectorySink::Open(size_t number) {
  const OutputOptions& options = output_.options();
  lake::WriteOptions write = options.write;
  write.memory_bytes_max = options.memory_bytes_max / options.workers;
  write.spill_files = &output_.files();
  write.spill_path = Format("{}/.spill-{}", options.path, number);
  write.take_file = [this](const schema::DataFile& file) { output_.Count(file); };
  writer_ = TRY(lake::TableWriter::Make(
      output_.store(), output_.plan().layout, output_.plan().partitions,
      {.data_prefix = "", .file_stem = Format("part-{:04}", number)}, write));
  return {};
}

Status DirectorySink::BeginRun(uint64_t number) {
  if (output_.options().keep_order) return Open(number);
  if (writer_ == nullptr) return Open(worker_);
  return {};
}

Status DirectorySink::Close() {
  if (writer_ == nullptr) return {};
  TRY(writer_->Finish());
  writer_.reset();
  return {};
}

Status DirectorySink::EndRun() { return output_.options().keep_order ? Close() : Status(); }

Status DirectorySink::Finish() { return Close(); }

}  // namespace

Result<std::unique_ptr<Output>> OpenDirectory(const TablePlan& plan, OutputOptions options,
                                              os::Files& files, os::Entropy& entropy) {
  auto store = TRY(store::LocalStore::Open(options.path, files, entropy));
  return std::make_unique<DirectoryOutput>(plan, std::move(options), files, std::move(store));
}

}  // namespace tarn::load
