#include "load/load.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "base/log.h"
#include "load/load_mark.h"
#include "load/load_table.h"
#include "load/load_worker.h"
#include "load/source_queue.h"
#include "load/source_reader.h"
#include "load/worker_threads.h"
#include "schema/declaration.h"

namespace tarn::load {
namespace {

Status Check(const LoadOptions& options) {
  TRY(CheckThreadsAndMemory(options.threads, options.memory_bytes_max));
  if (options.commit_bytes < kCommitBytesMin) {
    return Fail(ErrorKind::kInvalid, "a commit takes at least {} KiB", kCommitBytesMin / kKiB);
  }
  return {};
}

lake::WriteOptions WriteOptionsFor(const LoadOptions& options) {
  lake::WriteOptions write;
  write.compression = options.compression;
  write.level = options.level;
  write.memory_bytes_max = options.memory_bytes_max / 4 * 3 / options.threads;
  write.row_group_bytes_max =
      std::min(write.row_group_bytes_max, options.memory_bytes_max / (4 * options.threads));
  return write;
}

/// The table, where it is there.
Result<std::optional<catalog::Table>> FindTable(catalog::Catalog& catalog,
                                                const schema::TableName& name) {
  auto table = catalog.LoadTable(name);
  if (table) return *std::move(table);
  if (table.error().kind() == ErrorKind::kNotFound) return std::nullopt;
  return std::unexpected(table.error());
}

Status FillStates(catalog::Catalog& catalog, const std::string& table_uuid,
                  std::vector<Source>* sources) {
  std::vector<std::string> uris;
  for (const Source& source : *sources) uris.push_back(source.uri);
  auto states = TRY(catalog.FindSources(table_uuid, uris));
  for (size_t i = 0; i < states.size(); ++i) (*sources)[i].state = std::move(states[i]);
  return {};
}

/// A load whose table and sources are open.
class LoadRun {
 public:
  LoadRun(const LoadOptions& options, const LoadPlace& place, SourceQueue& queue, LoadTable& table,
          const std::string& load_id, LoadProgress& progress, std::stop_source stop)
      : options_(options),
        place_(place),
        queue_(queue),
        table_(table),
        context_{table, place.buckets, WriteOptionsFor(options), load_id},
        progress_(progress),
        stop_(std::move(stop)) {
    for (size_t i = 0; i < options.threads; ++i)
      workers_.push_back(std::make_unique<LoadWorker>(context_, i));
  }

  Status Run() {
    while (!queue_.at_end()) {
      queue_.BeginPortion({.bytes_max = options_.commit_bytes});
      std::vector<WorkerFiles> files(workers_.size());
      TRY(RunOnThreads(workers_.size(), stop_,
                       [&](size_t worker) { return Work(worker, &files[worker]); }));
      if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled, "the load was ended");
      TRY(Commit(std::move(files)));
    }
    return {};
  }

  void Summarize(LoadSummary* summary) const {
    shape::WithoutColumn without_column;
    for (const auto& worker : workers_) without_column.Add(worker->without_column());
    summary->without_column = without_column.Paths();
    summary->rows = counts_.rows;
    summary->rejects = counts_.rejects;
    summary->commits = counts_.commits;
    summary->files = counts_.files;
    summary->bytes_written = counts_.bytes_written;
  }

 private:
  Status Work(size_t number, WorkerFiles* files) {
    LoadWorker& worker = *workers_[number];
    SourceBlock block;
    while (TRY(queue_.Next(&block))) TRY(worker.Take(block));
    *files = TRY(worker.EndPortion());
    return {};
  }

  Status Commit(std::vector<WorkerFiles> files) {
    const auto version = table_.current();
    catalog::TableAppend rows = AppendTo(version->table);
    catalog::TableAppend rejects = AppendTo(table_.rejects());
    for (WorkerFiles& of_worker : files) {
      std::ranges::move(of_worker.rows, std::back_inserter(rows.files));
      std::ranges::move(of_worker.rejects, std::back_inserter(rejects.files));
    }
    rows.sources = queue_.Steps();
    if (rows.sources.empty()) return {};
    const std::vector<catalog::SourceProgress> steps = rows.sources;
    std::vector<catalog::TableAppend> appends{std::move(rows)};
    if (!rejects.files.empty()) appends.push_back(std::move(rejects));
    TRY(Certain(place_.catalog.CommitAppends(appends), version->table.uuid, steps));
    queue_.Settle(steps);
    Count(appends);
    return {};
  }

