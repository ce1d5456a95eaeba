// Long work over files in a thread of its own, so that this one can show how far it is and wait for
// Ctrl-C.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "load/reading.h"

namespace tarn::app {

/// Do the work, with a progress bar where stderr is a terminal.
///
/// in       title: `converting`; progress: what the work counts in; work: ends early where a stop
///          is asked for
/// returns  whether SIGINT, SIGTERM or SIGHUP asked for that
bool RunWatched(const std::string& title, const load::ReadProgress& progress,
                const std::function<void(const std::stop_token&)>& work);

}  // namespace tarn::app
