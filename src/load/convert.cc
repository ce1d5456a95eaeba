#include "load/convert.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <utility>

#include "base/mutex.h"
#include "load/input_paths.h"
#include "load/output.h"
#include "load/reject_file.h"
#include "load/run_queue.h"
#include "load/table_plan.h"
#include "load/target.h"
#include "load/worker_threads.h"
#include "schema/declaration.h"
#include "shape/without_column.h"

namespace tarn::load {
namespace {

constexpr uint64_t kUnbounded = std::numeric_limits<uint64_t>::max();
/// Rows that a run aims at: one row group, with room for records that are shorter than the sample.
constexpr uint64_t kRowsOfRun = 110'000;

bool IsFileName(std::string_view path) { return path.ends_with(".parquet"); }

Status Check(const ConvertOptions& options) {
  TRY(CheckThreadsAndMemory(options.threads, options.memory_bytes_max));
  if (IsFileName(options.output) && !options.partition_by.empty()) {
    return Fail(ErrorKind::kInvalid, "partitions need a directory, and '{}' is one file",
                options.output);
  }
  if (IsFileName(options.rejects_file)) {
    return Fail(ErrorKind::kInvalid, "rejects are written as NDJSON: name '{}' so",
                options.rejects_file);
  }
  return {};
}

/// Which runs suit the output.
RunSizes SizesFor(const ConvertOptions& options, std::span<const schema::RecordView> sample,
                  uint64_t bytes_total) {
  if (options.threads == 1)
    return {.bytes_max = kUnbounded, .bytes_min = kUnbounded, .streams_always = true};
  if (IsFileName(options.output)) {
    uint64_t bytes = 0;
    for (const schema::RecordView& record : sample) bytes += record.bytes.size() + 1;
    const size_t records = std::max<size_t>(1, sample.size());  // text may have no line
    const uint64_t row_group = kRowsOfRun * (bytes / records + 1);
    const uint64_t fit = options.memory_bytes_max / (8 * options.threads);
    return {.bytes_max = std::min(row_group, fit), .bytes_min = std::min(8 * kMiB, fit)};
  }
  if (options.keep_order) {
    const uint64_t share = bytes_total == 0 ? kUnbounded : bytes_total / options.threads + 1;
    return {.bytes_max = share, .bytes_min = share, .streams_always = true};
  }
  return {.streams_where_many = true};
}

lake::WriteOptions WriteOptionsFor(const ConvertOptions& options, const TablePlan& plan) {
  lake::WriteOptions write;
  write.sort_by = plan.sort_by;
  write.bloom_columns = plan.bloom_columns;
  write.compression = options.compression;
  write.level = options.level;
  write.file_bytes_max = std::numeric_limits<int64_t>::max();
  write.row_group_bytes_max =
      std::min(write.row_group_bytes_max, options.memory_bytes_max / (4 * options.threads));
  return write;
}

/// What the workers share.
class Conversion {
 public:
  Conversion(RunQueue& queue, const TablePlan& plan, Output& output, RejectFile& rejects,
             ReadProgress& progress, std::stop_source stop)
      : queue_(queue),
        plan_(plan),
        output_(output),
        rejects_(rejects),
        progress_(progress),
        stop_(std::move(stop)) {}

  /// Work on this many threads, this one among them. errors  the first of any worker
  Status Run(size_t workers) EXCLUDES(mutex_) {
    return RunOnThreads(workers, stop_, [this](size_t worker) { return Work(worker); });
  }

  std::vector<shape::RestCounts::Path> TakeWithoutColumn() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return without_column_.Paths();
  }

 private:
  Status Work(size_t worker) EXCLUDES(mutex_) {
    const auto sink = TRY(output_.MakeSink(worker));
    const auto maker = TRY(RowMaker::Make(plan_));
    while (auto run = TRY(queue_.Next())) {
      TRY(sink->BeginRun(run->number));
      RunReader reader(*run, progress_);
      while (TRY(reader.Next())) {
        if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled, "the conversion was ended");
        TRY(MakeRows(reader, maker.get(), sink.get()));
      }
      TRY(sink->EndRun());
    }
    TRY(sink->Finish());
    const shape::RestCounts counts = maker->TakeRestCounts();
    MutexLock lock(mutex_);
    without_column_.Add(counts);
    return {};
  }

  /// The records of one block.
  Status MakeRows(const RunReader& reader, RowMaker* maker, RowSink* sink) {
    thread_local std::vector<schema::RecordView> records;
    thread_local std::vector<schema::Reject> rejects;
    Split(plan_.format, reader.block(), &records);
    rejects.clear();
    std::span<const schema::RecordView> rest = records;
    while (!rest.empty()) {
      columns::Batch* const rows = TRY(sink->Rows());
      const size_t count = std::min(rest.size(), sink->rows_left());
      maker->MakeRows(rest.first(count), rows, &rejects);
      rest = rest.subspan(count);
    }
    if (rejects.empty()) return {};
    return rejects_.Add(reader.input().name(), rejects);
  }

