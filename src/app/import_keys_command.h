// `tarn stream import-keys`: what something else has processed of a stream's source is not read.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"

namespace tarn::app {

struct ImportKeysOptions {
  std::string data;  ///< data directory
  std::optional<std::string> config;
  std::string stream;
  std::string file;
};
Status RunImportKeys(const ImportKeysOptions& options);

}  // namespace tarn::app
