// The command line: which command, with which options. Everything else is in the command's own
// file.
#pragma once

namespace tarn::app {

/// Run `tarn` with these arguments.
/// returns  the exit status: 0 done, 1 failed (the reason is on stderr), 2 the command line is
/// wrong, 3 the server or data was not found
int RunCommandLine(int argument_count, char** arguments);

}  // namespace tarn::app
