#include "app/dataset_schedules.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "app/recipe_file.h"
#include "base/invariant.h"
#include "base/log.h"
#include "base/time.h"
#include "base/whole_number.h"
#include "derive/worker_process.h"
#include "os/due.h"

namespace tarn::app {
namespace {

constexpr size_t kSchedulesMax = 100;
constexpr int64_t kThreadsMax = 256;
constexpr int64_t kDaysMax = 366;
constexpr int kLookEveryMs = 100;

std::string DayText(int64_t day) {
  std::string text = FormatDate(day);
  std::erase(text, '-');
  return text;
}

Status CheckDataset(const Config& config, const ScheduleConfig& schedule) {
  if (config.schedules.size() > kSchedulesMax)
    return Fail(ErrorKind::kInvalid, "over {} datasets have schedules", kSchedulesMax);
  if (schedule.dataset_or_name().starts_with('-'))
    return Fail(ErrorKind::kInvalid, "'{}' is no dataset", schedule.dataset_or_name());
  for (const ScheduleConfig& other : config.schedules) {
    if (&other == &schedule) return {};
    const bool is_same = other.dataset_or_name() == schedule.dataset_or_name() &&
                         other.arguments == schedule.arguments;
    if (!is_same) continue;
    return Fail(ErrorKind::kInvalid,
                "[derive.{}] runs '{}' too: a dataset has one schedule, as in 15 2,14 * * *",
                other.name, schedule.dataset_or_name());
  }
  return {};
}

/// As its definition has it: a recipe by its path.
std::string ShownDataset(const ScheduleConfig& schedule) {
  const std::string& dataset = schedule.dataset_or_name();
  return IsRecipeFile(dataset) ? RecipePath(dataset) : dataset;
}

Status CheckSchedule(const ScheduleConfig& schedule) {
  if (schedule.schedule.empty())
    return Fail(ErrorKind::kInvalid, "it is missing: when does the dataset run? As in 15 2 * * *");
  return CronLine::Parse(schedule.schedule).transform([](const auto&) {});
}

Status CheckArguments(const ScheduleConfig& schedule) {
  for (const std::string& argument : schedule.arguments) {
    if (argument.starts_with('-'))
      return Fail(ErrorKind::kInvalid, "'{}' would be a switch", argument);
  }
  return {};
}

Status CheckThreads(const ScheduleConfig& schedule) {
  if (schedule.threads >= 1 && schedule.threads <= kThreadsMax) return {};
  return Fail(ErrorKind::kInvalid, "{} is not between 1 and {}", schedule.threads, kThreadsMax);
}

}  // namespace

std::optional<WrongSetting> FindWrongSetting(const Config& config, const ScheduleConfig& schedule) {
  const std::pair<const char*, Status> rules[] = {
      {"schedule", CheckSchedule(schedule)},
      {"dataset", CheckDataset(config, schedule)},
      {"arguments", CheckArguments(schedule)},
      {"days", DaysAt(schedule.days, 0).transform([](const auto&) {})},
      {"threads", CheckThreads(schedule)},
      {"memory", ParseBytes(schedule.memory).transform([](const auto&) {})},
  };
  for (const auto& [name, checked] : rules) {
    if (!checked) return WrongSetting{Format("derive.{}.{}", schedule.name, name), checked.error()};
  }
  return std::nullopt;
}

Result<RunDays> DaysAt(const std::string& days, int64_t tick_us) {
  constexpr std::string_view kLast = "last ";
  const int64_t today = FloorDivide(tick_us, kMicrosPerDay);
  if (days == "today") return RunDays{DayText(today), DayText(today)};
  int64_t count = days == "yesterday" ? 1 : 0;
  if (days.starts_with(kLast)) {
    count = ParseWhole<int64_t>(days.substr(kLast.size())).value_or(0);
  }
  if (count >= 1 && count <= kDaysMax) return RunDays{DayText(today - count), DayText(today - 1)};
  return Fail(ErrorKind::kInvalid,
              "'{}' are no days: write yesterday, today, or last 3 (1 to {}), which ends with "
              "yesterday",
              days, kDaysMax);
}

Result<std::vector<std::string>> RunCommand(const Config& config, const std::string& data,
                                            const ScheduleConfig& schedule, int64_t tick_us) {
  const RunDays days = TRY(DaysAt(schedule.days, tick_us));
  std::vector<std::string> command = {"/proc/self/exe", "derive", "run",
                                      schedule.dataset_or_name()};
  command.insert(command.end(), schedule.arguments.begin(), schedule.arguments.end());
  const std::pair<const char*, std::string> options[] = {
      {"--from-date", days.from},
      {"--to-date", days.to},
      {"--data", data},
      {"--config", config.file},
      {"--metadata-bucket", config.derive_metadata_bucket},
      {"--to-bucket", config.derive_bucket},
      {"--plugin", schedule.plugin},
      {"--threads", Format("{}", schedule.threads)},
      {"--memory", schedule.memory},
      {"--end-with", Format("{}", getpid())},
  };
  for (const auto& [name, value] : options) {
    if (value.empty()) continue;
    command.emplace_back(name);
    command.push_back(value);
  }
  return command;
}

Status RunProcess(const std::vector<std::string>& command, const std::stop_token& stop) {
  const auto process = TRY(derive::WorkerProcess::Start(command));
  pollfd ended{.fd = process->ended(), .events = POLLIN, .revents = 0};
  while (poll(&ended, 1, kLookEveryMs) <= 0) {
    if (stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the server stops");
  }
  derive::WorkerEnd end = process->Wait();
  if (end.signal == 0 && end.exit_status == 0) return {};
  while (end.said.ends_with('\n')) end.said.pop_back();
  const std::string how = end.signal != 0 ? Format("was killed by signal {}", end.signal)
                                          : Format("ended with {}", end.exit_status);
  return Fail(ErrorKind::kInvalid, "the run {}: {}", how, end.said);
}

DatasetSchedules::DatasetSchedules(const Config& config, std::string data, Runner run,
                                   os::Clock& clock)
    : config_(config), data_(std::move(data)), run_(std::move(run)), clock_(clock) {
  for (const ScheduleConfig& schedule : config_.schedules) {
    auto line = CronLine::Parse(schedule.schedule);
    INVARIANT(line.has_value(), "a schedule was checked");
    const int64_t due_us = line->LastUntil(clock_.NowMicros());
    entries_.push_back({schedule, *std::move(line), due_us, {}});
  }
  if (!entries_.empty())
    worker_ = std::jthread([this](const std::stop_token& stop) { Work(stop); });
}

DatasetSchedules::~DatasetSchedules() { Stop(); }

void DatasetSchedules::Stop() {
  worker_.request_stop();
  if (worker_.joinable()) worker_.join();
}

Status DatasetSchedules::Health() const {
  MutexLock lock(mutex_);
  for (const Entry& entry : entries_) TRY(While(entry.last, "dataset '{}'", entry.schedule.name));
  return {};
}

Json DatasetSchedules::Describe() const {
  const auto moment = [](int64_t micros) {
    return micros == 0 ? Json() : Json(FormatTimestamp(micros, TimeStyle::kIsoUtc));
  };
  Json all = Json::MakeArray();
  MutexLock lock(mutex_);
  for (const Entry& entry : entries_) {
    all.Push(
        Json::MakeObject({{"name", entry.schedule.name},
                          {"dataset", ShownDataset(entry.schedule)},
                          {"schedule", entry.schedule.schedule},
                          {"days", entry.schedule.days},
                          {"due_at", moment(entry.due_us)},
                          {"running_since", moment(entry.running_since_us)},
                          {"ended_at", moment(entry.ended_us)},
                          {"problem", entry.last ? Json() : Json(entry.last.error().message())}}));
  }
  return all;
}

void DatasetSchedules::Work(const std::stop_token& stop) {
  int64_t seen_us = clock_.NowMicros();
  while (true) {
    const int64_t now_us = clock_.NowMicros();
    if (now_us < seen_us) FindTicksAnew(now_us);
    seen_us = now_us;
    Entry& next = *std::ranges::min_element(entries_, {}, &Entry::due_us);
    const os::Waited waited = os::WaitUntilDue({.wall_us = next.due_us}, clock_, stop);
    if (waited == os::Waited::kStopped) return;
    if (waited == os::Waited::kClockWentBack) continue;
    {
      MutexLock lock(mutex_);
      next.running_since_us = clock_.NowMicros();
      // Ticks that have passed meanwhile are this one's, too.
      next.due_us = std::max(next.due_us, next.line.LastUntil(next.running_since_us));
    }
    RunOne(next, stop);
    MutexLock lock(mutex_);
    next.running_since_us = 0;
    next.due_us = next.line.NextAfter(next.due_us);
  }
}

/// The clock was ahead: what is due then is not what comes next.
void DatasetSchedules::FindTicksAnew(int64_t now_us) {
  MutexLock lock(mutex_);
  for (Entry& entry : entries_) entry.due_us = std::min(entry.due_us, entry.line.NextAfter(now_us));
}

void DatasetSchedules::RunOne(Entry& entry, const std::stop_token& stop) {
  const auto command = RunCommand(config_, data_, entry.schedule, entry.due_us);
  const Status done = command ? run_(*command, stop) : std::unexpected(command.error());
  if (!done && done.error().kind() == ErrorKind::kCancelled) return;
  Metrics()
      .GetCounter("tarn_derive_scheduled_runs_total", "Runs of datasets that have a schedule.",
                  {{"dataset", entry.schedule.name}, {"outcome", done ? "done" : "failed"}})
      .Add(1);
  const std::string tick = FormatTimestamp(entry.due_us, TimeStyle::kIsoUtc);
  if (done) {
    Log(LogLevel::kInfo, "app", "a scheduled dataset has run",
        {{"dataset", entry.schedule.name}, {"tick", tick}});
  } else {
    Log(LogLevel::kError, "app", "a scheduled dataset failed; it runs again at its next tick",
        {{"dataset", entry.schedule.name}, {"tick", tick}, {"reason", done.error().message()}});
  }
  MutexLock lock(mutex_);
  entry.last = done;
  entry.ended_us = clock_.NowMicros();
}

}  // namespace tarn::app
