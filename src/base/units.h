// Sizes with their unit in the name.
#pragma once

#include <cstddef>

namespace tarn {

inline constexpr size_t kKiB = 1024;
inline constexpr size_t kMiB = 1024 * kKiB;
inline constexpr size_t kGiB = 1024 * kMiB;

}  // namespace tarn