  static catalog::TableAppend AppendTo(const catalog::Table& table) {
    return {.name = table.name, .uuid = table.uuid, .schema_id = table.schema.schema_id};
  }

  /// After an unknown outcome the sources tell: the step is in, or it is not known still.
  Status Certain(const Result<std::vector<catalog::Table>>& committed,
                 const std::string& table_uuid, const std::vector<catalog::SourceProgress>& steps) {
    if (committed) return {};
    const Error& error = committed.error();
    if (error.kind() != ErrorKind::kUnknownOutcome) return std::unexpected(error);
    const auto states = place_.catalog.FindSources(table_uuid, {steps.front().to.uri});
    if (states && states->front() == steps.front().to) return {};
    return std::unexpected(error);
  }

  void Count(const std::vector<catalog::TableAppend>& appends) {
    ++counts_.commits;
    for (const catalog::TableAppend& append : appends) {
      for (const schema::DataFile& file : append.files) {
        (append.sources.empty() ? counts_.rejects : counts_.rows) +=
            static_cast<uint64_t>(file.record_count);
        ++counts_.files;
        counts_.bytes_written += static_cast<uint64_t>(file.size_bytes);
      }
    }
    progress_.rows_committed = counts_.rows + counts_.rejects;
  }

  const LoadOptions& options_;
  const LoadPlace& place_;
  SourceQueue& queue_;
  LoadTable& table_;
  const WorkerContext context_;
  LoadProgress& progress_;
  const std::stop_source stop_;
  std::vector<std::unique_ptr<LoadWorker>> workers_;
  LoadSummary counts_;
};

/// Load into a table that is open, and leave no file that no snapshot lists, as far as that can be
/// known.
Status RunMarked(const LoadPlace& place, LoadTable& table, const std::string& load_id,
                 LoadRun* run) {
  const auto version = table.current();
  const LoadedTables tables{version->table, table.rejects()};
  TRY(RemoveDeadLoads(place.marks_directory, tables, place.catalog, place.buckets, place.files));
  const auto mark =
      TRY(LoadMark::Make(place.marks_directory, version->table.uuid, load_id, place.files));
  const Status done = run->Run();
  if (done) {
    mark->Clear();
  } else if (done.error().kind() != ErrorKind::kUnknownOutcome) {
    const Status removed = RemoveUnlisted(tables, load_id, place.catalog, place.buckets);
    if (removed) mark->Clear();
    Ignore(removed, "the next load of the table removes them");
  }
  return done;
}

}  // namespace

Result<LoadSummary> Load(const LoadOptions& options, const LoadPlace& place, LoadProgress* progress,
                         const std::stop_token& stop) {
  TRY(Check(options));
  uint64_t bytes_total = 0;
  std::vector<Source> sources =
      TRY(FindSources(options.inputs, options.stdin_id, place.files, &bytes_total));
  progress->reading.bytes_total = bytes_total;
  const auto existing = TRY(FindTable(place.catalog, options.table));
  if (existing) TRY(FillStates(place.catalog, existing->uuid, &sources));

  const SourceReading reading{.format = options.format,
                              .again = options.again,
                              .now_us = place.clock.NowMicros(),
                              .load = Format("{:016x}", place.entropy.Random64())};
  std::stop_source workers_stop;
  const std::stop_callback pass_on(stop, [&] { workers_stop.request_stop(); });
  LoadSummary summary{.sources = sources.size()};
  SourceQueue queue(std::move(sources), reading, options.threads, progress->reading,
                    workers_stop.get_token());
  // To look into sources that are loaded is to read and hash all that is: workers do it together.
  std::vector<schema::RecordView> sample;
  if (!existing) {
    sample = TRY(queue.Sample(kSampleRecords));
    if (sample.empty()) {
      return Fail(ErrorKind::kInvalid, "the inputs hold no record, and there is no table {}",
                  options.table.ToString());
    }
  }
  const auto table = TRY(LoadTable::Open(place.catalog, options, existing.has_value(), sample));
  if (existing && existing->uuid != table->current()->table.uuid) {
    return Fail(ErrorKind::kConflict, "table {} was dropped and made anew meanwhile",
                options.table.ToString());
  }
  LoadRun run(options, place, queue, *table, reading.load, *progress, workers_stop);
  TRY(RunMarked(place, *table, reading.load, &run));
  run.Summarize(&summary);
  summary.sources_unchanged = queue.unchanged();
  summary.bytes_read = progress->reading.bytes_read;
  summary.unfinished = queue.unfinished();
  summary.columns = schema::ColumnsText(table->current()->plan.Declarations());
  return summary;
}

}  // namespace tarn::load
