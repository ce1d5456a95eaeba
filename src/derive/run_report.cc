#include "derive/run_report.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "base/units.h"

namespace tarn::derive {
namespace {

constexpr int64_t kFormat = 1;
constexpr size_t kReportBytesMax = 16 * kMiB;
constexpr size_t kWordsMax = 4096;
constexpr size_t kTimeDigits = 20;  // microseconds since 1970: names sort by them
constexpr std::string_view kSuffix = ".json";
constexpr const char* kRunning = "running";

/// What a worker said, or the name of an object.
std::string_view Words(std::string_view said) { return said.substr(0, kWordsMax); }

Json Moment(int64_t micros) { return FormatTimestamp(micros, TimeStyle::kIsoUtc); }

/// Names that begin with the time when the run began, oldest first.
std::vector<std::string> ReportNames(const std::string& directory, os::Files& files) {
  std::vector<std::string> names = files.List(directory).value_or(std::vector<std::string>());
  std::erase_if(names, [](const std::string& name) {
    return !name.ends_with(kSuffix) || name.find('-') != kTimeDigits;
  });
  return names;
}

/// in  name: one of ReportNames
std::string PlanIdOf(const std::string& name) {
  constexpr size_t kBegin = kTimeDigits + 1;
  return name.substr(kBegin, name.size() - kBegin - kSuffix.size());
}

Result<Json> ReadReport(const std::string& path, os::Files& files) {
  Json report = TRY(Json::Parse(TRY(os::ReadFile(files, path, kReportBytesMax))));
  if (report.GetInt("format").value_or(0) == kFormat) return report;
  return Fail(ErrorKind::kUnsupported, "{} is of another format", path);
}

bool IsRunning(const Result<Json>& report) {
  return report && report->GetString("state").value_or("") == kRunning;
}

Json DamageJson(const std::vector<std::string>& lines) {
  Json damage = Json::MakeArray();
  for (const std::string& line : lines) {
    if (damage.as_array().size() < kFailuresTold) damage.Push(Words(line));
  }
  return damage;
}

void SetCommitted(const CommitSummary& summary, Json* report) {
  report->Set("state", "committed");
  report->Set("problem", nullptr);
  report->Set("counts", summary.counts.ToJson());
  report->Set("damage", DamageJson(summary.damage));
}

}  // namespace

uint64_t BytesOf(const Task& task) {
  uint64_t bytes = 0;
  for (const InputObject& input : task.inputs) bytes += input.size;
  return bytes;
}

RunReport::RunReport(const std::string& directory, const Plan& plan, const Definition& definition,
                     os::Files& files, os::Clock& clock)
    : plan_(plan), files_(files), clock_(clock) {
  const int64_t begun_us = clock_.NowMicros();
  path_ = Format("{}/{:0{}}-{}{}", directory, begun_us, kTimeDigits, plan.id, kSuffix);
  uint64_t bytes = 0;
  for (const Task& task : plan.tasks) bytes += BytesOf(task);
  said_ = Json::MakeObject({{"format", kFormat},
                            {"plan", plan.id},
                            {"dataset", plan.dataset},
                            {"arguments", Json::MakeArray(plan.arguments)},
                            {"code_version", plan.code_version},
                            {"database", plan.rows.name.database},
                            {"table", plan.rows.name.table},
                            {"rejects_table", plan.rejects.name.table},
                            {"from_date", plan.from_date},
                            {"to_date", plan.to_date},
                            {"partitions", static_cast<int64_t>(plan.partitions.size())},
                            {"unchanged", static_cast<int64_t>(plan.unchanged.size())},
                            {"tasks", static_cast<int64_t>(plan.tasks.size())},
                            {"bytes", static_cast<int64_t>(bytes)},
                            {"begun_at", Moment(begun_us)},
                            {"state", kRunning},
                            {"ended_at", nullptr},
                            {"problem", nullptr},
                            {"counts", nullptr},
                            {"damage", Json::MakeArray()},
                            {"definition", definition.ToJson()}});
  const Status made = files_.MakeDirectories(directory);
  if (made) MakeRoom(directory);
  Write();
}

void RunReport::MakeRoom(const std::string& directory) {
  const std::vector<std::string> names = ReportNames(directory, files_);
  for (size_t i = 0; i + kReportsKept <= names.size(); ++i)
    for (const char* suffix : {"", ".new"})  // one that a killed run was about to write
      Ignore(files_.Remove(Format("{}/{}{}", directory, names[i], suffix)), "it is not there");
}

void RunReport::Note(const TaskEvent& event) {
  if (event.kind == TaskEvent::Kind::kBegun) {
    running_[event.task] = {event.attempt, clock_.NowMicros()};
    return Write();
  }
  running_.erase(event.task);
  if (event.kind == TaskEvent::Kind::kDone) {
    ++tasks_done_;
    bytes_done_ += BytesOf(plan_.tasks[event.task]);
  } else if (++failure_count_ <= kFailuresTold) {
    Json failure = TaskJson(event.task, event.attempt);
    failure.Set("problem", Words(event.problem));
    failures_.Push(std::move(failure));
  }
  Write();
}

void RunReport::End(const Result<CommitSummary>& outcome) {
  running_.clear();
  said_.Set("ended_at", Moment(clock_.NowMicros()));
  if (outcome) {
    SetCommitted(*outcome, &said_);
  } else {
    said_.Set("state", "failed");
    said_.Set("problem", Words(outcome.error().message()));
  }
  Write();
}

Json RunReport::TaskJson(size_t task, size_t attempt) const {
  const Task& planned = plan_.tasks[task];
  return Json::MakeObject({{"task", static_cast<int64_t>(task)},
                           {"attempt", static_cast<int64_t>(attempt)},
                           {"partition", Words(plan_.partitions[planned.partition].path)},
                           {"objects", static_cast<int64_t>(planned.inputs.size())},
                           {"bytes", static_cast<int64_t>(BytesOf(planned))}});
}

void RunReport::Write() {
  Json report = said_;
  report.Set("tasks_done", static_cast<int64_t>(tasks_done_));
  report.Set("bytes_done", static_cast<int64_t>(bytes_done_));
  Json running = Json::MakeArray();
  for (const auto& [task, attempt] : running_) {
    Json json = TaskJson(task, attempt.attempt);
    json.Set("begun_at", Moment(attempt.begun_us));
    running.Push(std::move(json));
  }
  report.Set("running", std::move(running));
  report.Set("failures", failures_);
  report.Set("failure_count", static_cast<int64_t>(failure_count_));
  const Status written = os::WriteFileAtomically(files_, path_, report.Dump() + "\n");
  if (!written)
    Log(LogLevel::kWarn, "derive", "how the run goes cannot be told",
        {{"reason", written.error().message()}});
}

Json ReadRunReports(const ReportPlace& place, os::Files& files) {
  Json reports = Json::MakeArray();
  std::vector<std::string> names = ReportNames(place.reports, files);
  std::ranges::reverse(names);
  for (const std::string& name : names) {
    const std::string path = Format("{}/{}", place.reports, name);
    auto report = ReadReport(path, files);
    if (IsRunning(report) &&
        !files.IsLocked(Format("{}/{}/lock", place.runs, PlanIdOf(name))).value_or(false)) {
      report = ReadReport(path, files);  // a run says that it ends before it lets go of its lock
      if (IsRunning(report)) {
        report->Set("state", "killed");
        report->Set("problem",
                    "its process ended without a word; the next run finds out what became of it");
      }
    }
    if (report) reports.Push(*std::move(report));
  }
  return reports;
}

void AmendReport(const std::string& directory, const std::string& plan_id,
                 const CommitSummary& summary, os::Files& files) {
  for (const std::string& name : ReportNames(directory, files)) {
    if (PlanIdOf(name) != plan_id) continue;
    const std::string path = Format("{}/{}", directory, name);
    auto report = ReadReport(path, files);
    if (!report) return;
    SetCommitted(summary, &*report);
    report->Set("running", Json::MakeArray());
    Ignore(os::WriteFileAtomically(files, path, report->Dump() + "\n"), "it tells less, then");
  }
}

}  // namespace tarn::derive
