#include "os/open_files.h"

#include <sys/resource.h>

namespace tarn::os {

void AllowManyOpenFiles() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // where it is refused, what was allowed before stays
}

}  // namespace tarn::os
