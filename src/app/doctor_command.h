// `tarn doctor`: looks at a data directory, says what is there and what is wrong.
#pragma once

#include <string>

#include "base/error.h"

namespace tarn::app {

struct DoctorOptions {
  std::string data;
  bool ready = false;  ///< only ask whether a server runs on `data` and is ready
};

/// errors  kUnavailable: something is wrong, or not ready; all findings are on stdout
Status RunDoctor(const DoctorOptions& options);

/// Open a directory that was moved at its new place: possible only while no table's metadata names
/// the old one. errors  kUnsupported: tables do; says what to do instead
Status RunAdopt(const std::string& directory);

}  // namespace tarn::app
