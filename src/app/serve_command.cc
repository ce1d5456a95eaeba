#include "app/serve_command.h"

namespace tarn::app {

Status RunServe(const Config& config) { return Fail(ErrorKind::kInternal, "{}", config.data); }

}  // namespace tarn::app
