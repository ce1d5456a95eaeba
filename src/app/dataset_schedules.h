// `[derive.NAME]`: datasets that run on cron lines inside `tarn serve`, each run a process of its
// own, `tarn derive run`: a class that crashes takes no server down.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "app/config.h"
#include "app/config_check.h"
#include "base/cron_line.h"
#include "base/error.h"
#include "base/json.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "os/clock.h"

namespace tarn::app {

/// returns  the first setting of a schedule whose value cannot be
std::optional<WrongSetting> FindWrongSetting(const Config& config, const ScheduleConfig& schedule);

/// Days of a run, as `tarn derive run` takes them: `20261120`.
struct RunDays {
  std::string from;
  std::string to;
  friend bool operator==(const RunDays&, const RunDays&) = default;
};
/// in  days: `yesterday`, `today`, `last 3`; tick_us: what they are seen from
/// errors  kInvalid
Result<RunDays> DaysAt(const std::string& days, int64_t tick_us);

/// Program and arguments of a run. in  data: the data directory; config, schedule: checked
Result<std::vector<std::string>> RunCommand(const Config& config, const std::string& data,
                                            const ScheduleConfig& schedule, int64_t tick_us);

/// Start a process, and wait for its end. errors  kInvalid: what it said last; kCancelled: it was
/// killed, since the server stops
Status RunProcess(const std::vector<std::string>& command, const std::stop_token& stop);

/// One run at a time: a tick that comes while another dataset runs waits for its end, and of
/// several that pass so the last one counts. At the start the last tick before it is made up for: a
/// run does again only what has changed. Threads: any.
class DatasetSchedules {
 public:
  using Runner =
      std::function<Status(const std::vector<std::string>& command, const std::stop_token& stop)>;

  /// in  config: checked; data: the data directory; run: RunProcess, or a test's; clock: lent
  DatasetSchedules(const Config& config, std::string data, Runner run, os::Clock& clock);
  /// As Stop.
  ~DatasetSchedules();

  /// End a run under way, and begin no other.
  void Stop();

  /// errors  of the first dataset whose last run failed
  Status Health() const EXCLUDES(mutex_);

  /// An array, for the dashboard: what runs when, and how its last run since the start ended.
  Json Describe() const EXCLUDES(mutex_);

 private:
  struct Entry {
    ScheduleConfig schedule;
    CronLine line;
    int64_t due_us = 0;            // this and what follows under mutex_; only the worker writes
    int64_t running_since_us = 0;  // 0: it does not run
    int64_t ended_us = 0;          // of its last run; 0: none
    Status last;                   // of its last run
  };

  void Work(const std::stop_token& stop) EXCLUDES(mutex_);
  void FindTicksAnew(int64_t now_us) EXCLUDES(mutex_);
  void RunOne(Entry& entry, const std::stop_token& stop) EXCLUDES(mutex_);

  const Config config_;
  const std::string data_;
  const Runner run_;
  os::Clock& clock_;
  mutable Mutex mutex_;
  std::vector<Entry> entries_;  // their number is constant
  std::jthread worker_;         // last: it uses all of it
};

}  // namespace tarn::app
