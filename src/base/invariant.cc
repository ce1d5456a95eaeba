#include "base/invariant.h"

#include <cstdio>
#include <cstdlib>

namespace tarn::internal {

void InvariantFailed(const char* condition, const char* what, const char* file, int line) {
  std::fprintf(stderr,
               "{\"level\":\"fatal\",\"msg\":\"invariant broken: "
               "%s\",\"condition\":\"%s\",\"at\":\"%s:%d\"}\n",
               what, condition, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace tarn::internal
