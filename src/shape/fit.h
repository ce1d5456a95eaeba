// Whether a value fits a place: the answer of every conversion.
#pragma once

#include <cstdint>

namespace tarn::shape {

enum class Fit : uint8_t {
  kFits,
  kWrongType,       ///< another kind of thing, or text that does not have the type's form
  kOutOfRange,      ///< the right kind of thing, but the type cannot hold it
  kMissingRequired  ///< nothing, where something must be
};

}  // namespace tarn::shape
