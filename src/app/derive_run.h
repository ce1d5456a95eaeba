// A run of `tarn derive` on this machine: its directory, its workers, and what earlier runs have
// left that were killed.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "derive/commit.h"
#include "derive/plan.h"
#include "derive/run_report.h"
#include "load/reading.h"
#include "os/files.h"

namespace tarn::app {

struct DeriveWorkers {
  size_t count = 1;
  uint64_t memory_bytes = 0;  ///< of each
  std::string hmac_keys;      ///< a file, so that no key is seen among the processes; or empty
};

/// Threads: one at a time.
class DeriveRun {
 public:
  /// Keep a plan in a directory of its own, locked as long as the run lives.
  ///
  /// in       directory: `<data>/run/derive`, made where missing
  /// durable  the plan, when it returns
  static Result<std::unique_ptr<DeriveRun>> Begin(const std::string& directory,
                                                  const derive::Plan& plan,
                                                  const derive::CommitPlace& place);
  /// The directory goes, unless it is still needed to find out what became of the commit.
  ~DeriveRun();
  DeriveRun(const DeriveRun&) = delete;
  DeriveRun& operator=(const DeriveRun&) = delete;

  /// Run the plan's tasks, and commit. The report has how that goes. After an error nothing of the
  /// run is left in the buckets.
  Result<derive::CommitSummary> Run(const DeriveWorkers& workers, derive::RunReport* report,
                                    load::ReadProgress* progress, const std::stop_token& stop);

 private:
  DeriveRun(std::string directory, std::unique_ptr<os::FileLock> lock, const derive::Plan& plan,
            const derive::CommitPlace& place)
      : directory_(std::move(directory)), lock_(std::move(lock)), plan_(plan), place_(place) {}
  std::string plan_path() const { return directory_ + "/plan.json"; }

  const std::string directory_;
  const std::unique_ptr<os::FileLock> lock_;
  const derive::Plan& plan_;
  const derive::CommitPlace& place_;
  bool is_needed_ = false;
};

/// Remove what runs have written that were killed before their commit, and finish those that were
/// killed behind it. in  reports: the directory of their reports
Status RemoveDeadRuns(const std::string& directory, const std::string& reports,
                      const derive::CommitPlace& place);

/// errors  kNotFound, kCorrupt, kIo
Result<derive::Plan> ReadPlan(const std::string& path, os::Files& files);

}  // namespace tarn::app
