// How settings are listed: a name, where the value goes, and what it is about. The file, the
// environment, flags and `tarn config show` all read these lists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/config.h"

namespace tarn::app {

struct Bytes {
  uint64_t* value;
};
/// The text where somebody has said it, if only "".
struct MaybeText {
  std::optional<std::string>* value;
};
using SettingTarget =
    std::variant<std::string*, bool*, int64_t*, Bytes, std::vector<std::string>*, MaybeText>;

struct Setting {
  std::string name;  ///< `server.listen`, `stream.pings.source`
  SettingTarget target;
  std::string about;
};

/// Those of `[stream.NAME]` and `[derive.NAME]`, for all that the configuration has.
std::vector<Setting> NamedSettings(Config* config);

/// Where a setting stands in the file: `server`, `stream.pings`, `stream."My.App"`.
std::string SectionOf(const std::string& setting);

}  // namespace tarn::app
