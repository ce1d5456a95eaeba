// What settings may say, beyond their types: what the server would refuse is told by `tarn config
// check`, with the place that says it.
#pragma once

#include <optional>
#include <string>

#include "app/config.h"
#include "base/error.h"

namespace tarn::app {

struct WrongSetting {
  std::string name;  ///< `server.listen`
  Error why;
};

/// returns  the first setting, in the order of `tarn config show`, whose value cannot be
std::optional<WrongSetting> FindWrongSetting(const Config& config);

/// Whether `serve` would listen there: beyond loopback it must be asked for twice.
/// errors  kInvalid
Status CheckReach(const Config& config);

}  // namespace tarn::app
