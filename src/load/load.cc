#include "load/load.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/log.h"
#include "load/load_commit.h"
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

/// A node id, until each source's own comes before its records.
constexpr size_t kNodeDigits = 16;

Result<shape::Shaping> ShapingOf(const LoadOptions& options) {
  shape::Shaping shaping;
  shaping.node_id = std::string(kNodeDigits, '0');
  if (options.format == RecordFormat::kText) {
    if (options.columns) {
      return Fail(ErrorKind::kInvalid, "text lines have the one column '{}'", kMessageColumn);
    }
    shaping.inferred = false;
    shaping.keep_rest = false;
    shaping.declared = {{.name = kMessageColumn,
                         .type = schema::Type::Of(schema::TypeKind::kString),
                         .member = kMessageColumn}};
    return shaping;
  }
  shaping.inferred = !options.columns.has_value();
  shaping.may_evolve = options.may_add_columns;
  if (options.columns) shaping.declared = TRY(schema::ParseColumns(*options.columns));
  return shaping;
}

Result<WantedTable> WantedBy(const LoadOptions& options) {
  return WantedTable{.name = options.table,
                     .format = options.format,
                     .shaping = TRY(ShapingOf(options)),
                     .partition_by = options.partition_by,
                     .sort_by = options.sort_by,
                     .bloom_columns = options.bloom_columns,
                     .may_add_columns = options.may_add_columns};
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
    std::vector<schema::RecordView> records;
    while (TRY(queue_.Next(&block))) {
      Split(options_.format, block.lines, &records);
      TRY(worker.Take(records, {.name = block.source->name(),
                                .uri = block.source->uri(),
                                .round = block.source->round(),
                                .received_at_us = block.source->first_seen_us()}));
    }
    *files = TRY(worker.EndPortion());
    return {};
  }

  Status Commit(std::vector<WorkerFiles> files) {
    const std::vector<catalog::SourceProgress> steps = queue_.Steps();
    if (steps.empty()) return {};
    const CommittedFiles committed =
        TRY(CommitFiles(place_.catalog, table_, std::move(files), steps));
    queue_.Settle(steps);
    Count(committed);
    return {};
  }

  void Count(const CommittedFiles& committed) {
    ++counts_.commits;
    counts_.rows += committed.rows;
    counts_.rejects += committed.rejects;
    counts_.files += committed.files;
    counts_.bytes_written += committed.bytes;
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
  const auto table =
      TRY(LoadTable::Open(place.catalog, TRY(WantedBy(options)), existing.has_value(), sample));
  if (existing && existing->uuid != table->current()->table.uuid) {
    return Fail(ErrorKind::kConflict, "table {} was dropped and made anew meanwhile",
                options.table.ToString());
  }
  LoadRun run(options, place, queue, *table, reading.load, *progress, workers_stop);
  TRY(RunMarked({place.catalog, place.buckets, place.files, place.marks_directory}, *table,
                reading.load, [&] { return run.Run(); }));
  run.Summarize(&summary);
  summary.sources_unchanged = queue.unchanged();
  summary.bytes_read = progress->reading.bytes_read;
  summary.unfinished = queue.unfinished();
  summary.columns = schema::ColumnsText(table->current()->plan.Declarations());
  return summary;
}

}  // namespace tarn::load
