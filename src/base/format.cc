#include "base/format.h"

#include <fmt/format.h>

namespace tarn {

std::string VFormat(fmt::string_view text, fmt::format_args arguments) {
  return fmt::vformat(text, arguments);
}

}  // namespace tarn
