// `tarn generate`: reference data as NDJSON.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace tarn::app {

struct GenerateOptions {
  std::string what;  ///< sessions, sensors
  uint64_t sessions = 100'000;
  uint64_t seed = 1;
  std::string file = "-";  ///< `-` is stdout
};

Status RunGenerate(const GenerateOptions& options);

}  // namespace tarn::app
