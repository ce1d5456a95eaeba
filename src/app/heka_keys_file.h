// The file that holds the keys of signed Heka messages.
#pragma once

#include <string>

#include "base/error.h"
#include "decode/heka_keys.h"

namespace tarn::app {

/// errors  kNotFound, kIo, those of HekaKeys::Parse: they name the file
Result<decode::HekaKeys> ReadHekaKeys(const std::string& path);

}  // namespace tarn::app
