// `tarn doctor`: looks at a data directory, says what is there and what is wrong.
#pragma once

#include <string>

#include "base/error.h"

namespace tarn::app {

struct DoctorOptions {
  std::string data;
  std::string adopt;   ///< a directory that was moved: write its VERSION anew
  bool ready = false;  ///< only ask whether the server on `data` is ready
};

/// errors  kUnavailable: something is wrong, or not ready; all findings are on stdout
Status RunDoctor(const DoctorOptions& options);

}  // namespace tarn::app
