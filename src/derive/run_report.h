// How a run goes, and how it ended: a file for whoever looks on, that stays when the run is over.
// docs/formats/derive.md has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "derive/commit.h"
#include "derive/definition.h"
#include "derive/plan.h"
#include "derive/pool.h"
#include "os/clock.h"
#include "os/files.h"

namespace tarn::derive {

inline constexpr size_t kReportsKept = 50;
inline constexpr size_t kFailuresTold = 100;  ///< attempts of a run, the first ones; as for damage

/// Where reports lie, and the directories of the runs that live.
struct ReportPlace {
  std::string reports;
  std::string runs;
};

/// The report of one run: written anew at each change. A report that cannot be written is a
/// warning: no run fails for it. Threads: one at a time.
class RunReport {
 public:
  /// Begin it; the oldest reports beyond kReportsKept go.
  ///
  /// in  directory: made where missing; plan: lent
  RunReport(const std::string& directory, const Plan& plan, const Definition& definition,
            os::Files& files, os::Clock& clock);

  void Note(const TaskEvent& event);
  /// That the run is over.
  void End(const Result<CommitSummary>& outcome);

 private:
  struct Running {
    size_t attempt = 1;
    int64_t begun_us = 0;
  };

  void MakeRoom(const std::string& directory);
  Json TaskJson(size_t task, size_t attempt) const;
  void Write();

  const Plan& plan_;
  os::Files& files_;
  os::Clock& clock_;
  std::string path_;
  Json said_;  // members that stay as they are until the end
  std::map<size_t, Running> running_;
  Json failures_ = Json::MakeArray();
  size_t failure_count_ = 0;
  size_t tasks_done_ = 0;
  uint64_t bytes_done_ = 0;
};

/// The bytes of the objects that a task reads.
uint64_t BytesOf(const Task& task);

/// The reports that lie there, newest first. One of a run that was killed says so: nobody holds the
/// lock of its directory. What is no report is left out.
Json ReadRunReports(const ReportPlace& place, os::Files& files);

/// That a run was committed after all, as it turned out once its process was gone.
void AmendReport(const std::string& directory, const std::string& plan_id,
                 const CommitSummary& summary, os::Files& files);

}  // namespace tarn::derive
