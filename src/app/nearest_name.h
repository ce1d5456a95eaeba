// "Did you mean …?"
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tarn::app {

/// returns  the known name that takes the fewest changes of a letter; none where even that takes
///          more than `changes_max`
std::optional<std::string> NearestName(std::string_view name, std::span<const std::string> known,
                                       size_t changes_max);

}  // namespace tarn::app
