# Writes OUTPUT, a source file with the commit of the tree at SOURCE: `unknown` outside a git tree, `-dirty` where files differ.
# The file is only touched where the text changes.
find_program(GIT git)
set(commit unknown)
if(GIT)
  # Inside the root the tree may belong to another user: git must not refuse to look. It must not lock the index either.
  set(ask ${GIT} -c safe.directory=* --no-optional-locks)
  execute_process(COMMAND ${ask} rev-parse --short=12 HEAD WORKING_DIRECTORY ${SOURCE}
                  OUTPUT_VARIABLE head RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND ${ask} status --porcelain --untracked-files=no WORKING_DIRECTORY ${SOURCE}
                  OUTPUT_VARIABLE changes ERROR_QUIET)
  if(NOT failed AND head MATCHES "^[0-9a-f]+$")
    set(commit ${head})
    if(changes)
      string(APPEND commit -dirty)
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[#include "app/version.h"

namespace tarn::app {

const char* Commit() { return "@commit@"; }

}  // namespace tarn::app
]])