  RunQueue& queue_;
  const TablePlan& plan_;
  Output& output_;
  RejectFile& rejects_;
  ReadProgress& progress_;
  std::stop_source stop_;

  Mutex mutex_;
  shape::WithoutColumn without_column_ GUARDED_BY(mutex_);
};

Result<std::unique_ptr<Output>> OpenOutput(const ConvertOptions& options, const TablePlan& plan,
                                           const std::string& path, os::Files& files,
                                           os::Entropy& entropy) {
  OutputOptions output{.path = path,
                       .write = WriteOptionsFor(options, plan),
                       .keep_order = options.keep_order && options.threads > 1,
                       .workers = options.threads,
                       .memory_bytes_max = options.memory_bytes_max / 4};
  if (IsFileName(options.output)) return OpenSingleFile(plan, std::move(output), files);
  output.memory_bytes_max = options.memory_bytes_max / 4 * 3;
  return OpenDirectory(plan, std::move(output), files, entropy);
}

/// Where the output and the rejects will be.
struct Targets {
  std::unique_ptr<Target> output;
  std::unique_ptr<Target> rejects;  ///< null: they are not kept

  static Result<Targets> Make(const ConvertOptions& options, os::Files& files,
                              os::Entropy& entropy) {
    Targets targets;
    const auto kind = IsFileName(options.output) ? Target::Kind::kFile : Target::Kind::kDirectory;
    targets.output = TRY(Target::Make(options.output, kind, options.overwrite, files, entropy));
    if (!options.rejects_file.empty()) {
      const auto normal = [](const std::string& path) {
        return std::filesystem::absolute(path).lexically_normal();
      };
      const auto in_output =
          normal(options.rejects_file).lexically_relative(normal(options.output));
      if (!in_output.empty() && *in_output.begin() != "..") {
        return Fail(ErrorKind::kInvalid, "'{}' lies in the output '{}': name another place",
                    options.rejects_file, options.output);
      }
      targets.rejects = TRY(Target::Make(options.rejects_file, Target::Kind::kFile,
                                         options.overwrite, files, entropy));
    }
    return targets;
  }

  /// The output last: where it is, all is.
  Status Commit() {
    if (rejects) TRY(CertainlyAbsent(rejects->Commit()));
    return output->Commit();
  }

  /// Of what happens under the temporary name nothing is unknown: it goes.
  template <class T>
  static Result<T> CertainlyAbsent(Result<T> result) {
    if (result || result.error().kind() != ErrorKind::kUnknownOutcome) return result;
    return std::unexpected(Error(ErrorKind::kIo, result.error().message()));
  }
};

/// Everything but the names that outputs have in the end.
Result<ConvertSummary> Write(const ConvertOptions& options, const Targets& targets,
                             InputPaths inputs, os::Files& files, os::Entropy& entropy,
                             ReadProgress* progress, const std::stop_source& stop) {
  ConvertSummary summary{.inputs = inputs.paths.size()};
  RunQueue queue(std::move(inputs.paths), options.threads, inputs.bytes_total, progress,
                 stop.get_token());
  const auto sample = TRY(queue.Sample(kSampleRecords));
  if (sample.empty() && options.format == RecordFormat::kNdjson) {
    return Fail(ErrorKind::kInvalid, "the inputs hold no record");
  }
  const TablePlan plan = TRY(TablePlan::Make(options, sample));
  queue.SetSizes(SizesFor(options, sample, inputs.bytes_total));

  const auto rejects =
      TRY(RejectFile::Make(targets.rejects ? targets.rejects->temporary() : "", files));
  const auto output = TRY(OpenOutput(options, plan, targets.output->temporary(), files, entropy));
  Conversion conversion(queue, plan, *output, *rejects, *progress, stop);
  TRY(conversion.Run(options.threads));
  const Output::Written written = TRY(output->Finish());
  TRY(rejects->Finish());

  summary.bytes_read = progress->bytes_read;
  summary.rows = written.rows;
  summary.rejects = rejects->count();
  summary.first_reject = rejects->first();
  summary.files = written.files;
  summary.bytes_written = written.bytes;
  summary.columns = schema::ColumnsText(plan.Declarations());
  summary.without_column = conversion.TakeWithoutColumn();
  return summary;
}

}  // namespace

Result<ConvertSummary> Convert(const ConvertOptions& options, os::Files& files,
                               os::Entropy& entropy, ReadProgress* progress,
                               const std::stop_token& stop) {
  TRY(Check(options));
  InputPaths inputs = TRY(FindInputs(options.inputs, files));
  progress->bytes_total = inputs.bytes_total;
  Targets targets = TRY(Targets::Make(options, files, entropy));
  std::stop_source workers_stop;
  const std::stop_callback pass_on(stop, [&] { workers_stop.request_stop(); });
  ConvertSummary summary = TRY(Targets::CertainlyAbsent(
      Write(options, targets, std::move(inputs), files, entropy, progress, workers_stop)));
  if (stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the conversion was ended");
  TRY(targets.Commit());
  return summary;
}

}  // namespace tarn::load
