// SIGTERM and SIGINT as something a thread can wait for.
#pragma once

namespace tarn::app {

/// Block the two signals in this thread and those it starts. Call first in main's thread.
void BlockStopSignals();

/// Wait for one of them. A second one that comes later ends the process at once: the log has what
/// was acknowledged. returns  its number
int WaitForStopSignal();

}  // namespace tarn::app
