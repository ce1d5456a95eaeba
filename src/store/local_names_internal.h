// Which keys and bucket names the local directory takes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tarn::store {

inline constexpr size_t kKeyBytesMax = 1024;
inline constexpr size_t kSegmentBytesMax = 255;  ///< what Linux file systems take as one name
inline constexpr std::string_view kTemporaryDirectory = ".tarn-tmp";

/// errors  kInvalid: says what is wrong with the key
Status CheckKey(std::string_view key);

/// An absolute path without `.`, `..` and double or trailing slashes.
std::string AbsolutePath(const std::string& path);

}  // namespace tarn::store
