// Text from a format string: fmt's checked templates behind one out-of-line call, so that headers
// stay cheap to parse
// (<format> costs a second a file; this costs a tenth).
#pragma once

#include <fmt/base.h>

#include <string>

namespace tarn {

std::string VFormat(fmt::string_view text, fmt::format_args arguments);

/// Fill the {} of a format string, checked while compiling.
///
/// in       text: fmt's format language
/// returns  the filled text
template <class... Arguments>
std::string Format(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  return VFormat(text, fmt::make_format_args(arguments...));
}

}  // namespace tarn
