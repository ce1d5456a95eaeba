// `tarn serve`: the server. Every long-lived object is made here.
#pragma once

#include "app/config.h"
#include "base/error.h"
#include "os/files.h"

namespace tarn::app {

/// Serve until SIGTERM, SIGINT or SIGHUP; then land what is live (30 s at most; the log keeps the
/// rest). A second signal ends the process at once.
///
/// in      config: names a data directory; files: that it lies in
/// errors  why it could not start
Status RunServe(const Config& config, os::Files& files = os::PosixFiles());

}  // namespace tarn::app
