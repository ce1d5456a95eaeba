// SIGTERM, SIGINT and SIGHUP (unless it is ignored, as nohup does) as something a thread can wait
// for.
#pragma once

#include <chrono>

namespace tarn::app {

/// Block these signals in this thread and those it starts. Call first in main's thread.
void BlockStopSignals();

/// Wait for one of them. A second one that comes later ends the process at once: the log has what
/// was acknowledged. returns  its number
int WaitForStopSignal();

/// As WaitForStopSignal, but not for longer than this. returns  0 where none came
int WaitForStopSignalFor(std::chrono::milliseconds duration);

}  // namespace tarn::app
