// What derived datasets there are and how their runs go, as the dashboard tells it.
#pragma once

#include <map>
#include <string>

#include "app/config.h"
#include "base/json.h"
#include "derive/definition.h"
#include "derive/run_report.h"
#include "os/files.h"

namespace tarn::app {

/// Threads: any.
class DerivedView {
 public:
  /// in  config, files: lent; place: of the reports of runs
  DerivedView(const Config& config, derive::ReportPlace place, os::Files& files);

  /// `runs`: reports, newest first. `definitions`, by name: the classes that are linked in, what
  /// has a schedule, and what has run of late; plug-ins are not loaded here, nor is any SQL run.
  Json Describe() const;

 private:
  const Config& config_;
  const derive::ReportPlace place_;
  os::Files& files_;
  std::map<std::string, derive::Definition> linked_in_;
};

}  // namespace tarn::app
