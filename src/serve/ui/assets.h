// The dashboard's files, as the build put them into the program.
#pragma once

#include <span>
#include <string_view>

namespace tarn::serve {

/// One file. Views live as long as the program.
struct Asset {
  std::string_view path;    ///< below /ui/: `index.html`, `assets/index-4f2a.js`
  std::string_view plain;   ///< as it is
  std::string_view gzip;    ///< compressed
  std::string_view brotli;  ///< compressed
};

/// All files, by path; none in a build without the dashboard.
std::span<const Asset> EmbeddedAssets();

}  // namespace tarn::serve
