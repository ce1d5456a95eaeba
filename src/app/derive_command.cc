#include "app/derive_command.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "app/config.h"
#include "app/data_directory.h"
#include "app/derive_dataset.h"
#include "app/derive_run.h"
#include "app/heka_keys_file.h"
#include "app/progress.h"
#include "app/recipe_file.h"
#include "app/watched_work.h"
#include "base/json.h"
#include "base/log.h"
#include "base/units.h"
#include "catalog/catalog.h"
#include "derive/commit.h"
#include "derive/crash_note.h"
#include "derive/planning.h"
#include "derive/pool.h"
#include "derive/run_report.h"
#include "derive/source.h"
#include "derive/task.h"
#include "os/clock.h"
#include "os/data_limit.h"
#include "os/files.h"
#include "store/local_buckets.h"

namespace tarn::app {
namespace {

constexpr const char* kNoBucketAdvice =
    "say --metadata-bucket BUCKET, or derive.metadata_bucket in the configuration";

/// A data directory that is open for derived datasets.
struct Lake {
  DataPaths paths;
  std::unique_ptr<store::Buckets> buckets;
  std::unique_ptr<catalog::Catalog> catalog;

  derive::CommitPlace place() const { return {*catalog, *buckets, os::PosixFiles()}; }
};

/// Buckets are made where they are opened; of what is read a name that is not there is a slip.
Status CheckBucket(const DataPaths& paths, const std::string& bucket, const std::string& advice) {
  const auto info = os::PosixFiles().Stat(paths.buckets() + "/" + bucket);
  if (info && info->is_directory) return {};
  return Fail(ErrorKind::kNotFound, "there is no bucket '{}' in {}{}{}", bucket, paths.buckets(),
              advice.empty() ? "" : ": ", advice);
}

Result<Lake> OpenLake(const DataPaths& paths) {
  Lake lake{.paths = paths, .buckets = {}, .catalog = {}};
  lake.buckets =
      TRY(store::LocalBuckets::Open(lake.paths.buckets(), os::PosixFiles(), os::SystemEntropy()));
  lake.catalog = TRY(While(catalog::Catalog::Open({.path = lake.paths.catalog()}, *lake.buckets,
                                                  os::SystemClock(), os::SystemEntropy()),
                           "opening {}", lake.paths.catalog()));
  return lake;
}

Result<Lake> OpenLakeFor(const DeriveOptions& options, const DeriveDataset& dataset) {
  const auto check = [&]() -> Status {
    if (!dataset.NeedsMetadata()) return {};
    return CheckBucket({options.data}, options.metadata_bucket, kNoBucketAdvice);
  };
  return OpenLake(TRY(FindOrMakeDataDirectory(options.data, os::PosixFiles(), check)));
}

Result<derive::Source> FindSource(const DeriveOptions& options, const DeriveDataset& dataset,
                                  const Lake& lake) {
  store::ObjectStore* metadata = nullptr;
  if (dataset.NeedsMetadata()) {
    TRY(CheckBucket(lake.paths, options.metadata_bucket, kNoBucketAdvice));
    metadata = TRY(lake.buckets->Open(options.metadata_bucket));
  }
  derive::Source source = TRY(dataset.FindSource(metadata));
  const Status bucket = CheckBucket(lake.paths, source.bucket, "");
  TRY(source.stream.empty() ? bucket : While(bucket, "stream '{}'", source.stream));
  return source;
}

/// Do a task; that of a recipe in no more memory than is sensible, whatever its SQL says: DuckDB
/// does not count all that it takes. Code of a class is not held to a limit.
///
/// errors  as derive::RunTask; kTooLarge: the memory does not do
Result<derive::TaskOutcome> RunInMemory(size_t memory_bytes, const derive::Plan& plan,
                                        const derive::RowMaking& make_rows,
                                        const derive::TaskOptions& options,
                                        const derive::TaskPlace& place) {
  constexpr size_t kUncounted = 512 * kMiB;  // records as they are read, and the like
  std::optional<os::DataLimit> limit;
  if (!plan.recipe.empty()) limit.emplace(2 * memory_bytes + kUncounted);
  try {
    return derive::RunTask(plan, make_rows, options, place);
  } catch (const std::bad_alloc&) {
    return Fail(ErrorKind::kTooLarge, "{}: this takes more memory than --memory allows: say more",
                plan.dataset);
  }
}

Result<derive::Plan> MakePlan(const DeriveOptions& options, const DeriveDataset& dataset,
                              const Lake& lake) {
  derive::Source source = TRY(FindSource(options, dataset, lake));
  derive::PlanOptions plan{.from_date = options.from_date,
                           .to_date = options.to_date,
                           .output_bucket = options.to_bucket,
                           .chunks = options.chunks,
                           .overwrite = options.overwrite};
  plan.chunks.bytes = TRY(While(ParseBytes(options.chunk_size), "--chunk-size"));
  const derive::DatasetToPlan to_plan = TRY(dataset.ToPlan(&source));
  return derive::MakePlan(to_plan, source, plan,
                          {*lake.catalog, *lake.buckets, os::SystemEntropy(), lake.paths.root});
}

/// The dataset that was asked for. in  is_usage_wrong: set where a recipe is wrong
Result<DeriveDataset> OpenDataset(const DeriveOptions& options, bool* is_usage_wrong) {
  auto dataset = DeriveDataset::Open(options.dataset, options.plugins, options.hmac_keys);
  *is_usage_wrong = !dataset && dataset.error().kind() == ErrorKind::kInvalid &&
                    IsRecipeFile(options.dataset.front());
  return dataset;
}

std::string Counted(uint64_t count, const std::string& thing) {
  return Format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

Json PlanJson(const derive::Plan& plan) {
  return Json::MakeObject(
      {{"dataset", plan.dataset},
       {"plan", plan.id},
       {"table", plan.rows.name.table.empty() ? Json() : plan.rows.name.ToString()},
       {"partitions", static_cast<int64_t>(plan.partitions.size())},
       {"unchanged", static_cast<int64_t>(plan.unchanged.size())},
       {"tasks", static_cast<int64_t>(plan.tasks.size())}});
}

Json SummaryJson(const derive::Plan& plan, const derive::CommitSummary& summary) {
  Json json = PlanJson(plan);
  const Json counts = summary.counts.ToJson();
  for (const auto& [name, count] : counts.as_object())
    json.Set(name == "bytes" ? "bytes_read" : name, count);
  json.Set("files", static_cast<int64_t>(summary.files));
  json.Set("bytes_written", static_cast<int64_t>(summary.bytes_written));
  json.Set("was_committed", summary.was_committed);
  return json;
}

std::string NothingText(const derive::Plan& plan) {
  if (plan.unchanged.empty())
    return Format("{}: no objects from {} to {}", plan.dataset, plan.from_date, plan.to_date);
  return Format("{}: nothing new, {} as at {} last run", plan.dataset,
                Counted(plan.unchanged.size(), "partition"),
                plan.unchanged.size() == 1 ? "its" : "their");
}

std::string SummaryText(const derive::Plan& plan, const derive::CommitSummary& summary) {
  if (plan.partitions.empty()) return NothingText(plan);
  const derive::TaskCounts& counts = summary.counts;
  std::string text =
      Format("{}: {} in {} of {}, from {} of {} ({})", plan.rows.name.ToString(),
             Counted(counts.rows, "row"), Counted(summary.files, "file"),
             Counted(summary.partitions, "partition"), Counted(counts.records, "record"),
             Counted(counts.objects, "object"), ByteText(counts.bytes));
  if (counts.skipped > 0) text += Format(", {} skipped", counts.skipped);
  if (!plan.unchanged.empty())
    text += Format("; {} unchanged", Counted(plan.unchanged.size(), "partition"));
  if (summary.was_committed) text += "; it was committed before";
  return text;
}

/// What the user may want to look at.
void PrintNotes(const derive::Plan& plan, const derive::CommitSummary& summary) {
  for (const std::string& line : summary.damage) std::fprintf(stderr, "%s\n", line.c_str());
  if (summary.counts.rejects == 0) return;
  std::fprintf(
      stderr, "%s\n",
      Format("{}: {} has {}, with the reason", Counted(summary.counts.rejects, "bad record"),
             plan.rejects.name.ToString(), summary.counts.rejects == 1 ? "it" : "them")
          .c_str());
}

void PrintSummary(const DeriveOptions& options, const derive::Plan& plan,
                  const derive::CommitSummary& summary) {
  const std::string text =
      options.output == "json" ? SummaryJson(plan, summary).Dump() : SummaryText(plan, summary);
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
  PrintNotes(plan, summary);
}

Result<derive::CommitSummary> RunWorkers(const DeriveOptions& options, const DeriveDataset& dataset,
                                         const derive::Plan& plan, const Lake& lake) {
  const derive::CommitPlace place = lake.place();
  const auto run = TRY(DeriveRun::Begin(lake.paths.derive_runs(), plan, place));
  const uint64_t memory = TRY(While(ParseBytes(options.memory), "--memory"));
  const size_t count = std::min(std::max<size_t>(options.threads, 1), plan.tasks.size());
  // A crash of the machine may take the report along.
  derive::RunReport report(lake.paths.derive_reports(), plan, dataset.Definition(),
                           os::UserFiles(false), os::SystemClock());
  load::ReadProgress progress;
  std::optional<Result<derive::CommitSummary>> outcome;
  const DeriveWorkers workers{
      .count = count, .memory_bytes = memory / count, .hmac_keys = options.hmac_keys};
  RunWatched("deriving", progress, [&](const std::stop_token& stop) {
    outcome = run->Run(workers, &report, &progress, stop);
  });
  return *std::move(outcome);
}

/// A worker must not outlive the run that it is of: somebody may be cleaning up behind it. Nor a
/// scheduled run its server, whose next start begins another.
Status EndWith(int64_t parent) {
  if (parent == 0) return {};
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == parent) return {};
  return Fail(ErrorKind::kCancelled, "what started this process has ended");
}

}  // namespace

int TaskExitStatus(const Error& error) {
  const bool may_retry = MayRetry(error.kind()) || error.kind() == ErrorKind::kIo ||
                         error.kind() == ErrorKind::kUnknownOutcome ||
                         error.kind() == ErrorKind::kCancelled;
  return may_retry ? derive::kTaskRetryable : derive::kTaskPermanent;
}

Status RunDerive(const DeriveOptions& options, bool* is_usage_wrong) {
  ConfigureLog({.level = LogLevel::kWarn, .json = false});
  TRY(EndWith(options.parent));
  const DeriveDataset dataset = TRY(OpenDataset(options, is_usage_wrong));
  const Lake lake = TRY(OpenLakeFor(options, dataset));
  TRY(While(RemoveDeadRuns(lake.paths.derive_runs(), lake.paths.derive_reports(), lake.place()),
            "cleaning up after a killed run"));
  const derive::Plan plan = TRY(MakePlan(options, dataset, lake));
  derive::CommitSummary summary;
  if (!plan.tasks.empty()) summary = TRY(RunWorkers(options, dataset, plan, lake));
  PrintSummary(options, plan, summary);
  return {};
}

Status RunDerivePlan(const DeriveOptions& options, bool* is_usage_wrong) {
  ConfigureLog({.level = LogLevel::kWarn, .json = false});
  const DeriveDataset dataset = TRY(OpenDataset(options, is_usage_wrong));
  const Lake lake = TRY(OpenLakeFor(options, dataset));
  const derive::Plan plan = TRY(MakePlan(options, dataset, lake));
  TRY(os::WriteFileAtomically(os::UserFiles(true), options.plan,
                              plan.ToJson().DumpPretty() + "\n"));
  if (options.output == "json") {
    std::printf("%s\n", PlanJson(plan).Dump().c_str());
  } else if (plan.tasks.empty()) {
    std::printf("%s\n", Format("{}: no tasks. {}", options.plan, NothingText(plan)).c_str());
  } else {
    std::printf("%s\n", Format("{}: {} for {}, {} unchanged", options.plan,
                               Counted(plan.tasks.size(), "task"),
                               Counted(plan.partitions.size(), "partition"), plan.unchanged.size())
                            .c_str());
  }
  return {};
}

Status RunDeriveTask(const DeriveOptions& options) {
  ConfigureLog({.level = LogLevel::kWarn, .json = false});
  TRY(EndWith(options.parent));
  const derive::Plan plan = TRY(ReadPlan(options.plan, os::PosixFiles()));
  derive::SayWhereItCrashes(plan.recipe.empty()
                                ? "it crashed here"
                                : "records were read up to here when it crashed; the SELECT was at "
                                  "one of the last 2,048");
  const std::string& keys_file = options.hmac_keys;
  const DeriveDataset dataset = TRY(DeriveDataset::OpenAsPlanned(plan, keys_file));
  std::optional<decode::HekaKeys> keys;
  if (!keys_file.empty()) keys = TRY(While(ReadHekaKeys(keys_file), "--hmac-keys"));
  const DataPaths paths =
      TRY(FindDataDirectory(options.data.empty() ? plan.data : options.data, os::PosixFiles()));
  const auto buckets =
      TRY(store::LocalBuckets::Open(paths.buckets(), os::PosixFiles(), os::SystemEntropy()));
  const size_t memory = TRY(While(ParseBytes(options.memory), "--memory"));
  const derive::TaskOptions task{.plan_path = options.plan,
                                 .task = options.task,
                                 .memory_bytes_max = dataset.FileMemory(memory),
                                 .keys = keys ? &*keys : nullptr};
  const derive::TaskOutcome outcome =
      TRY(RunInMemory(memory, plan, dataset.MakesRows(memory), task,
                      {*buckets, os::PosixFiles(), os::SystemEntropy()}));
  const derive::TaskCounts& counts = outcome.manifest.counts;
  std::printf("%s\n", Format("task {}: {} of {}{}", options.task, Counted(counts.rows, "row"),
                             Counted(counts.records, "record"),
                             outcome.is_first ? "" : "; another attempt was first, and counts")
                          .c_str());
  return {};
}

Status RunDeriveCommit(const DeriveOptions& options) {
  ConfigureLog({.level = LogLevel::kWarn, .json = false});
  const derive::Plan plan = TRY(ReadPlan(options.plan, os::PosixFiles()));
  const std::string& data = options.data.empty() ? plan.data : options.data;
  const Lake lake = TRY(OpenLake(TRY(FindDataDirectory(data, os::PosixFiles()))));
  PrintSummary(options, plan, TRY(derive::CommitPlan(plan, options.plan, lake.place())));
  return {};
}

Status RunDeriveList(const DeriveOptions& options, bool* is_usage_wrong) {
  const derive::Datasets datasets = TRY(KnownDatasets(options.plugins));
  std::vector<std::string> names;
  for (const derive::KnownDataset& known : datasets.List()) names.push_back(known.name);
  for (const std::string& file : options.dataset) {
    const auto recipe = ReadRecipe(file);
    *is_usage_wrong = !recipe && recipe.error().kind() == ErrorKind::kInvalid;
    names.push_back(TRY(recipe).text.name);
  }
  std::ranges::sort(names);
  for (const std::string& name : names) std::printf("%s\n", name.c_str());
  return {};
}

}  // namespace tarn::app
