#include "app/derive_run.h"

#include <unistd.h>

#include <utility>

#include "base/log.h"
#include "base/units.h"
#include "derive/pool.h"
#include "load/target.h"

namespace tarn::app {
namespace {

constexpr size_t kPlanBytesMax = kGiB;

std::vector<std::string> WorkerCommand(const std::string& plan_path, size_t task,
                                       const DeriveWorkers& workers) {
  std::vector<std::string> command = {"/proc/self/exe",
                                      "derive",
                                      "run-task",
                                      "--plan",
                                      plan_path,
                                      "--task",
                                      Format("{}", task),
                                      "--memory",
                                      Format("{}", workers.memory_bytes),
                                      "--end-with",
                                      Format("{}", getpid())};
  if (!workers.hmac_keys.empty()) command.insert(command.end(), {"--hmac-keys", workers.hmac_keys});
  return command;
}

/// A run whose lock nobody holds. in  path: of its directory
Status RemoveDeadRun(const std::string& path, const std::string& reports,
                     const derive::CommitPlace& place) {
  const auto lock = place.files.Lock(path + "/lock");
  if (!lock) return {};  // it lives
  const auto plan = ReadPlan(path + "/plan.json", place.files);
  if (plan && !plan->partitions.empty()) {
    if (TRY(derive::IsCommitted(*plan, place.catalog))) {
      const auto summary = TRY(derive::CommitPlan(*plan, path + "/plan.json", place));
      derive::AmendReport(reports, plan->id, summary, place.files);
    } else {
      TRY(derive::RemoveFilesOf(*plan, place.buckets));
    }
  }
  return load::RemoveTree(place.files, path);
}

}  // namespace

Result<derive::Plan> ReadPlan(const std::string& path, os::Files& files) {
  const auto info = files.Stat(path);
  if (!info && info.error().kind() == ErrorKind::kNotFound) {
    return Fail(ErrorKind::kNotFound, "there is no plan '{}': 'tarn derive plan --out' writes one",
                path);
  }
  const std::string text = TRY(os::ReadFile(files, path, kPlanBytesMax));
  return While(derive::Plan::FromJson(TRY(While(Json::Parse(text), "{}", path))), "{}", path);
}

Result<std::unique_ptr<DeriveRun>> DeriveRun::Begin(const std::string& directory,
                                                    const derive::Plan& plan,
                                                    const derive::CommitPlace& place) {
  const std::string own = directory + "/" + plan.id;
  TRY(place.files.MakeDirectories(own));
  auto lock = TRY(place.files.Lock(own + "/lock"));
  std::unique_ptr<DeriveRun> run(new DeriveRun(own, std::move(lock), plan, place));
  TRY(os::WriteFileAtomically(place.files, run->plan_path(), plan.ToJson().DumpPretty() + "\n"));
  TRY(place.files.SyncDirectory(directory));
  return run;
}

DeriveRun::~DeriveRun() {
  if (is_needed_) return;
  Ignore(load::RemoveTree(place_.files, directory_), "the next run removes it");
}

Result<derive::CommitSummary> DeriveRun::Run(const DeriveWorkers& workers,
                                             derive::RunReport* report,
                                             load::ReadProgress* progress,
                                             const std::stop_token& stop) {
  uint64_t bytes = 0;
  for (const derive::Task& task : plan_.tasks) bytes += derive::BytesOf(task);
  progress->bytes_total = bytes;
  derive::PoolOptions pool;
  pool.workers = workers.count;
  pool.command = [&](size_t task) { return WorkerCommand(plan_path(), task, workers); };
  pool.tell = [&](const derive::TaskEvent& event) {
    report->Note(event);
    if (event.kind == derive::TaskEvent::Kind::kDone)
      progress->bytes_read += derive::BytesOf(plan_.tasks[event.task]);
  };
  const Status done = derive::RunTasks(plan_.tasks.size(), pool, stop);
  Result<derive::CommitSummary> summary =
      done ? derive::CommitPlan(plan_, plan_path(), place_) : std::unexpected(done.error());
  if (summary) {
    report->End(summary);
    return summary;
  }
  // An error of the commit may leave open whether it holds: the next run looks. A conflict may also
  // be with one that has replaced what this plan had committed before.
  const bool is_refused = summary.error().kind() == ErrorKind::kConflict &&
                          !derive::IsCommitted(plan_, place_.catalog).value_or(true);
  is_needed_ = done.has_value() && !is_refused;
  if (is_needed_) {
    report->End(Fail(summary.error().kind(),
                     "{}; whether it was committed all the same, the next run finds out",
                     summary.error().message()));
  } else {
    report->End(summary);
  }
  if (!is_needed_)
    Ignore(derive::RemoveFilesOf(plan_, place_.buckets), "they stay as files that nobody reads");
  return summary;
}

Status RemoveDeadRuns(const std::string& directory, const std::string& reports,
                      const derive::CommitPlace& place) {
  const auto names = place.files.List(directory);
  if (!names) return {};
  for (const std::string& name : *names)
    TRY(RemoveDeadRun(Format("{}/{}", directory, name), reports, place));
  return {};
}

}  // namespace tarn::app
