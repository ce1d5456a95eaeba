// How many files a process may have open.
#pragma once

namespace tarn::os {

/// Raise this process's limit to what the system allows it: 1,024, the usual one, is for programs
/// that call select(), and thousands of inputs or connections are ordinary here.
void AllowManyOpenFiles();

}  // namespace tarn::os
