#include "load/input_paths.h"

#include <set>

#include "load/reading.h"
#include "os/input.h"

namespace tarn::load {
namespace {

bool IsDirectory(const std::string& path, os::Files& files) {
  const auto info = files.Stat(path);
  return info && info->is_directory;
}

/// The files that one argument names.
Result<std::vector<std::string>> Expand(const std::string& named, os::Files& files) {
  if (named == "-") return std::vector{named};
  const auto info = files.Stat(named);
  if (info && info->is_directory) {
    return Fail(ErrorKind::kInvalid, "'{}' is a directory: name files, or a pattern such as '{}/*'",
                named, named);
  }
  if (info) return std::vector{named};
  if (named.find_first_of("*?[") == named.npos) {
    return std::unexpected(Error(info.error().kind(), info.error().message()));
  }
  std::vector<std::string> paths = TRY(os::MatchPaths(named));
  std::erase_if(paths, [&](const std::string& path) { return IsDirectory(path, files); });
  if (paths.empty()) return Fail(ErrorKind::kNotFound, "no file matches '{}'", named);
  return paths;
}

}  // namespace

Result<InputPaths> FindInputs(const std::vector<std::string>& named, os::Files& files) {
  InputPaths found;
  std::set<std::string> seen;
  bool is_size_known = true;
  for (const std::string& name : named) {
    for (std::string& path : TRY(Expand(name, files))) {
      if (!seen.insert(path).second) {
        return Fail(ErrorKind::kInvalid, "the input '{}' is named twice", path);
      }
      const uint64_t size = path == "-" ? 0 : TRY(files.Stat(path)).size;
      is_size_known &= size > 0 || path != "-";
      found.bytes_total += size;
      found.paths.push_back(std::move(path));
    }
    if (found.paths.size() > kInputsMax) {
      return Fail(ErrorKind::kTooLarge, "over {} inputs", kInputsMax);
    }
  }
  if (found.paths.empty()) return Fail(ErrorKind::kInvalid, "no input is named");
  if (!is_size_known) found.bytes_total = 0;
  return found;
}

}  // namespace tarn::load
